/** The socket contract: what flows over the `/live` namespace of socket.io (websocket only). */
import { FRESHNESS, type Freshness } from './freshness.ts'
import { PLACE_STATES, type PlaceState } from './place-state.ts'
import type { StoredValue } from './readings.ts'
import type { BoardCondition } from './rest/board.ts'
import type { DatasetJob } from './rest/datasets.ts'

export const LIVE_NAMESPACE = '/live'

/**
 * One room of a frame: [index into the snapshot's rooms, index into PLACE_STATES, flags, since (epoch s, 0 = unknown), one value per
 * `layout.metrics` (null = none), age of the oldest periodic value in seconds (-1 = none)].
 */
export type RoomColumns = [
  index: number,
  state: number,
  flags: number,
  since: number,
  ...values: (StoredValue | null)[],
]

/** Bits of `flags`: 0–2 freshness (index into FRESHNESS), 3 battery low, 4 device clock suspect. */
export const FLAG_BATTERY_LOW = 8
export const FLAG_CLOCK_SUSPECT = 16

export const packFlags = (freshness: Freshness, more = 0): number => FRESHNESS.indexOf(freshness) | more
export const freshnessFromFlags = (flags: number): Freshness => FRESHNESS[flags & 7] ?? 'never'
export const stateIndex = (state: PlaceState): number => PLACE_STATES.indexOf(state)
export const stateFromIndex = (index: number): PlaceState => PLACE_STATES[index] ?? 'unclear'

/** `f`, volatile, once per second per facility: absolute values of all rooms. `alarmSeq`: number of the newest condition transition. `feed`: age of the gateway's last word in ms, -1 = never. */
export type Frame = [
  frameSeq: number,
  serverMs: number,
  alarmSeq: number,
  layoutVersion: number,
  feedAgeMs: number,
  rooms: RoomColumns[],
]

export interface ServerToBrowser {
  f: (frame: Frame) => void
  /** An event of a device in the facility, newest first in the list that the snapshot gives. */
  e: (event: BoardEventMessage) => void
  /**
   * A condition's transition, once each, numbered without holes per facility; those that were missed come late and out of order. To be
   * acknowledged within five seconds, else the socket is closed and the browser comes back by a snapshot.
   */
  a: (condition: BoardCondition, acknowledge: () => void) => void
  job: (job: DatasetJob) => void
  /** The snapshot's layout is out of date (registry changed): fetch it again. */
  layout: (layoutVersion: number) => void
}
export interface BrowserToServer {
  /** Which facility's frames to send; answers false when the session may not see it. */
  watch: (facility: string, answer: (ok: boolean) => void) => void
}
export interface BoardEventMessage {
  room: string | null
  device: string
  profile: string
  event: string
  at: string
  late: boolean
}
