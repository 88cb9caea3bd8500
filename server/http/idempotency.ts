/**
 * Writes that may be sent twice: the answer to an `Idempotency-Key` is kept for 24 hours and given again, by whichever server is asked.
 * What is kept is sealed with a key that only who sends the same `Idempotency-Key` can make: some answers hold secrets.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { Registry } from '../../core/registry.ts'
import type { Route } from '../../core/rest/route.ts'

const KEEP_MS = 86_400_000
export const MAX_KEY_LENGTH = 200
/** How long the second of two waits for the first before it is told to come back. */
const WAIT_MS = 10_000
const LOOK_MS = 50
/** A write whose server died in the middle frees its key after so long. */
const UNDER_WAY_MS = 600_000

export interface Idempotency {
  /** Does `work` once for a key; the same key with another body is refused. Throws `bad_request`, `conflict`. */
  once<T>(request: { key: string; user: string; route: string; body: unknown }, work: () => Promise<T>): Promise<T>
}

/** Every write by someone who is known; a stream cannot be given again. */
export const takesKey = ({ method, open, response }: Route): boolean =>
  method !== 'get' && !open && typeof response !== 'string'

export function createIdempotency({
  registry,
  secret,
  clock,
}: {
  registry: Pick<Registry, 'keptAnswers'>
  /** At least 32 random characters. */
  secret: string
  clock: () => number
}): Idempotency {
  const { keptAnswers } = registry
  return {
    async once({ key, user, route, body }, work) {
      if (key.length > MAX_KEY_LENGTH || !/^[\x21-\x7e]+$/.test(key))
        throw new AppError('bad_request', `Idempotency-Key has 1 to ${MAX_KEY_LENGTH} visible ASCII characters.`)
      const id = hash([user, route, key])
      const bodySha256 = hash(body)
      const sealing = Buffer.from(hkdfSync('sha256', secret, id, `kept answer\n${key}`, 32))
      for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
        const known = await keptAnswers.begin({ id, bodySha256, untilMs: clock() + UNDER_WAY_MS }, clock())
        if (known === null) break
        if (known.bodySha256 !== bodySha256)
          throw new AppError(
            'conflict',
            'This Idempotency-Key was used with another body; use a new key for a new request.',
          )
        if (known.answer !== null) return JSON.parse(opened(known.answer, sealing)).answer
        if (waitedMs >= WAIT_MS)
          throw new AppError('conflict', 'The first request with this Idempotency-Key is still under way.', {
            retryAfterMs: 5_000,
          })
        await sleep(LOOK_MS)
      }
      const answer = await work().catch(async (error: unknown) => {
        // Nothing was made: the same key may be tried again.
        await keptAnswers.drop(id)
        throw error
      })
      await keptAnswers.finish(id, sealed(JSON.stringify({ answer }), sealing), clock() + KEEP_MS)
      return answer
    },
  }
}

function sealed(text: string, key: Buffer): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')
}

function opened(text: string, key: Buffer): string {
  const bytes = Buffer.from(text, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}

const hash = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex')
