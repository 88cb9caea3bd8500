/** Browsers in which someone has signed in before: a signed cookie that says so, of use to the throttle and to nothing else. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Cookie, createCookie } from './cookies.ts'

const KEEP_S = 180 * 86_400

export interface KnownBrowsers {
  /** Id of the browser if `user` has signed in there before, else null. */
  of(user: string, headers: IncomingHttpHeaders): string | null
  /** Value of Set-Cookie for the browser in which `user` has just signed in. */
  remember(user: string): string
}

/** @param secret at least 32 random characters */
export function createKnownBrowsers({ secret, secure }: { secret: string; secure: boolean }): KnownBrowsers {
  const cookie: Cookie = createCookie('mimamori_browser', secure)
  const seal = (user: string, id: string): Buffer =>
    createHmac('sha256', secret).update(`known-browser\n${user}\n${id}`).digest()
  return {
    of(user, headers) {
      const [id, tag] = cookie.read(headers.cookie)?.split('.') ?? []
      if (!id || !tag) return null
      const given = Buffer.from(tag, 'base64url')
      const expected = seal(user, id)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
      return createHash('sha256').update(id).digest('base64url')
    },
    remember(user) {
      const id = randomBytes(16).toString('base64url')
      return cookie.write(`${id}.${seal(user, id).toString('base64url')}`, KEEP_S)
    },
  }
}
