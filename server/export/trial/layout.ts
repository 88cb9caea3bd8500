/** Files of a written trial package and the columns of its tables: what the writer, the gate and the recipient agree on. */

/** Each table is written as CSV (RFC 4180, UTF-8, LF, header) and as Parquet with the same rows in the same order. */
export const TRIAL_TABLES = {
  /**
   * One row a participant, in order of pid. `fell` (a device told an event of the type FALL_EVENT) and `adverse_event` (one was
   * recorded, serious or not) are `yes` or `no`, or `*` in a whole class that is too small to tell it (decision 0105).
   */
  subjects: ['pid', 'age', 'sex', 'care_level', 'site', 'stay', 'diagnosis', 'fell', 'adverse_event'],
  /**
   * What happened to a participant at least once in a span of the participant's own time: day `d003`, week `w02`, four weeks `m01`,
   * participation `all`; counted from 1. A type, or its group (GROUP_OF) where no type of the group can be told. In order of pid, event, period.
   */
  events: ['pid', 'event', 'period'],
  /**
   * One row a group, metric and bin; `hour` is the bin's first since the first day's local midnight, its width is the metric's
   * `bin_hours` in the dictionary. Mean and sample deviation are of winsorised values: a tenth of them at either end, rounded down, moved to
   * the next value. `low` and `high` are the values with a quarter of the persons, rounded down, beyond; empty where those are too few.
   * All on the metric's grid. In order of group, metric, hour.
   */
  series: ['group', 'metric', 'hour', 'mean', 'sd', 'low', 'high'],
  /** Counts and means over participants; suppressed cells have neither persons nor value. In order of table, row, column. */
  aggregates: ['table', 'row', 'column', 'persons', 'value'],
} as const
export type TrialTable = keyof typeof TRIAL_TABLES

/** Columns of `subjects` an attacker may know of a person. */
export const QUASI_IDENTIFIERS = ['age', 'sex', 'care_level', 'site', 'stay', 'diagnosis'] as const
/** Columns of `subjects` that must not be learnt of a person. */
export const SENSITIVE = ['fell', 'adverse_event'] as const

/** Which tables a product has. Series of P2 are single participants': their `group` is the pid. */
export const PRODUCT_TABLES = {
  P0: ['aggregates'],
  P1: ['subjects', 'events', 'series', 'aggregates'],
  P2: ['subjects', 'events', 'series'],
} as const

export const EVIDENCE_FILE = 'evidence.json'
export const DICTIONARY_FILE = 'dictionary.json'
export const MANIFEST_FILE = 'MANIFEST.sha256'
/** Stands where nothing is recorded, before anything is counted. */
export const MISSING = 'not_recorded'
/** The top of every hierarchy; a sensitive value that is not told. */
export const ANY = '*'
/** Type of the device events that are falls. */
export const FALL_EVENT = 'fall'

/** `bed.sleep_mat` → `bed.*`: the group of a device's event types is the first part of its profile's id; of what happened to the participant otherwise it is this. */
export const PARTICIPANT_GROUP = 'participant.*'

/**
 * In the job's folder, never in the package: which participants are behind which rows of the series, for the gate.
 * Every row's mean, deviation and quartiles are over all `members`, always the same ones. A member's value in an hour is the mean of
 * its readings, moved into `clip`; in a wider bin, the mean of its hours' values. Masked hours count as not measured. What a member
 * brings to a row is the running median: of the own bins at the same hour of the day from seven days before to seven days after
 * (`binHours` 1 and 24; the lower of two middle ones), of the bin itself where bins are weeks. Where there is none, the member's usual value
 * stands: the median of the own bins at that hour of the day (of all bins, where that hour has none or bins are wider than an hour).
 * A row is told when at least the policy's `minPersons` members have a running median there.
 */
export const PRIVATE_FILE = 'private/series.json'
export interface PrivateSeries {
  series: {
    group: string
    metric: string
    profile: string
    binHours: number
    /** Hourly values outside are moved to it; k participants have some at or beyond either end. */
    clip: [number, number]
    grid: number
    members: string[]
  }[]
  /** Hours of a facility (epoch ms of their beginning) in which so many of its participants changed together that nothing of them counts. */
  masked: { facility: string; profile: string; metric: string; from_ms: number }[]
}
