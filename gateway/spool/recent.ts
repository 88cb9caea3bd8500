/** The newest commits in memory, for consumers that keep up and so need not read them from the disk. */
import type { Commit } from './consumer.ts'
import { parseBody } from './record.ts'

export interface Recent<E> {
  get(first: number): Commit<E> | undefined
  /** @param slowest where the slowest consumer reads next: nobody needs what lies before */
  add(commit: Commit<E>, body: Uint8Array, slowest: number): void
}

/** Entries of more commits than this would only be moved about by the garbage collector: the older ones are kept as bytes. */
const WITH_ENTRIES = 2

interface Kept<E> {
  first: number
  count: number
  /** Null: to be read from the body. */
  entries: readonly E[] | null
  body: Uint8Array
}

export function createRecent<E>(maxBytes: number): Recent<E> {
  const commits = new Map<number, Kept<E>>()
  const withEntries: Kept<E>[] = []
  let held = 0
  return {
    get(first) {
      const kept = commits.get(first)
      return kept && { first, entries: kept.entries ?? (parseBody(kept.body) as E[]) }
    },
    add({ first, entries }, body, slowest) {
      const kept: Kept<E> = { first, count: entries.length, entries, body }
      commits.set(first, kept)
      withEntries.push(kept)
      if (withEntries.length > WITH_ENTRIES) withEntries.shift()!.entries = null
      held += body.buffer.byteLength
      for (const old of commits.values()) {
        if (held <= maxBytes && old.first + old.count > slowest) break
        commits.delete(old.first)
        held -= old.body.buffer.byteLength
      }
    },
  }
}
