/** A table as numbers: leaves of hierarchies and sensitive values instead of texts. All arrays are shared with the worker thread, not copied. */
import type { Hierarchy } from './hierarchy.ts'
import { levelsOf } from './hierarchy.ts'

/** A quasi-identifier's hierarchy as numbers; what is one value at a level has one code, counted from 0. */
export interface Attribute {
  /** Rows of the hierarchy, not values that occur. */
  leaves: number
  /** Level → leaf → code. */
  codes: readonly Int32Array[]
  /** Level → code → leaves below it. */
  widths: readonly Int32Array[]
}

/** What the search works on. */
export interface CodedTable {
  records: number
  attributes: readonly Attribute[]
  /** Attribute → record → leaf. */
  leaves: readonly Int32Array[]
  /** Sensitive column → number of values. */
  values: readonly number[]
  /** Sensitive column → record → value, values counted by code point. */
  sensitive: readonly Int32Array[]
}

/** @param hierarchy checked */
export function codedHierarchy(hierarchy: Hierarchy): Attribute {
  const { values } = hierarchy
  const codes = Array.from({ length: levelsOf(hierarchy) }, () => new Int32Array(values.length))
  const widths = codes.map((codeOf, level) => {
    const known = new Map<string, number>()
    const width: number[] = []
    for (const [leaf, line] of values.entries()) {
      const code = known.get(line[level]!) ?? known.size
      known.set(line[level]!, code)
      codeOf[leaf] = code
      width[code] = (width[code] ?? 0) + 1
    }
    return Int32Array.from(width)
  })
  return { leaves: values.length, codes, widths }
}

/** By code point, as UTF-8 sorts; JavaScript's own order is that of UTF-16. */
export function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  for (const [i, point] of left.entries()) {
    if (i >= right.length) return 1
    const difference = point.codePointAt(0)! - right[i]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** On shared memory: a worker thread sees it without a copy. */
export const sharedCodes = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length))
