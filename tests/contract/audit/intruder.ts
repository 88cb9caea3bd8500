// What somebody with full rights on the database can do to the audit trail, from clumsy to thorough.
import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import { type AuditEntry, FIRST_PREV, lineOf } from '../../../core/audit/entry.ts'
import { createGrowingTree, leafHash, type TreeNode } from '../../../core/audit/merkle.ts'
import { columnsOf } from '../../../core/audit/trail.ts'
import { checkpointText, type NoteSigner } from '../../../server/audit/note.ts'
import type { RegistrySchema } from '../../../storage/registry/schema.ts'

type Db = Kysely<RegistrySchema>
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

export async function entries(db: Db): Promise<AuditEntry[]> {
  const rows = await db.selectFrom('audit_entries').select('line').orderBy('seq').execute()
  return rows.map(({ line }) => JSON.parse(line) as AuditEntry)
}

/** Writes one entry over, with its columns; nothing around it. */
export async function overwrite(db: Db, seq: number, entry: AuditEntry): Promise<void> {
  await db
    .updateTable('audit_entries')
    .set({ line: lineOf(entry), ...columnsOf(entry) })
    .where('seq', '=', seq)
    .execute()
}

/** Puts another history in place of the whole: numbers, chain, tree and head are made right for it. Checkpoints stay as they are. */
export async function rebuild(db: Db, history: readonly AuditEntry[]): Promise<{ rootAt: (size: number) => Buffer }> {
  const tree = createGrowingTree(sha256)
  const roots = [Buffer.from(tree.root())]
  const nodes: TreeNode[] = []
  let prev = FIRST_PREV
  const rows = history.map((entry, seq) => {
    const again = { ...entry, seq, prev }
    const line = lineOf(again)
    prev = sha256(Buffer.from(line)).toString('hex')
    nodes.push(...tree.add(leafHash(sha256, Buffer.from(line))))
    roots.push(Buffer.from(tree.root()))
    return { seq, line, ...columnsOf(again) }
  })
  await db.transaction().execute(async trx => {
    await trx.deleteFrom('audit_entries').execute()
    await trx.deleteFrom('audit_nodes').execute()
    await trx.insertInto('audit_entries').values(rows).execute()
    await trx
      .insertInto('audit_nodes')
      .values(
        nodes.map(({ level, index, hash }) => ({ level, position: index, hash: Buffer.from(hash).toString('hex') })),
      )
      .execute()
    await trx.updateTable('audit_head').set({ size: rows.length, last: prev }).execute()
  })
  return { rootAt: size => roots[size] as Buffer }
}

/** Forgets our own checkpoints above a size. */
export const forgetCheckpoints = (db: Db, above: number) =>
  db.deleteFrom('audit_checkpoints').where('size', '>', above).execute()

/** Signs our own checkpoints again, with the stolen key. */
export async function signAgain(db: Db, signer: NoteSigner, rootAt: (size: number) => Buffer): Promise<void> {
  const kept = await db.selectFrom('audit_checkpoints').selectAll().execute()
  for (const { size } of kept) {
    const note = signer.sign(checkpointText({ origin: signer.name, size, root: rootAt(size) }))
    await db.updateTable('audit_checkpoints').set({ note }).where('size', '=', size).execute()
  }
}
