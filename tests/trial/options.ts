/** What a simulated trial is like: its size, its length, and how often its devices speak. */

export interface TrialOptions {
  /** Same seed and sizes, same bytes. */
  seed: string
  subjects: number
  /** People of the same homes who did not take part; their data are written apart, for controls. */
  heldOut: number
  weeks: number
  /** Interval of periodic metrics in minutes; the devices' own is one, which makes tens of millions of readings. */
  everyMinutes: number
  sites: number
}

export const TRIAL_DEFAULTS: TrialOptions = {
  seed: 'trial',
  subjects: 120,
  heldOut: 0,
  weeks: 8,
  everyMinutes: 10,
  sites: 4,
}

export const ZONE = 'Asia/Tokyo'
/** Japan has had no summer time since 1951. */
export const ZONE_MS = 9 * 3_600_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
export const DAY_MINUTES = 1_440
