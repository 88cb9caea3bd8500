/** Content hashes of a device's latest messages, packed: they tell a duplicate from a conflicting message. */

/** Older contents are forgotten; an identity seen before them counts as a duplicate. A power of two. */
export const HASHES_KEPT = 4_096
const FIRST_CAPACITY = 64
const RUN_BYTES = 16
const MANY_RUNS = 64

/** A ring: a thousand devices must not cost a thousand maps. `boot` is a small number that the owner gives to each boot id. */
export interface RecentHashes {
  add(boot: number, seq: number, hash: number): void
  /** The hash kept for an identity, or null. */
  find(boot: number, seq: number): number | null
  /** Little-endian: for each run boot u32, first seq f64, length u32, then its hashes; oldest first. */
  encode(): Uint8Array
}

/** Seqs nearly always come one after another, so only the beginning of each unbroken run is kept beside the hashes. */
interface Run {
  boot: number
  seq: number
  /** How many hashes had been added before its first. */
  at: number
}

export function createRecentHashes(encoded?: Uint8Array): RecentHashes {
  let hashes = new Uint32Array(FIRST_CAPACITY)
  /** Hashes ever added; the one added as number `i` stands at `i` modulo the capacity. */
  let total = 0
  let runs: Run[] = []

  if (encoded) decode(encoded)
  return { add, find, encode }

  function add(boot: number, seq: number, hash: number): void {
    if (total === hashes.length && total < HASHES_KEPT) {
      const larger = new Uint32Array(hashes.length * 2)
      larger.set(hashes)
      hashes = larger
    }
    const last = runs.at(-1)
    if (!last || last.boot !== boot || last.seq + (total - last.at) !== seq) runs.push({ boot, seq, at: total })
    hashes[total % hashes.length] = hash
    total += 1
    // Forgotten runs are dropped many at a time.
    if (runs.length > MANY_RUNS && runs[runs.length >> 1]!.at <= oldest()) dropForgotten()
  }

  function oldest(): number {
    return Math.max(0, total - HASHES_KEPT)
  }

  function endOf(run: number): number {
    return runs[run + 1]?.at ?? total
  }

  function dropForgotten(): void {
    runs = runs.filter((_, i) => endOf(i) > oldest())
  }

  function find(boot: number, seq: number): number | null {
    for (let i = runs.length - 1; i >= 0; i -= 1) {
      const run = runs[i]!
      if (run.boot !== boot || seq < run.seq) continue
      const at = run.at + seq - run.seq
      if (at < endOf(i)) return at < oldest() ? null : hashes[at % hashes.length]!
    }
    return null
  }

  function encode(): Uint8Array {
    dropForgotten()
    const kept = total - oldest()
    const bytes = new Uint8Array(runs.length * RUN_BYTES + kept * 4)
    const view = new DataView(bytes.buffer)
    let out = 0
    runs.forEach(({ boot, seq, at }, i) => {
      const from = Math.max(at, oldest())
      view.setUint32(out, boot, true)
      view.setFloat64(out + 4, seq + from - at, true)
      view.setUint32(out + 12, endOf(i) - from, true)
      out += RUN_BYTES
      for (let n = from; n < endOf(i); n += 1, out += 4) view.setUint32(out, hashes[n % hashes.length]!, true)
    })
    return bytes
  }

  function decode(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at < bytes.length; ) {
      const [boot, seq, length] = [
        view.getUint32(at, true),
        view.getFloat64(at + 4, true),
        view.getUint32(at + 12, true),
      ]
      at += RUN_BYTES
      for (let i = 0; i < length; i += 1, at += 4) add(boot, seq + i, view.getUint32(at, true))
    }
  }
}
