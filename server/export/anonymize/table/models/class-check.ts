/** What a privacy model asks of one class: a question about how often each sensitive value occurs in it. */

/** The whole table's values of a sensitive column, before anything is suppressed. */
export interface Distribution {
  /** Value → records. */
  counts: Int32Array
  records: number
}

/** @param counts value → records of the class @param size their sum, above 0 */
export type ClassCheck = (counts: Int32Array, size: number) => boolean
