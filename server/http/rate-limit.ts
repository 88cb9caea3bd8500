/** How many requests one network, one person, one token may make: buckets that fill again by themselves, in bounded memory. */
import { AppError } from '../../core/errors.ts'
import { networkOf } from '../auth/throttle.ts'

/** `burst` at once, `perSecond` for ever. */
interface Limit {
  perSecond: number
  burst: number
}
export interface RateLimits {
  /** A facility's tablets mostly share one address. */
  address: Limit
  user: Limit
  token: Limit
}
const RATE_LIMITS: RateLimits = {
  address: { perSecond: 100, burst: 1_000 },
  user: { perSecond: 30, burst: 500 },
  token: { perSecond: 20, burst: 200 },
}
/** What an address pays more for a request that nobody is signed in for: who tries keys is slower than who has one. */
const STRANGER_COST = 9
/** Buckets kept; the oldest goes first. */
const MAX_BUCKETS = 50_000

export interface RateLimit {
  /** Throws `rate_limited`, with how long to wait. */
  take(kind: keyof RateLimits, who: string): void
  /** Charges an address for a request without a session that needed one. */
  stranger(address: string): void
}

export function createRateLimit(clock: () => number, limits: RateLimits = RATE_LIMITS): RateLimit {
  const buckets = new Map<string, { left: number; atMs: number }>()
  const draw = (kind: keyof RateLimits, who: string, cost: number): number => {
    const { perSecond, burst } = limits[kind]
    const key = `${kind} ${kind === 'address' ? networkOf(who) : who}`
    const now = clock()
    const known = buckets.get(key)
    const filled = known ? Math.min(burst, known.left + (Math.max(0, now - known.atMs) / 1000) * perSecond) : burst
    const waitMs = filled < 1 ? ((1 - filled) / perSecond) * 1000 : 0
    buckets.delete(key)
    buckets.set(key, { left: waitMs > 0 ? filled : Math.max(0, filled - cost), atMs: now })
    for (const oldest of buckets.keys()) {
      if (buckets.size <= MAX_BUCKETS) break
      buckets.delete(oldest)
    }
    return waitMs
  }
  return {
    take(kind, who) {
      const waitMs = draw(kind, who, 1)
      if (waitMs > 0)
        throw new AppError('rate_limited', `Too many requests. Wait ${Math.ceil(waitMs / 1000)} s.`, {
          retryAfterMs: waitMs,
        })
    },
    stranger: address => void draw('address', address, STRANGER_COST),
  }
}
