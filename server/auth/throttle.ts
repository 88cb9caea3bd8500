/** Slows guessing of passwords down: failures are counted by person and address, by address, by person, and by known browser. */
import { isIPv6 } from 'node:net'

/** A counter without a failure for so long starts anew. */
const FORGET_MS = 30 * 60_000
/** The first wait after the limit; it doubles with each failure after that, so that who mistyped at night is back in half a minute. */
const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 15 * 60_000
/**
 * Failures before the first wait. Per person over all addresses is high on purpose: a stranger on the network must not be able
 * to lock a nurse out with a few wrong passwords. A browser in which that person has signed in before is counted by itself alone,
 * so that not even many strangers at once can. [OWASP Authentication: device cookies]
 */
const LIMITS = { browser: 5, pair: 5, address: 30, user: 100 } as const
/** Counters kept; the oldest goes first. */
const MAX_COUNTERS = 20_000

export interface Attempt {
  user: string
  address: string
  /** Id of a browser in which this user has signed in before; null: unknown. */
  browser: string | null
}

export interface Throttle {
  /** How long this attempt must wait, ms; 0: it may be made. */
  waitMs(attempt: Attempt): number
  /** Counts an attempt as failed, before its password is looked at: many at once are counted too. */
  attempted(attempt: Attempt): void
  /** Takes it back. */
  succeeded(attempt: Attempt): void
}

interface Counter {
  failures: number
  lastMs: number
}

export function createThrottle(clock: () => number): Throttle {
  const counters = new Map<string, Counter>()
  const living = (key: string): Counter | undefined => {
    const counter = counters.get(key)
    if (counter && counter.lastMs + FORGET_MS <= clock()) {
      counters.delete(key)
      return undefined
    }
    return counter
  }
  const waitOf = (key: string, limit: number): number => {
    const counter = living(key)
    if (!counter || counter.failures < limit) return 0
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(counter.failures - limit, 10), LONGEST_WAIT_MS)
    return Math.max(0, counter.lastMs + waitMs - clock())
  }
  return {
    waitMs: attempt => Math.max(...keysOf(attempt).map(([key, limit]) => waitOf(key, limit))),
    attempted(attempt) {
      for (const [key] of keysOf(attempt)) {
        const failures = (living(key)?.failures ?? 0) + 1
        counters.delete(key)
        counters.set(key, { failures, lastMs: clock() })
      }
      for (const key of counters.keys()) {
        if (counters.size <= MAX_COUNTERS) break
        counters.delete(key)
      }
    },
    succeeded(attempt) {
      const [own, ...others] = keysOf(attempt)
      if (own) counters.delete(own[0])
      for (const [key] of others) {
        const counter = living(key)
        if (counter) counter.failures -= 1
      }
    },
  }
}

/** The counter of this person here comes first. */
function keysOf({ user, address, browser }: Attempt): [string, number][] {
  if (browser !== null) return [[`browser ${browser} ${user}`, LIMITS.browser]]
  const network = networkOf(address)
  return [
    [`pair ${user} ${network}`, LIMITS.pair],
    [`address ${network}`, LIMITS.address],
    [`user ${user}`, LIMITS.user],
  ]
}

/** One household has 2^64 addresses of IPv6. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail = ''] = plain.split('%', 1)[0]?.split('::') ?? []
  const front = head.split(':').filter(part => part !== '')
  const back = tail.split(':').filter(part => part !== '')
  const whole = [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back]
  return `${whole.slice(0, 4).join(':')}::/64`
}
