/** Gathers the items of one answer: as many as were asked for and as fit into its bytes. */
import { MAX_ANSWER_BYTES } from '../core/ledger.ts'

export interface AnswerPage<T> {
  items: T[]
  /** Continues behind the last item; null: that was all. */
  next: string | null
}
export interface PageMaker<T> {
  /** @returns false when there is no room: the item is then the first of the next page */
  add(item: T, place: string): boolean
  /** @param next where to go on although the page is not full; null: that was all */
  end(next?: string | null): AnswerPage<T>
}

/** For the id, `next` and the words around. */
const ENVELOPE_BYTES = 1_024
const ROOM_BYTES = MAX_ANSWER_BYTES - ENVELOPE_BYTES

/** @param shrink makes an item smaller that alone does not fit; called until it does */
export function createPage<T>(limit: number, shrink: (item: T) => T = item => item): PageMaker<T> {
  const items: T[] = []
  let bytes = 0
  let full = false
  let last: string | null = null
  return {
    add(item, place) {
      if (items.length === limit) full = true
      if (full) return false
      let fitting = item
      let size = sizeOf(fitting)
      if (bytes + size > ROOM_BYTES && items.length > 0) {
        full = true
        return false
      }
      while (size > ROOM_BYTES) {
        const smaller = shrink(fitting)
        if (sizeOf(smaller) >= size) throw new Error('an item does not fit into an answer')
        fitting = smaller
        size = sizeOf(fitting)
      }
      items.push(fitting)
      bytes += size
      last = place
      return true
    },
    end: (next = null) => ({ items, next: full ? last : next }),
  }
}

/** With the comma. */
const sizeOf = (item: unknown): number => Buffer.byteLength(JSON.stringify(item)) + 1
