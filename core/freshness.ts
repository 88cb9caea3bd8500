/** How old a value may be before it is no longer the present: judged by the device's measuring time against its own expected interval. */

/** `never`: nothing was ever measured. `on_demand`: comes when someone measures; it has a time, not an age. */
export const FRESHNESS = ['fresh', 'ageing', 'stale', 'lost', 'on_demand', 'never'] as const
export type Freshness = (typeof FRESHNESS)[number]

/**
 * @param measuredMs device time of the newest value (skew-corrected), or null
 * @param periodMs expected interval, or null for values that come on demand
 * Limits: fresh ≤ 2 periods (at least 5 s), ageing ≤ 5 (at least 30 s), lost > 10 (at least 3 min).
 */
export function freshnessOf(measuredMs: number | null, periodMs: number | null, nowMs: number): Freshness {
  if (measuredMs === null) return 'never'
  if (periodMs === null) return 'on_demand'
  const age = nowMs - measuredMs
  if (age <= Math.max(2 * periodMs, 5_000)) return 'fresh'
  if (age <= Math.max(5 * periodMs, 30_000)) return 'ageing'
  return age > Math.max(10 * periodMs, 180_000) ? 'lost' : 'stale'
}

const RANK: Record<Freshness, number> = { never: 0, on_demand: 1, fresh: 2, ageing: 3, stale: 4, lost: 5 }
/** The worst of several; `never` for none. */
export const worstFreshness = (all: readonly Freshness[]): Freshness =>
  all.reduce<Freshness>((worst, f) => (RANK[f] > RANK[worst] ? f : worst), 'never')
