/** What the check of a package found: one line per check, with the faults of each. */

export const CHECKS = ['archive', 'files', 'hashes', 'signature', 'comment', 'description', 'tables', 'counts'] as const
export type CheckId = (typeof CHECKS)[number]

export type FaultCode =
  | 'unreadable'
  | 'unsafe_name'
  | 'duplicate'
  | 'not_a_file'
  | 'too_large'
  | 'top_folder'
  | 'manifest_missing'
  | 'manifest_malformed'
  | 'file_missing'
  | 'file_extra'
  | 'file_changed'
  | 'signature_not_checked'
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_other_key'
  | 'signature_content'
  | 'signature_comment'
  | 'comment_disagrees'
  | 'document_missing'
  | 'document_malformed'
  | 'description_disagrees'
  | 'csv_malformed'
  | 'csv_header'
  | 'csv_value'
  | 'csv_rows'
  | 'csv_key'
  | 'cells_incomplete'
  | 'cells_too_few_residents'
  | 'cells_none'
  | 'counts_disagree'
  | 'not_reached'

export interface Fault {
  code: FaultCode
  /** A file, a column, a key: what the fault is about. */
  subject?: string
}
export interface Check {
  id: CheckId
  faults: Fault[]
}
export interface Report {
  ok: boolean
  /** As the package's folder names it; null when there is none. */
  release: string | null
  /** Number of files in the archive. */
  files: number
  checks: Check[]
}
