/** Packets taken from a connection and not yet acknowledged: above a number or a size the connection is no longer read, so that memory has an end. */

export interface HeldLimits {
  packets: number
  bytes: number
  /** Of all connections together; the same object for each. */
  shared?: { bytes: number; maxBytes: number }
}

export interface Held {
  add(bytes: number): void
  remove(bytes: number): void
  /** Whether there is room for a little more, although reading is paused. */
  hasReserve(): boolean
  /** The connection is over: what it still holds no longer counts against it. */
  end(): void
}

/** A client has no more packet ids than these. */
const MAX_UNDER_WAY = 65_535
/** Of the bytes, so many times the limit. */
const RESERVE = 2

/** Reading goes on at half of the limits, in any case when nothing is held. */
export function createHeld(limits: HeldLimits, flow: { pause(): void; resume(): void }): Held {
  const { shared } = limits
  let packets = 0
  let bytes = 0
  let paused = false
  let ended = false

  return {
    add(size) {
      packets += 1
      bytes += size
      if (shared) shared.bytes += size
      if (paused || !isAbove(1)) return
      paused = true
      flow.pause()
    },
    remove(size) {
      packets -= 1
      bytes -= size
      if (shared) shared.bytes -= size
      if (!paused || ended || (packets > 0 && isAbove(0.5))) return
      paused = false
      flow.resume()
    },
    hasReserve() {
      const inShared = shared === undefined || shared.bytes < shared.maxBytes * RESERVE
      return packets < MAX_UNDER_WAY && bytes < limits.bytes * RESERVE && inShared
    },
    end() {
      ended = true
    },
  }

  function isAbove(share: number): boolean {
    const tooMany = packets >= limits.packets * share || bytes >= limits.bytes * share
    return tooMany || (shared !== undefined && shared.bytes >= shared.maxBytes * share)
  }
}
