/** What a fault is: when it strikes, how long it lasts, how it ends. */
import type { Random } from './random.ts'
import type { Rig, Topology } from './rig.ts'

export interface FaultContext {
  rig: Rig
  random: Random
  /** Called at the moment at which the fault strikes; at the worst of several it counts. */
  strikes(): void
  /** Sends a few messages, so that something is under way. */
  stir(): void
  /** Something that must not be was seen. */
  violation(what: string): void
}
export interface Ongoing {
  /** What exactly it did. */
  detail: string
  /** Of a power cut: unsynced bytes and names that were dropped. */
  dropped?: number
  lastsMs: number
  /** Puts an end to it; when it returns the fault has ended, and what was killed has been started again. */
  end(): Promise<void>
}
export type Leg = 'device' | 'gateway' | 'store'
export type Part = 'gateway' | 'broker' | 'store' | 'server' | 'store answers' | `net ${Leg}`
export interface FaultKind {
  name: string
  /** Two faults of one group never share a part. */
  on: readonly Part[]
  weight: number
  topologies: readonly Topology[]
  begin(context: FaultContext): Promise<Ongoing>
}
