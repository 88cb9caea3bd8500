/** Closes cross-site requests: a page of another site must not act with the cookies of ours. */
import type { IncomingMessage } from 'node:http'

/**
 * Browsers say where a request comes from by `Sec-Fetch-Site` and, on every write and socket, by `Origin`; programs that say neither hold
 * no one else's cookies. Beside it the session cookie is SameSite=Strict.
 * @param publicUrl address that people type, where a proxy hides the host that they typed
 */
export function isOwnPage(request: Pick<IncomingMessage, 'headers'>, publicUrl: string | undefined): boolean {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  const from = new URL(origin)
  return from.host === host || (publicUrl !== undefined && from.origin === new URL(publicUrl).origin)
}
