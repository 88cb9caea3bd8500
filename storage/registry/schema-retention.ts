/** The tables of retention as Kysely sees them. */
import type { RetentionRun } from '../../core/registry-retention.ts'

export interface RetentionRuleTable {
  facility: string
  days: number | null
  changed_ms: number
  changed_by: string
  /** Calendar day whose work was taken last; empty: none. */
  claimed_day: string
}
export interface RetentionRunTable {
  id: string
  facility: string
  before_ms: number
  days: number
  started_ms: number
  ended_ms: number
  outcome: RetentionRun['outcome']
  failure: string | null
  messages: number
  /** JSON. */
  kept: string
  started_by: string | null
}
export interface RetentionTables {
  retention_rules: RetentionRuleTable
  retention_runs: RetentionRunTable
}
