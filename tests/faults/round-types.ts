/** What a round is given, and what it gives. */
import type { GatewayTotals } from '../../gateway/heartbeat.ts'
import type { Counts } from './books.ts'
import type { Bundle } from './bundle.ts'
import type { Sabotage } from './process-config.ts'
import type { Topology } from './rig.ts'
import type { Verdict } from './verify.ts'

export interface FaultRecord {
  kind: string
  detail: string
  /** Messages that no answer had come for when it struck; a fault counts only when there were any. */
  unacknowledged: number
  /** Of a power cut: unsynced bytes and names that were dropped. */
  dropped?: number
}

export interface RoundResult {
  round: number
  topology: Topology
  counts: Counts
  faults: FaultRecord[]
  /** Time from the end of each group of faults until a fresh message was found in the store. */
  freshMs: number[]
  verdict: Verdict
  totals: GatewayTotals | null
  serverReads: number
  /** Alarms that events have raised. */
  alarms: number
  violations: string[]
  /** Fresh messages that came later than they must. */
  late: string[]
  seconds: number
}

export interface RoundOptions {
  round: number
  seed: number
  topology: Topology
  messages: number
  faults: number
  sabotage: Sabotage
  /** Names of the faults to choose from. */
  only: RegExp
  bundle: Bundle
  /** For everything that this round leaves on disk; removed when nothing was wrong. */
  dir: string
  signal: AbortSignal
  progress(state: { acknowledged: number; faults: number; doing: string; freshMs: readonly number[] }): void
}
