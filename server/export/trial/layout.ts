/** Files of a written trial package and the columns of its tables: what the writer, the gate and the recipient agree on. */

/** Each table is written as CSV (RFC 4180, UTF-8, header) and as Parquet with the same rows in the same order. */
export const TRIAL_TABLES = {
  /** One row a participant, in order of pid. `fell` and `adverse_event` are `yes` or `no`. */
  subjects: ['pid', 'age', 'sex', 'care_level', 'site', 'stay', 'diagnosis', 'fell', 'adverse_event'],
  /** What happened to a participant: a type or its group, in a span of relative time (`d003`, `w02`, `m01`, `all`); at most once each. In order of pid, period, event. */
  events: ['pid', 'event', 'period'],
  /** One row a group, metric and hour since the first day's beginning; quantiles empty where too few persons lie beyond. */
  series: ['group', 'metric', 'hour', 'mean', 'sd', 'low', 'high'],
  /** Product P0: counts and means over participants; suppressed cells have an empty value. */
  aggregates: ['table', 'row', 'column', 'persons', 'value'],
} as const
export type TrialTable = keyof typeof TRIAL_TABLES

/** Columns of `subjects` an attacker may know of a person. */
export const QUASI_IDENTIFIERS = ['age', 'sex', 'care_level', 'site', 'stay', 'diagnosis'] as const
/** Columns of `subjects` that must not be learnt of a person. */
export const SENSITIVE = ['fell', 'adverse_event'] as const

/** Which tables a product has. */
export const PRODUCT_TABLES = {
  P0: ['aggregates'],
  P1: ['subjects', 'events', 'series', 'aggregates'],
} as const

export const EVIDENCE_FILE = 'evidence.json'
export const DICTIONARY_FILE = 'dictionary.json'
export const MANIFEST_FILE = 'MANIFEST.sha256'
/** Stands where nothing is recorded, before anything is counted. */
export const MISSING = 'not_recorded'
/** The top of every hierarchy. */
export const ANY = '*'
