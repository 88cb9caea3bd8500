/** The Merkle tree of a log [RFC 6962 2.1, RFC 9162 2.1]: hashes, roots, inclusion and consistency proofs; which hash function, and where nodes lie, is given. */

export type Hash = Uint8Array
export type Sha256 = (bytes: Uint8Array) => Hash

/** A complete subtree: `level` 0 are leaves; node `index` of a level covers leaves index·2^level and the 2^level − 1 after it. */
export interface TreeNode {
  level: number
  index: number
  hash: Hash
}
/** Reads complete subtrees, in the order asked. Throws when one is missing. */
export type ReadNodes = (wanted: readonly Omit<TreeNode, 'hash'>[]) => Promise<Hash[]>

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

export const leafHash = (sha256: Sha256, data: Uint8Array): Hash => sha256(joined(LEAF, data))
const nodeHash = (sha256: Sha256, left: Hash, right: Hash): Hash => sha256(joined(NODE, left, right))

/** Grows a tree leaf by leaf, holding only its right edge: at most one hash for each level. */
export interface GrowingTree {
  readonly size: number
  /** @returns the subtrees that this leaf completes, the leaf first */
  add(leaf: Hash): TreeNode[]
  root(): Hash
}

/** @param edge the complete subtrees that cover `size` leaves, largest first, as `edgeOf` names them */
export function createGrowingTree(sha256: Sha256, size = 0, edge: readonly Hash[] = []): GrowingTree {
  const hashes = [...edge]
  let count = size
  return {
    get size() {
      return count
    },
    add(leaf) {
      const completed: TreeNode[] = [{ level: 0, index: count, hash: leaf }]
      let hash = leaf
      // Carrying, as in counting: each trailing full subtree joins with the new one.
      for (let level = 1, full = count; full % 2 === 1; level++, full = Math.floor(full / 2)) {
        hash = nodeHash(sha256, hashes.pop() as Hash, hash)
        completed.push({ level, index: Math.floor(full / 2), hash })
      }
      hashes.push(hash)
      count += 1
      return completed
    },
    root: () =>
      hashes.length === 0
        ? sha256(new Uint8Array(0))
        : hashes.reduceRight((right, left) => nodeHash(sha256, left, right)),
  }
}

/** The complete subtrees that cover leaves `from` ≤ n < `to`, left to right; `from` is where a subtree of the tree begins. */
export function edgeOf(from: number, to: number): Omit<TreeNode, 'hash'>[] {
  const edge: Omit<TreeNode, 'hash'>[] = []
  for (let at = from; at < to; ) {
    let level = 0
    for (let width = 2; at % width === 0 && at + width <= to; width *= 2) level += 1
    edge.push({ level, index: at / 2 ** level })
    at += 2 ** level
  }
  return edge
}

export const rootOf = (sha256: Sha256, size: number, read: ReadNodes): Promise<Hash> =>
  hashOf(sha256, [[0, size]], read).then(([root]) => root as Hash)

/** The audit path of leaf `index` in the tree of `size` leaves, lowest first. */
export const inclusionProof = (sha256: Sha256, index: number, size: number, read: ReadNodes): Promise<Hash[]> =>
  hashOf(sha256, path(index, 0, size), read)

/** Shows that the tree of `old` leaves is the beginning of that of `size`. Empty when they are equal or `old` is 0. */
export const consistencyProof = (sha256: Sha256, old: number, size: number, read: ReadNodes): Promise<Hash[]> =>
  hashOf(sha256, old === 0 || old === size ? [] : subproof(old, 0, size, true), read)

/** Whether `proof` leads from the leaf to the root [RFC 9162 2.1.3.2]. */
export function isIncluded(
  sha256: Sha256,
  { index, size, leaf, root }: { index: number; size: number; leaf: Hash; root: Hash },
  proof: readonly Hash[],
): boolean {
  if (index < 0 || index >= size) return false
  let at = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sha256, sibling, hash)
      while (at % 2 === 0 && at !== 0) {
        at /= 2
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(sha256, hash, sibling)
    }
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && isSame(hash, root)
}

/** Whether `proof` shows that the older tree is the beginning of the newer one [RFC 9162 2.1.4.2]. */
export function isConsistent(
  sha256: Sha256,
  older: { size: number; root: Hash },
  newer: { size: number; root: Hash },
  proof: readonly Hash[],
): boolean {
  if (older.size > newer.size) return false
  if (older.size === newer.size) return proof.length === 0 && isSame(older.root, newer.root)
  if (older.size === 0) return proof.length === 0 && isSame(older.root, sha256(new Uint8Array(0)))
  // A complete older tree is itself the first node of the path.
  const hashes = isPowerOfTwo(older.size) ? [older.root, ...proof] : [...proof]
  let at = older.size - 1
  let last = newer.size - 1
  while (at % 2 === 1) {
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  const first = hashes.shift()
  if (!first) return false
  let old = first
  let now = first
  for (const hash of hashes) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      old = nodeHash(sha256, hash, old)
      now = nodeHash(sha256, hash, now)
      while (at % 2 === 0 && at !== 0) {
        at /= 2
        last = Math.floor(last / 2)
      }
    } else {
      now = nodeHash(sha256, now, hash)
    }
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && isSame(old, older.root) && isSame(now, newer.root)
}

export const isSame = (a: Hash, b: Hash): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])

type Span = [from: number, to: number]

/** PATH of RFC 6962 2.1.1, as spans whose roots it consists of. */
function path(index: number, from: number, to: number): Span[] {
  if (to - from === 1) return []
  const middle = from + splitOf(to - from)
  return index < middle ? [...path(index, from, middle), [middle, to]] : [...path(index, middle, to), [from, middle]]
}

/** SUBPROOF of RFC 6962 2.1.2, as spans. */
function subproof(old: number, from: number, to: number, isWhole: boolean): Span[] {
  if (old === to) return isWhole ? [] : [[from, to]]
  const middle = from + splitOf(to - from)
  return old <= middle
    ? [...subproof(old, from, middle, isWhole), [middle, to]]
    : [...subproof(old, middle, to, false), [from, middle]]
}

/** Roots of several spans by one reading. */
async function hashOf(sha256: Sha256, spans: readonly Span[], read: ReadNodes): Promise<Hash[]> {
  const edges = spans.map(([from, to]) => edgeOf(from, to))
  const hashes = await read(edges.flat())
  let at = 0
  return edges.map((edge, n) => {
    const size = (spans[n] as Span)[1] - (spans[n] as Span)[0]
    const own = hashes.slice(at, at + edge.length)
    at += edge.length
    return createGrowingTree(sha256, size, own).root()
  })
}

/** The largest power of two below n; n ≥ 2. Not by bits: sizes pass 2^31. */
function splitOf(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

const isPowerOfTwo = (n: number): boolean => n > 0 && edgeOf(0, n).length === 1

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
