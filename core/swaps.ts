/** Swaps of one device for another as the registry keeps them: two placements that meet at one instant. */
import type { DeviceId, FacilityId } from './ids.ts'

/** How long a swap can be taken back. */
export const UNDO_MS = 60_000

export interface SwapRecord {
  id: string
  facility: FacilityId
  gone: DeviceId
  come: DeviceId
  /** Where the one stood and the other stands. */
  room: string | null
  atMs: number
  by: string
  undoneMs: number | null
}

export interface Swaps {
  /**
   * Ends the open placement of `gone` and begins one of `come` at the same place for the same resident, at the same instant.
   * Throws `not_found` (no such device) and `conflict`: `gone` stands nowhere, `come` stands somewhere, or they are of two types.
   */
  swap(record: Omit<SwapRecord, 'id' | 'room' | 'undoneMs'>): Promise<SwapRecord>
  get(id: string): Promise<SwapRecord | null>
  /** Turns back within UNDO_MS, again by two placements that meet: what has been is not rewritten. Throws `not_found`, `conflict`. */
  undo(id: string, nowMs: number): Promise<SwapRecord>
}
