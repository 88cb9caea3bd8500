/** Sessions of signed-in people: opening, finding, closing, and the cookie that carries them. */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Registry, UserRecord } from '../../core/registry.ts'
import type { Me } from '../../core/rest/session.ts'

/** Without a request or an open socket for so long, a session ends: longer than any shift. */
const IDLE_MS = 14 * 3_600_000
/** A session ends after so long in any case. */
const ABSOLUTE_MS = 24 * 3_600_000
/** `seen` is written at most so often. */
const TOUCH_MS = 60_000

export interface Session {
  /** Names the session where its token must not appear. */
  id: string
  me: Me
}

export interface Sessions {
  /** @returns the token, which only the browser keeps (256 random bits) */
  open(user: UserRecord): Promise<{ token: string; session: Session }>
  /** The living session of a request's cookie or bearer token, or null. */
  of(headers: IncomingHttpHeaders): Promise<Session | null>
  /** The session again, as its user's rights are now; null once it has ended. */
  again(id: string): Promise<Session | null>
  close(id: string): Promise<void>
  /** Called for each session closed here. */
  onClose(listener: (id: string) => void): void
  /** Value of Set-Cookie; without a token the cookie is taken away. */
  cookie(token: string | null): string
}

export const meOf = (user: UserRecord): Me => ({
  user: user.user,
  role: user.role,
  facilities: user.facilities,
  maker: user.maker,
  language: user.language,
})

export function createSessions({
  registry,
  clock,
  secure,
}: {
  registry: Pick<Registry, 'sessions' | 'users'>
  clock: () => number
  /** True when people reach us by https only. */
  secure: boolean
}): Sessions {
  // The prefix keeps a neighbouring host from planting a cookie of this name; browsers allow it over https only.
  const name = secure ? '__Host-mimamori_session' : 'mimamori_session'
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  const closeListeners: ((id: string) => void)[] = []

  const again = async (id: string): Promise<Session | null> => {
    const record = await registry.sessions.get(id)
    if (!record) return null
    const now = clock()
    const user = record.expiresMs > now && record.seenMs + IDLE_MS > now ? await registry.users.get(record.user) : null
    if (!user) {
      await registry.sessions.delete(id)
      return null
    }
    if (now - record.seenMs > TOUCH_MS) await registry.sessions.touch(id, now)
    return { id, me: meOf(user) }
  }

  return {
    again,
    async open(user) {
      const token = randomBytes(32).toString('base64url')
      const now = clock()
      const id = sha256(token)
      await registry.sessions.deleteExpired(now)
      await registry.sessions.create({
        tokenSha256: id,
        user: user.user,
        createdMs: now,
        seenMs: now,
        expiresMs: now + ABSOLUTE_MS,
      })
      return { token, session: { id, me: meOf(user) } }
    },
    async of(headers) {
      const token = bearer(headers.authorization) ?? cookieValue(headers.cookie, name)
      return token ? again(sha256(token)) : null
    },
    async close(id) {
      await registry.sessions.delete(id)
      for (const listener of closeListeners) listener(id)
    },
    onClose: listener => {
      closeListeners.push(listener)
    },
    cookie: token => (token ? `${name}=${token}; ${attributes}` : `${name}=; ${attributes}; Max-Age=0`),
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const bearer = (header: string | undefined): string | null =>
  /^Bearer ([A-Za-z0-9_-]{20,100})$/i.exec(header ?? '')?.[1] ?? null

function cookieValue(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || null
  }
  return null
}
