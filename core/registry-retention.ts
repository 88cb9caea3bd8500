/** The registry port's part about retention: how long each facility keeps its measurements, and what was removed when. */
import type { FacilityId } from './ids.ts'
import type { Written } from './registry-people.ts'
import type { RETENTION_OUTCOMES } from './rest/retention.ts'

export interface RetentionRule {
  facility: FacilityId
  /** Days that measurements are kept; null: for ever. */
  days: number | null
  changedMs: number
  changedBy: string
}
/** Of measurements that were due and stayed. */
export interface RetentionKept {
  reason: 'dataset_request' | 'trial' | 'ledger'
  /** Of the request or trial; null: the message ledger. */
  id: string | null
  devices: number
  /** Device time, epoch ms, half-open. */
  fromMs: number
  toMs: number
}
export interface RetentionRun {
  id: string
  facility: FacilityId
  /** What was measured before was due, epoch ms. */
  beforeMs: number
  days: number
  startedMs: number
  endedMs: number
  outcome: (typeof RETENTION_OUTCOMES)[number]
  /** Stable code of a failure; null: none. */
  failure: string | null
  messages: number
  kept: RetentionKept[]
  /** Who asked for it; null: the day had come. */
  startedBy: string | null
}

export interface RetentionRepositories {
  retention: {
    /** Null: nothing was ever set, and everything is kept. */
    rule(facility: string): Promise<RetentionRule | null>
    /** All that were set, in order of their facility. */
    rules(): Promise<RetentionRule[]>
    /** `day`: the calendar day whose work is then taken, so that a mistake can be taken back until the next night. */
    set(facility: string, days: number | null, day: string, written: Written): Promise<RetentionRule>
    /** Takes the day's work of a facility, so that of several servers one does it. @returns false when it is taken */
    claim(facility: string, day: string): Promise<boolean>
    ended(run: Omit<RetentionRun, 'id'>): Promise<RetentionRun>
    /** Newest first. */
    runs(facility: string, limit: number): Promise<RetentionRun[]>
  }
}
