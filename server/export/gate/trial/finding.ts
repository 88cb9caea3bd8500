/** What the gate found wrong in a trial package; says where, never what was found, because findings are logged. */

export const TRIAL_CHECKS = [
  /** A check could not be made: what it needs is missing or broken. */
  'unreadable',
  /** A file too many, too few, empty, or no plain file. */
  'files',
  'manifest',
  /** A header, or a cell that is not of its column's form. */
  'columns',
  /** CSV and Parquet differ. */
  'twins',
  /** What a Parquet file says beside its rows. */
  'metadata',
  /** The product named is not what the files are, or not what may be made of such an input. */
  'label',
  /** Nothing in it. */
  'empty',
  'pids',
  'order',
  /** Rows about somebody who is in no row of the subjects. */
  'orphans',
  /** A value that does not hold the participant's own. */
  'ancestors',
  'class_size',
  'diversity',
  'suppression',
  'rare',
  /** An event that did not happen, or not then. */
  'event_truth',
  /** A combination of events that too few share. */
  'event_power',
  'series_persons',
  'series_values',
  'series_quantiles',
  /** An hour in which a whole facility changed together, whose date others know. */
  'series_common',
  'aggregate_values',
  'aggregate_persons',
  /** A suppressed cell that can be worked out. */
  'aggregate_solvable',
  'evidence',
  'secrets',
  /** A date of the calendar where only relative time may stand. */
  'calendar',
  'identifiers',
  'patterns',
  'utility',
  /** With earlier releases of the same people, too few can be told apart. */
  'composition',
] as const
export type TrialCheck = (typeof TRIAL_CHECKS)[number]

export interface TrialFinding {
  check: TrialCheck
  /** A file, a column, a row's number, a kind of identifier. */
  where: string
}
