/** Records that look alike, counted; and how coarser groups are made of finer ones without looking at the records again. */

/** A column in the key of a group: leaf → code, level by level. A sensitive column has the levels "value" and "any". */
export interface KeyColumn {
  leaves: number
  codes: readonly Int32Array[]
}

/**
 * The key of a group is a mixed-radix number, one digit a column, in as many 32-bit words as it takes. Raising a column to another level
 * changes one digit, so it is an addition to one word, looked up by leaf.
 */
export interface Groups {
  size: number
  /** Group · words + word. */
  keys: Int32Array
  /** Records in the group. */
  counts: Int32Array
  /** One of the base groups in it: all of them have the same codes. */
  member: Int32Array
}

/** The finest groups: records that are equal in all columns. */
export interface Base {
  columns: readonly KeyColumn[]
  words: number
  /** Column → its word in the key. */
  wordOf: readonly number[]
  /** Column → what its digit is multiplied with. */
  multiplier: readonly number[]
  /** Column → base group → leaf. */
  leaves: readonly Int32Array[]
  groups: Groups
  /** Record → base group. */
  groupOf: Int32Array
}

const WORD = 2 ** 32

/** Open addressing with linear probing; a slot is in use when it has this round's stamp, so nothing is ever cleared. */
interface HashTable {
  slots: Int32Array
  stamps: Int32Array
  stamp: number
}
const table: HashTable = { slots: new Int32Array(0), stamps: new Int32Array(0), stamp: 0 }

/** @returns shift that brings a 32-bit hash into a table at most half full */
function prepared(entries: number): number {
  const bits = Math.max(4, 33 - Math.clz32(Math.max(1, entries)))
  if (table.slots.length < 2 ** bits || table.stamp === 0x7fff_ffff) {
    table.slots = new Int32Array(2 ** bits)
    table.stamps = new Int32Array(2 ** bits)
    table.stamp = 0
  }
  table.stamp++
  return 32 - bits
}

/** @param leaves column → record → leaf */
export function groupRecords(columns: readonly KeyColumn[], leaves: readonly Int32Array[], records: number): Base {
  const wordOf: number[] = []
  const multiplier: number[] = []
  let [word, room] = [0, 1]
  for (const column of columns) {
    if (room * column.leaves > WORD) [word, room] = [word + 1, 1]
    wordOf.push(word)
    multiplier.push(room)
    room *= column.leaves
  }
  const words = word + 1
  const keys = new Int32Array(records * words)
  for (const [i, leafOf] of leaves.entries()) {
    const [at, times] = [wordOf[i]!, multiplier[i]!]
    for (let record = 0; record < records; record++) keys[record * words + at]! += Math.imul(leafOf[record]!, times)
  }
  const single = new Int32Array(records).fill(1)
  const each = { size: records, keys, counts: single, member: Int32Array.from(single.keys()) }
  const { groups, into } = merged(each, words)
  const base = leaves.map(leafOf => groups.member.map(record => leafOf[record]!))
  const member = Int32Array.from(groups.member.keys())
  return { columns, words, wordOf, multiplier, leaves: base, groups: { ...groups, member }, groupOf: into }
}

/** Groups with column `i` raised from one level to another; everything else stays as it is. */
export function raised(base: Base, groups: Groups, i: number, from: number, to: number): Groups {
  return merged(raisedKeys(base, groups, i, from, to), base.words).groups
}

/** As {@link raised}, and says for each group which of the coarser ones it went into. */
export function raisedInto(base: Base, groups: Groups, i: number, from: number, to: number) {
  return merged(raisedKeys(base, groups, i, from, to), base.words)
}

function raisedKeys(base: Base, groups: Groups, i: number, from: number, to: number): Groups {
  const { words } = base
  const [before, after] = [base.columns[i]!.codes[from]!, base.columns[i]!.codes[to]!]
  const [word, times, leafOf] = [base.wordOf[i]!, base.multiplier[i]!, base.leaves[i]!]
  const change = after.map((code, leaf) => Math.imul(code - before[leaf]!, times))
  const keys = groups.keys.slice()
  const { size, member } = groups
  for (let group = 0; group < size; group++) keys[group * words + word]! += change[leafOf[member[group]!]!]!
  return { ...groups, keys }
}

function merged({ size, keys, counts, member }: Groups, words: number): { groups: Groups; into: Int32Array } {
  const shift = prepared(size)
  const { slots, stamps, stamp } = table
  const mask = 2 ** (32 - shift) - 1
  const into = new Int32Array(size)
  const total = new Int32Array(size)
  const first = new Int32Array(size)
  let found = 0
  for (let group = 0; group < size; group++) {
    let hash = 0
    for (let word = group * words; word < (group + 1) * words; word++) hash = Math.imul(hash ^ keys[word]!, 0x9e37_79b1)
    let slot = hash >>> shift
    let at = -1
    while (stamps[slot] === stamp) {
      const other = slots[slot]!
      if (sameKey(keys, first[other]! * words, group * words, words)) {
        at = other
        break
      }
      slot = (slot + 1) & mask
    }
    if (at < 0) {
      at = found++
      stamps[slot] = stamp
      slots[slot] = at
      first[at] = group
    }
    total[at]! += counts[group]!
    into[group] = at
  }
  const coarse = new Int32Array(found * words)
  const one = new Int32Array(found)
  for (let group = 0; group < found; group++) {
    const from = first[group]!
    for (let word = 0; word < words; word++) coarse[group * words + word] = keys[from * words + word]!
    one[group] = member[from]!
  }
  return { groups: { size: found, keys: coarse, counts: total.slice(0, found), member: one }, into }
}

function sameKey(keys: Int32Array, a: number, b: number, words: number): boolean {
  for (let word = 0; word < words; word++) if (keys[a + word] !== keys[b + word]) return false
  return true
}
