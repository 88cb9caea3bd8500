/** Content hashes of a device's latest messages, packed: they tell a duplicate from a conflicting message. */

/** Older contents are forgotten; an identity seen before them counts as a duplicate. */
export const HASHES_KEPT = 4_096
const FIRST_CAPACITY = 64
const ENTRY_BYTES = 16

/** A ring: a thousand devices must not cost a thousand maps. `boot` is a small number that the owner gives to each boot id. */
export interface RecentHashes {
  add(boot: number, seq: number, hash: number): void
  /** The hash kept for an identity, or null. */
  find(boot: number, seq: number): number | null
  /** Sixteen bytes an entry, oldest first. */
  encode(): Uint8Array
}

export function createRecentHashes(encoded?: Uint8Array): RecentHashes {
  let capacity = FIRST_CAPACITY
  let seqs = new Float64Array(capacity)
  let boots = new Uint32Array(capacity)
  let hashes = new Uint32Array(capacity)
  let count = 0
  let next = 0

  if (encoded) {
    const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.length)
    for (let at = 0; at < encoded.length; at += ENTRY_BYTES)
      add(view.getUint32(at + 8, true), view.getFloat64(at, true), view.getUint32(at + 12, true))
  }
  return { add, find, encode }

  function add(boot: number, seq: number, hash: number): void {
    if (count === capacity && capacity < HASHES_KEPT) grow()
    seqs[next] = seq
    boots[next] = boot
    hashes[next] = hash
    next = (next + 1) % capacity
    count = Math.min(count + 1, capacity)
  }

  function find(boot: number, seq: number): number | null {
    if (count === 0) return null
    const newest = (next - 1 + capacity) % capacity
    // Seqs nearly always come one after another, so this guess nearly always hits.
    const back = seqs[newest]! - seq
    if (back >= 0 && back < count) {
      const guess = (newest - back + capacity) % capacity
      if (seqs[guess] === seq && boots[guess] === boot) return hashes[guess]!
    }
    for (let i = 0; i < count; i += 1) {
      const at = (newest - i + capacity) % capacity
      if (seqs[at] === seq && boots[at] === boot) return hashes[at]!
    }
    return null
  }

  /** Called only when full, when the oldest entry stands at `next`. */
  function grow(): void {
    const larger = Math.min(capacity * 2, HASHES_KEPT)
    const order = Array.from({ length: count }, (_, i) => (next + i) % capacity)
    const moved = { seqs: new Float64Array(larger), boots: new Uint32Array(larger), hashes: new Uint32Array(larger) }
    order.forEach((from, to) => {
      moved.seqs[to] = seqs[from]!
      moved.boots[to] = boots[from]!
      moved.hashes[to] = hashes[from]!
    })
    ;({ seqs, boots, hashes } = moved)
    capacity = larger
    next = count % capacity
  }

  function encode(): Uint8Array {
    const bytes = new Uint8Array(count * ENTRY_BYTES)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < count; i += 1) {
      const at = (next - count + i + capacity) % capacity
      view.setFloat64(i * ENTRY_BYTES, seqs[at]!, true)
      view.setUint32(i * ENTRY_BYTES + 8, boots[at]!, true)
      view.setUint32(i * ENTRY_BYTES + 12, hashes[at]!, true)
    }
    return bytes
  }
}
