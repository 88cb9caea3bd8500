/** Appends entries to the audit trail, as the last thing in a transaction: their lines, their place in the tree, the new end of the log. */
import { createHash } from 'node:crypto'
import type { Selectable, Transaction } from 'kysely'
import { type AuditEntry, lineOf } from '../../../core/audit/entry.ts'
import {
  createGrowingTree,
  edgeOf,
  type Hash,
  leafHash,
  type Sha256,
  type TreeNode,
} from '../../../core/audit/merkle.ts'
import { columnsOf } from '../../../core/audit/trail.ts'
import { createLongWork } from '../long-work.ts'
import type { RegistrySchema } from '../schema.ts'

const sha256: Sha256 = bytes => createHash('sha256').update(bytes).digest()

/** Rows of one insert: PostgreSQL takes 65,535 parameters, SQLite 32,766. */
const ROWS = 1_000

export type Unnumbered = Omit<AuditEntry, 'v' | 'seq' | 'prev' | 'at'>

/** Writers follow each other from here to the commit, so this comes after everything that may wait. */
export async function appendEntries(
  trx: Transaction<RegistrySchema>,
  unnumbered: readonly Unnumbered[],
  nowMs: number,
): Promise<void> {
  // The lock: a change that changes nothing.
  const head = await trx
    .updateTable('audit_head')
    .set(eb => ({ size: eb.ref('size') }))
    .returning(['size', 'last'])
    .executeTakeFirstOrThrow()
  const tree = createGrowingTree(sha256, head.size, await readNodes(trx, edgeOf(0, head.size)))
  const at = new Date(nowMs).toISOString()
  const nodes: TreeNode[] = []
  let prev = head.last
  const step = createLongWork()
  const rows: Selectable<RegistrySchema['audit_entries']>[] = []
  for (const [n, rest] of unnumbered.entries()) {
    const entry: AuditEntry = { v: 1, seq: head.size + n, at, ...rest, prev }
    const line = lineOf(entry)
    const bytes = Buffer.from(line)
    prev = Buffer.from(sha256(bytes)).toString('hex')
    nodes.push(...tree.add(leafHash(sha256, bytes)))
    rows.push({ seq: entry.seq, line, ...columnsOf(entry) })
    await step()
  }
  for (let from = 0; from < rows.length; from += ROWS)
    await trx
      .insertInto('audit_entries')
      .values(rows.slice(from, from + ROWS))
      .execute()
  const kept = nodes.map(({ level, index, hash }) => ({
    level,
    position: index,
    hash: Buffer.from(hash).toString('hex'),
  }))
  for (let from = 0; from < kept.length; from += ROWS)
    await trx
      .insertInto('audit_nodes')
      .values(kept.slice(from, from + ROWS))
      .execute()
  await trx.updateTable('audit_head').set({ size: tree.size, last: prev }).execute()
}

/** Throws when a node is missing: the table was bent. */
export async function readNodes(
  db: Pick<Transaction<RegistrySchema>, 'selectFrom'>,
  wanted: readonly Omit<TreeNode, 'hash'>[],
): Promise<Hash[]> {
  if (wanted.length === 0) return []
  const rows = await db
    .selectFrom('audit_nodes')
    .selectAll()
    .where(eb => eb.or(wanted.map(({ level, index }) => eb.and({ level, position: index }))))
    .execute()
  const hashes = new Map(rows.map(({ level, position, hash }) => [`${level}/${position}`, hash]))
  return wanted.map(({ level, index }) => {
    const hash = hashes.get(`${level}/${index}`)
    if (hash === undefined) throw new Error(`the audit trail has lost node ${index} of level ${level}`)
    return Buffer.from(hash, 'hex')
  })
}
