/** Follows an audit trail line by line and says where it does not hold; knows neither where lines come from nor who signed what. */
import { createHash } from 'node:crypto'
import { entryOf, FIRST_PREV } from '../../core/audit/entry.ts'
import { createGrowingTree, type Hash, leafHash, type Sha256 } from '../../core/audit/merkle.ts'
import type { AuditColumns } from '../../core/audit/trail.ts'
import { columnsOf } from '../../core/audit/trail.ts'

export const FINDINGS = [
  /** No JSON, not an entry, not written the canonical way. */
  'unreadable',
  /** The next line does not follow from it: it was altered, or what follows was. */
  'chain',
  /** The leaf in the tree is another than the line's. */
  'leaf',
  /** A column beside the line says something else than the line. */
  'column',
  /** Its number is not the one that comes next: something is gone, twice, or out of its place. */
  'number',
  /** The log ends elsewhere, or otherwise, than it says. */
  'end',
  /** The tree that is kept is not the tree of the lines. */
  'tree',
  /** A checkpoint that we signed and kept does not fit the lines up to its size. */
  'own_checkpoint',
] as const
export interface Finding {
  kind: (typeof FINDINGS)[number]
  /** The first entry that cannot be trusted; null: it cannot be told. */
  seq: number | null
}

/** More are counted, not listed. */
const MAX_FINDINGS = 50

export const sha256: Sha256 = bytes => createHash('sha256').update(bytes).digest()
const hexOf = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')

export interface Walk {
  /** The next line; `beside` where it comes from a table, which repeats parts of it. */
  take(line: string, beside?: { seq: number; leaf: string | null; columns: AuditColumns }): void
  found(kind: Finding['kind'], seq: number | null): void
  readonly size: number
  /** SHA-256 of the last line, hex. */
  readonly last: string
  root(): Hash
  /** Root after so many lines, for the sizes asked for and reached. */
  rootAt(size: number): Hash | null
  /** In order of entries; what a checkpoint says, which only names a stretch, comes last. */
  findings(): { listed: Finding[]; count: number; firstBad: number | null }
}

export function createWalk(sizes: Iterable<number>): Walk {
  const wanted = new Set(sizes)
  const tree = createGrowingTree(sha256)
  const roots = new Map<number, Hash>()
  const listed: Finding[] = []
  let count = 0
  let next = 0
  let last = FIRST_PREV
  let isLastSound = false
  const keepRoot = (): void => {
    if (wanted.has(tree.size)) roots.set(tree.size, tree.root())
  }
  const found: Walk['found'] = (kind, seq) => {
    count += 1
    if (listed.length < MAX_FINDINGS) listed.push({ kind, seq })
  }
  keepRoot()

  return {
    found,
    take(line, beside) {
      const bytes = Buffer.from(line)
      const leaf = leafHash(sha256, bytes)
      const read = entryOf(line)
      const entry = 'entry' in read ? read.entry : null
      const seq = beside?.seq ?? entry?.seq ?? next
      if (!entry) found('unreadable', seq)
      if (seq !== next || (entry && entry.seq !== seq)) found('number', Math.min(next, seq))
      if (beside && beside.leaf !== hexOf(leaf)) found('leaf', seq)
      if (beside && entry && !isEqual(columnsOf(entry), beside.columns)) found('column', seq)
      // Which of the two was altered the chain alone cannot tell, unless the earlier one is as it was put into the tree.
      if (entry && entry.prev !== last)
        found('chain', seq !== next ? Math.min(next, seq) : isLastSound ? seq : Math.max(0, seq - 1))
      isLastSound = beside?.leaf === hexOf(leaf)
      next = seq + 1
      last = hexOf(sha256(bytes))
      tree.add(leaf)
      keepRoot()
    },
    get size() {
      return tree.size
    },
    get last() {
      return last
    },
    root: tree.root,
    rootAt: size => roots.get(size) ?? null,
    findings: () => {
      const inOrder = [...listed].sort((a, b) => placeOf(a) - placeOf(b))
      return { listed: inOrder, count, firstBad: inOrder.find(({ seq }) => seq !== null)?.seq ?? null }
    },
  }
}

/** Entries number below 2^50, so that these come after all of them. */
const placeOf = ({ kind, seq }: Finding): number =>
  seq === null ? Number.POSITIVE_INFINITY : kind === 'own_checkpoint' ? 2 ** 50 + seq : seq

const isEqual = (a: AuditColumns, b: AuditColumns): boolean =>
  (Object.keys(a) as (keyof AuditColumns)[]).every(name => a[name] === b[name])
