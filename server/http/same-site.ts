/** Where requests come from: a page of another site must not act with the cookies of ours, and some answers are for this machine alone. */
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

/** Whether a program on this machine asks, and not a proxy here for somebody else. */
export const isFromHere = ({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): boolean =>
  /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '') &&
  !['forwarded', 'x-forwarded-for', 'via'].some(name => name in headers)
