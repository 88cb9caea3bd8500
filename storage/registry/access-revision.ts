/** The number that grows whenever someone may do less than before: raised in the transaction of that change. */
import type { Kysely, Transaction } from 'kysely'
import type { RegistrySchema } from './schema.ts'

export async function raiseAccessRevision(trx: Transaction<RegistrySchema>): Promise<void> {
  await trx
    .updateTable('access_revision')
    .set(eb => ({ revision: eb('revision', '+', 1) }))
    .execute()
}

export async function readAccessRevision(db: Kysely<RegistrySchema>): Promise<number> {
  const { revision } = await db.selectFrom('access_revision').select('revision').executeTakeFirstOrThrow()
  return Number(revision)
}
