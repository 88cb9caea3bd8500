/** Who makes a request: sessions of signed-in people (opened, found, ended at once everywhere) and API tokens, under one roof. */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Registry, SessionRecord, UserRecord } from '../../core/registry.ts'
import type { TokenScope } from '../../core/rest/route.ts'
import type { Me } from '../../core/rest/session.ts'
import { createCookie } from './cookies.ts'
import type { Tokens } from './tokens.ts'

/** Without a request or an open socket for so long, a session ends: longer than any shift. */
const IDLE_MS = 14 * 3_600_000
/** A session ends after so long in any case; a wall display, which can do nothing but show, stays for a season. */
const ABSOLUTE_MS = 24 * 3_600_000
const DISPLAY_MS = 90 * 86_400_000
/** `seen` is written at most so often. */
const TOUCH_MS = 60_000
const AGENT_LENGTH = 200
/** Requests and the socket of a page carry the cookie before, for a moment. */
const HANDOVER_MS = 2_000

export interface Session {
  /** Names the session where its token must not appear. */
  id: string
  me: Me
  /** Set when the request came with an API token: it may do only what its scopes say. */
  token: { id: string; scopes: readonly TokenScope[] } | null
}

export interface Sessions {
  /** Opens a session for who has just proved who they are; the one that the browser held before ends. @returns Set-Cookie */
  open(user: UserRecord, headers: IncomingHttpHeaders): Promise<{ cookie: string; session: Session }>
  /** The living session of a request's cookie or bearer token, or null. */
  of(headers: IncomingHttpHeaders): Promise<Session | null>
  /** The session again, as its user's rights are now; null once it has ended. */
  again(id: string): Promise<Session | null>
  close(id: string): Promise<void>
  /** Opens another session in place of this one, which ends as soon as the browser has surely got its new cookie. @returns Set-Cookie */
  renew(session: Session, user: UserRecord, headers: IncomingHttpHeaders): Promise<string>
  /** Ends a user's sessions, all but `except`, and with them their open sockets. */
  closeOf(user: string, except?: string): Promise<void>
  /** To be called when someone's rights have changed or ended: open sockets are looked at now. */
  rightsChanged(): void
  /** Called for each session closed here, and with null when all are to be looked at. */
  onClose(listener: (id: string | null) => void): void
  /** Set-Cookie that takes the cookie away. */
  noCookie: string
  cookieName: string
}

export const meOf = (user: UserRecord): Me => ({
  user: user.user,
  role: user.role,
  facilities: user.facilities,
  maker: user.maker,
  language: user.language,
})

/** What a person may know a session by: it opens nothing. */
export const publicIdOf = (sessionId: string): string => sessionId.slice(0, 20)

export const isLiving = (record: SessionRecord, nowMs: number): boolean =>
  record.expiresMs > nowMs && record.seenMs + IDLE_MS > nowMs

export function createSessions({
  registry,
  tokens,
  clock,
  secure,
}: {
  registry: Pick<Registry, 'sessions' | 'users'>
  tokens: Pick<Tokens, 'of'>
  clock: () => number
  /** True when people reach us by https only. */
  secure: boolean
}): Sessions {
  const cookie = createCookie('mimamori_session', secure)
  const closeListeners: ((id: string | null) => void)[] = []
  const tell = (id: string | null): void => {
    for (const listener of closeListeners) listener(id)
  }
  const atWork = async (name: string): Promise<UserRecord | null> => {
    const user = await registry.users.get(name)
    return user && user.disabledMs === null ? user : null
  }

  const again = async (id: string): Promise<Session | null> => {
    const record = await registry.sessions.get(id)
    if (!record) return null
    const now = clock()
    const user = isLiving(record, now) ? await atWork(record.user) : null
    if (!user) {
      await registry.sessions.delete(id)
      return null
    }
    if (now - record.seenMs > TOUCH_MS) await registry.sessions.touch(id, now)
    return { id, me: meOf(user), token: null }
  }
  const close = async (id: string): Promise<void> => {
    await registry.sessions.delete(id)
    tell(id)
  }

  const open = async (user: UserRecord, headers: IncomingHttpHeaders): ReturnType<Sessions['open']> => {
    const secret = randomBytes(32).toString('base64url')
    const now = clock()
    const id = sha256(secret)
    await registry.sessions.deleteExpired(now)
    await registry.sessions.create({
      tokenSha256: id,
      user: user.user,
      createdMs: now,
      seenMs: now,
      expiresMs: now + (user.role === 'display' ? DISPLAY_MS : ABSOLUTE_MS),
      agent: (headers['user-agent'] ?? '').slice(0, AGENT_LENGTH),
    })
    return { cookie: cookie.write(secret), session: { id, me: meOf(user), token: null } }
  }

  return {
    again,
    close,
    async open(user, headers) {
      const before = cookie.read(headers.cookie)
      if (before) await close(sha256(before))
      return open(user, headers)
    },
    async renew({ id }, user, headers) {
      const { cookie: next } = await open(user, headers)
      // Kept first, for a server that does not live so long.
      await registry.sessions.shorten(id, clock() + HANDOVER_MS)
      setTimeout(() => void close(id).catch(() => undefined), HANDOVER_MS).unref()
      return next
    },
    async of(headers) {
      const given = bearer(headers.authorization)
      // Who names a token means that token: a cookie beside it does not count.
      if (given === null && /^bearer\b/i.test(headers.authorization ?? '')) return null
      if (given === null) {
        const secret = cookie.read(headers.cookie)
        return secret ? again(sha256(secret)) : null
      }
      const token = await tokens.of(given)
      const user = token ? await atWork(token.user) : null
      if (token && user)
        return { id: `token:${token.id}`, me: meOf(user), token: { id: token.id, scopes: token.scopes } }
      return again(sha256(given))
    },
    async closeOf(user, except) {
      for (const id of await registry.sessions.deleteOf(user, except)) tell(id)
    },
    rightsChanged: () => tell(null),
    onClose: listener => {
      closeListeners.push(listener)
    },
    noCookie: cookie.write(null),
    cookieName: cookie.name,
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const bearer = (header: string | undefined): string | null =>
  /^Bearer ([A-Za-z0-9_-]{20,100})$/i.exec(header ?? '')?.[1] ?? null
