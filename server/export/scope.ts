/** Which metrics a dataset request covers, and what becomes of each in product P0. */
import type { DeviceProfile, Metric } from '../../core/profile.ts'

export interface MetricInScope {
  metric: string
  /** Device types in scope that measure it, sorted. */
  profiles: string[]
  definition: Metric
  /** `mean`: has cells. `left_out`: an enum has no mean. */
  use: 'mean' | 'left_out'
  /** Decimals of its published mean: one more than the profile shows; three for the share of true in a boolean. */
  decimals: number
}

const BOOLEAN_DECIMALS = 3
const decimalsOf = (definition: Metric): number =>
  definition.kind === 'number' ? definition.digits + 1 : BOOLEAN_DECIMALS

/**
 * Metrics of the device types in scope, sorted by name. Types that share a name are counted together: a name has one kind
 * and one unit over all profiles (`conflictingMetric` refuses others).
 */
export function metricsInScope(profiles: readonly DeviceProfile[], types: readonly string[]): MetricInScope[] {
  const found = new Map<string, MetricInScope>()
  for (const profile of profiles) {
    if (!types.includes(profile.id)) continue
    for (const [metric, definition] of Object.entries(profile.metrics)) {
      const known = found.get(metric)
      if (known) {
        known.profiles = [...known.profiles, profile.id].sort()
        known.decimals = Math.max(known.decimals, decimalsOf(definition))
      } else
        found.set(metric, {
          metric,
          profiles: [profile.id],
          definition,
          use: definition.kind === 'enum' ? 'left_out' : 'mean',
          decimals: decimalsOf(definition),
        })
    }
  }
  return [...found.values()].sort((a, b) => (a.metric < b.metric ? -1 : 1))
}

/** A metric name that two of the profiles define with different kinds or units; undefined when there is none. */
export function conflictingMetric(profiles: readonly DeviceProfile[]): string | undefined {
  const seen = new Map<string, string>()
  for (const profile of profiles)
    for (const [metric, definition] of Object.entries(profile.metrics)) {
      const meaning = definition.kind === 'number' ? `number ${definition.unit}` : definition.kind
      if ((seen.get(metric) ?? meaning) !== meaning) return metric
      seen.set(metric, meaning)
    }
  return undefined
}
