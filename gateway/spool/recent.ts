/** The newest commits in memory, for consumers that keep up and so need not read them from the disk. */
import { type Commit, createCommit, type Digest } from './commit.ts'

export interface Recent<E, D> {
  get(first: number): Commit<E, D> | undefined
  /**
   * @param slowest the lowest cursor: nobody looks at what lies before
   * @param free called when nobody will look at the body any more
   */
  add(commit: { first: number; count: number; body: Uint8Array }, digest: D, slowest: number, free: () => void): void
}

/** Only one consumer ever falls behind for long, the store's, and it reads bytes: digests of older commits need not be kept. */
const WITH_DIGEST = 4

interface Kept<D> {
  first: number
  count: number
  body: Uint8Array
  digest: D | null
  free: () => void
}

export function createRecent<E, D extends Digest<E>>(maxBytes: number, newDigest: () => D): Recent<E, D> {
  const commits = new Map<number, Kept<D>>()
  const withDigest: Kept<D>[] = []
  let held = 0
  return {
    get(first) {
      const kept = commits.get(first)
      return kept && createCommit<E, D>({ ...kept, skip: 0 }, kept.digest, newDigest)
    },
    add({ first, count, body }, digest, slowest, free) {
      const kept = { first, count, body, digest, free }
      commits.set(first, kept)
      withDigest.push(kept)
      if (withDigest.length > WITH_DIGEST) withDigest.shift()!.digest = null
      held += body.buffer.byteLength
      for (const old of commits.values()) {
        if (held <= maxBytes && old.first + old.count > slowest) break
        commits.delete(old.first)
        // One that is only let go because there are too many may still be in somebody's hands.
        if (old.first + old.count <= slowest) old.free()
        held -= old.body.buffer.byteLength
      }
    },
  }
}
