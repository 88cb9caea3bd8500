/** Signing in: the one way from a proof of identity to a session, held back when someone guesses, equal in answer and time. */
import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../../core/errors.ts'
import type { Registry, UserRecord } from '../../core/registry.ts'
import type { Metrics } from '../metrics.ts'
import type { KnownBrowsers } from './known-browsers.ts'
import type { Passwords } from './password.ts'
import type { Session, Sessions } from './sessions.ts'
import type { Attempt, Throttle } from './throttle.ts'

/**
 * A way to prove who one is. A passkey or an OpenID Connect provider comes in here as another of these: what is around it
 * (throttle, ended accounts, sessions, cookies) stays the same.
 */
export interface Proof<Given> {
  /** Who has proved it, or null; takes equally long for a name that nobody has. */
  check(user: string, given: Given): Promise<UserRecord | null>
}

export interface From {
  address: string
  headers: IncomingHttpHeaders
}

export interface SignIn {
  /** Throws `too_many_attempts`, `wrong_credentials`. @returns the session and the cookies to set */
  enter<Given>(
    proof: Proof<Given>,
    user: string,
    given: Given,
    from: From,
  ): Promise<{ session: Session; cookies: string[] }>
  /** Counts a guess that is none of a password (one-time codes, the present password); throws `too_many_attempts`. */
  guarded<T>(user: string, from: From, check: () => Promise<T | null>): Promise<T | null>
}

export function createSignIn({
  sessions,
  throttle,
  browsers,
  metrics,
}: {
  sessions: Sessions
  throttle: Throttle
  browsers: KnownBrowsers
  metrics: Pick<Metrics, 'signIn'>
}): SignIn {
  const holdBack = (attempt: Attempt): void => {
    const waitMs = throttle.waitMs(attempt)
    if (waitMs === 0) return
    metrics.signIn('throttled')
    const detail = `Too many wrong attempts. Wait ${Math.ceil(waitMs / 1000)} s, or ask your administrator.`
    throw new AppError('too_many_attempts', detail, { retryAfterMs: waitMs })
  }
  const guarded: SignIn['guarded'] = async (user, { address, headers }, check) => {
    const attempt = { user, address, browser: browsers.of(user, headers) }
    holdBack(attempt)
    throttle.attempted(attempt)
    const found = await check()
    if (found !== null) throttle.succeeded(attempt)
    return found
  }
  return {
    guarded,
    async enter(proof, user, given, from) {
      const known = await guarded(user, from, () => proof.check(user, given))
      if (!known) {
        metrics.signIn('refused')
        throw new AppError('wrong_credentials', 'The name or the password is wrong.')
      }
      metrics.signIn('ok')
      const { cookie, session } = await sessions.open(known, from.headers)
      return { session, cookies: [cookie, browsers.remember(known.user)] }
    },
  }
}

/** By password. An account that was ended is refused like a wrong password, after the same work. */
export const passwordProof = ({
  registry,
  passwords,
}: {
  registry: Pick<Registry, 'users'>
  passwords: Passwords
}): Proof<string> => ({
  async check(name, password) {
    const user = await registry.users.get(name)
    const known = user?.passwordHash ?? null
    if (!(await passwords.verify(known, password)) || !user || user.disabledMs !== null) return null
    if (known !== null && passwords.isOutdated(known))
      await registry.users.setPasswordHash(user.user, await passwords.hash(password))
    return user
  },
})
