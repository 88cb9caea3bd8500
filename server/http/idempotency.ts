/**
 * Writes that may be sent twice: the answer to an `Idempotency-Key` is kept for 24 hours and given again. Kept in this process's
 * memory: after a restart, or at another server, the same key acts again (creations then mostly answer `conflict`).
 */
import { createHash } from 'node:crypto'
import { AppError } from '../../core/errors.ts'

const KEEP_MS = 86_400_000
const MAX_ANSWERS = 10_000
const MAX_KEY_LENGTH = 200

export interface Idempotency {
  /** Does `work` once for a key; the same key with another body is refused. */
  once<T>(request: { key: string; user: string; route: string; body: unknown }, work: () => Promise<T>): Promise<T>
}

export function createIdempotency(clock: () => number): Idempotency {
  const answers = new Map<string, { bodyHash: string; answer: Promise<unknown>; untilMs: number }>()
  return {
    async once({ key, user, route, body }, work) {
      if (key.length > MAX_KEY_LENGTH)
        throw new AppError('bad_request', `Idempotency-Key has more than ${MAX_KEY_LENGTH} characters.`)
      const id = hash([user, route, key])
      const bodyHash = hash(body)
      const known = answers.get(id)
      if (known && known.untilMs > clock()) {
        if (known.bodyHash !== bodyHash)
          throw new AppError(
            'conflict',
            'This Idempotency-Key was used with another body; use a new key for a new request.',
          )
        return (await known.answer) as never
      }
      const answer = work()
      answers.delete(id)
      answers.set(id, { bodyHash, answer, untilMs: clock() + KEEP_MS })
      for (const oldest of answers.keys()) {
        if (answers.size <= MAX_ANSWERS) break
        answers.delete(oldest)
      }
      try {
        return await answer
      } catch (error) {
        // Nothing was made: the same key may be tried again.
        answers.delete(id)
        throw error
      }
    },
  }
}

const hash = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex')
