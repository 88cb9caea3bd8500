/** How much too fast each device is: a token bucket that goes into debt, so that nothing is refused and only acknowledgements wait. */
import type { KnownDevice } from './registry.ts'

/** Longest that one acknowledgement is held back. */
const MAX_HOLD_MS = 2_000
/** A device may send so much at once before it is slowed down. */
const BURST_MS = 10_000

/** Of one device. */
export interface Bucket {
  /** Takes a packet's messages out of it, which has room for so many a second. @returns how long to hold the acknowledgement back, ms; 0: in time */
  take(messages: number, perSecond: number, nowMs: number): number
}

export interface RateLimit {
  bucket(device: Pick<KnownDevice, 'key'>): Bucket
}

export function createRateLimit(): RateLimit {
  /** By facility and device. */
  const buckets = new Map<string, Bucket>()
  return {
    bucket({ key }) {
      let bucket = buckets.get(key)
      if (!bucket) {
        bucket = createBucket()
        buckets.set(key, bucket)
      }
      return bucket
    },
  }
}

/** The debt never exceeds what the longest hold pays back: a backlog does not slow a device down for long after it. */
function createBucket(): Bucket {
  /** The time at which what was sent so far would have been in time. */
  let paidUpToMs = 0
  return {
    take(messages, perSecond, nowMs) {
      const before = Math.min(paidUpToMs, nowMs + MAX_HOLD_MS)
      paidUpToMs = Math.max(before, nowMs - BURST_MS) + (messages * 1_000) / perSecond
      return paidUpToMs <= nowMs ? 0 : Math.min(Math.ceil(paidUpToMs - nowMs), MAX_HOLD_MS)
    },
  }
}
