/** Links to released files: signed, expiring, usable by scripts without a session. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../core/errors.ts'
import { API_ROOT } from '../../core/rest/route.ts'

const VALID_S = 3_600

export interface Links {
  to(release: string, name: string): { url: string; expiresMs: number }
  /** Throws `forbidden` for a link that is not ours or no longer valid. */
  check(release: string, name: string, expires: number, token: string): void
}

export function createLinks({
  secret,
  publicUrl,
  clock,
}: {
  secret: string
  publicUrl: string | undefined
  clock: () => number
}): Links {
  const tokenOf = (release: string, name: string, expires: number): Buffer =>
    createHmac('sha256', secret).update(`dataset-file\n${release}\n${name}\n${expires}`).digest()
  return {
    to(release, name) {
      const expires = Math.floor(clock() / 1000) + VALID_S
      const path = `${API_ROOT}/datasets/${release}/files/${encodeURIComponent(name)}`
      const query = `?expires=${expires}&token=${tokenOf(release, name, expires).toString('base64url')}`
      return { url: (publicUrl?.replace(/\/$/, '') ?? '') + path + query, expiresMs: expires * 1000 }
    },
    check(release, name, expires, token) {
      const given = Buffer.from(token, 'base64url')
      const expected = tokenOf(release, name, expires)
      if (given.length !== expected.length || !timingSafeEqual(given, expected))
        throw new AppError('forbidden', 'This link is not one of ours; take it from the dataset as it is.')
      if (expires * 1000 <= clock())
        throw new AppError(
          'forbidden',
          'This link has expired; open the dataset again for a new one. Downloads can be resumed.',
        )
    },
  }
}
