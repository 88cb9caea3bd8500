/** Slows guessing of passwords down: failures are counted per person and address, per address, and per person. */

const WINDOW_MS = 15 * 60_000
/**
 * Failures allowed within the window. Per person over all addresses is high on purpose: a stranger on the network must not be
 * able to lock a nurse out with a few wrong passwords.
 */
const LIMITS = { pair: 5, address: 30, user: 100 } as const
/** Counters kept; the oldest goes first. */
const MAX_COUNTERS = 20_000

export interface Throttle {
  /** How long this attempt must wait, ms; 0: it may be made. */
  waitMs(user: string, address: string): number
  /** Counts an attempt as failed, before its password is looked at: many at once are counted too. */
  attempted(user: string, address: string): void
  /** Takes it back. */
  succeeded(user: string, address: string): void
}

export function createThrottle(clock: () => number): Throttle {
  const counters = new Map<string, { failures: number; untilMs: number }>()
  const keys = (user: string, address: string): [string, number][] => [
    [`pair ${user} ${address}`, LIMITS.pair],
    [`address ${address}`, LIMITS.address],
    [`user ${user}`, LIMITS.user],
  ]
  const living = (key: string) => {
    const counter = counters.get(key)
    if (counter && counter.untilMs <= clock()) {
      counters.delete(key)
      return undefined
    }
    return counter
  }
  return {
    waitMs: (user, address) =>
      Math.max(
        0,
        ...keys(user, address).map(([key, limit]) => {
          const counter = living(key)
          return counter && counter.failures >= limit ? counter.untilMs - clock() : 0
        }),
      ),
    attempted(user, address) {
      for (const [key] of keys(user, address)) {
        const counter = living(key) ?? { failures: 0, untilMs: clock() + WINDOW_MS }
        counter.failures += 1
        counters.delete(key)
        counters.set(key, counter)
      }
      for (const key of counters.keys()) {
        if (counters.size <= MAX_COUNTERS) break
        counters.delete(key)
      }
    },
    succeeded(user, address) {
      for (const [key] of keys(user, address)) {
        const counter = living(key)
        if (counter) counter.failures -= 1
      }
      counters.delete(`pair ${user} ${address}`)
    },
  }
}
