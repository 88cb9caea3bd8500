/** How much too fast each device is: a token bucket that goes into debt, so that nothing is refused and only acknowledgements wait. */
import type { KnownDevice } from './registry.ts'

/** Longest that one acknowledgement is held back. */
const MAX_HOLD_MS = 2_000
/** A device may send so much at once before it is slowed down. */
const BURST_MS = 10_000

export interface RateLimit {
  /** Takes a packet's messages out of the device's bucket. @returns how long to hold the acknowledgement back, ms; 0: in time */
  take(device: KnownDevice, messages: number, nowMs: number): number
}

/** The debt never exceeds what the longest hold pays back: a backlog does not slow a device down for long after it. */
export function createRateLimit(): RateLimit {
  /** By facility and device: the time at which what was sent so far would have been in time. */
  const paidUpTo = new Map<string, number>()
  return {
    take({ key, profile }, messages, nowMs) {
      const before = Math.min(paidUpTo.get(key) ?? 0, nowMs + MAX_HOLD_MS)
      const after = Math.max(before, nowMs - BURST_MS) + (messages * 1_000) / profile.messages_per_second
      paidUpTo.set(key, after)
      return after <= nowMs ? 0 : Math.min(Math.ceil(after - nowMs), MAX_HOLD_MS)
    },
  }
}
