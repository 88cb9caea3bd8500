/** What the spool gives its consumers: the entries of one commit, as the bytes that are on the disk, and what was noted of them when they came. */
import { parseBody } from './record.ts'

/** What consumers need of a commit, gathered entry by entry: entries that live on as objects would only be moved about by the garbage collector. */
export interface Digest<E> {
  /** In order, without holes. */
  add(entry: E): void
}

export interface Commit<E, D> {
  /** Position of the first entry; the others follow without holes. */
  first: number
  count: number
  /** A JSON array of entries, the first `skip` of which lie before `first`. */
  body: Uint8Array
  skip: number
  /** Read from the body at every call. */
  entries(): readonly E[]
  digest(): D
}

/** @param digest what was gathered of all its entries; null: it is made from the body when it is wanted */
export function createCommit<E, D extends Digest<E>>(
  { first, count, body, skip }: Pick<Commit<E, D>, 'first' | 'count' | 'body' | 'skip'>,
  digest: D | null,
  newDigest: () => D,
): Commit<E, D> {
  const entries = (): readonly E[] => {
    const all = parseBody(body) as E[]
    return skip > 0 ? all.slice(skip) : all
  }
  return {
    first,
    count,
    body,
    skip,
    entries,
    digest() {
      if (digest) return digest
      const made = newDigest()
      for (const entry of entries()) made.add(entry)
      return made
    },
  }
}
