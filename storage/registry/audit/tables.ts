/** The audit trail's tables as Kysely sees them. */
import type { AuditColumns } from '../../../core/audit/trail.ts'

/** `line` is the entry; the other columns repeat it for questions, and a verification compares them. */
export interface AuditEntryTable extends AuditColumns {
  seq: number
  line: string
}
/** One row: where the log ends. Changed by every append, and so the lock that puts appends in order. */
export interface AuditHeadTable {
  id: number
  log: string
  size: number
  last: string
}
/** Complete subtrees of the Merkle tree, so that a proof reads a few rows and not the whole log. */
export interface AuditNodeTable {
  level: number
  position: number
  hash: string
}
export interface AuditCheckpointTable {
  size: number
  at_ms: number
  note: string
}
/** Views recorded lately, each once for its window. */
export interface AuditViewTable {
  view: string
  window_ms: number
}

export interface AuditTables {
  audit_entries: AuditEntryTable
  audit_head: AuditHeadTable
  audit_nodes: AuditNodeTable
  audit_checkpoints: AuditCheckpointTable
  audit_views: AuditViewTable
}
