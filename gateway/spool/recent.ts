/** The newest commits in memory, for consumers that keep up and so need not read them from the disk. */
import type { Commit } from './consumer.ts'

export interface Recent<E> {
  get(first: number): Commit<E> | undefined
  /** @param slowest where the slowest consumer reads next: nobody needs what lies before */
  add(commit: Commit<E>, bytes: number, slowest: number): void
}

export function createRecent<E>(maxBytes: number): Recent<E> {
  const commits = new Map<number, Commit<E> & { bytes: number }>()
  let held = 0
  return {
    get: first => commits.get(first),
    add({ first, entries }, bytes, slowest) {
      commits.set(first, { first, entries, bytes })
      held += bytes
      for (const old of commits.values()) {
        if (held <= maxBytes && old.first + old.entries.length > slowest) break
        commits.delete(old.first)
        held -= old.bytes
      }
    },
  }
}
