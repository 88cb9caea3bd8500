/** Rows of residents within somebody's transaction: added, locked, their identities sealed and opened. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Identity, ResidentRecord, Written } from '../../core/registry-people.ts'
import { DIAGNOSIS_GROUPS, SEXES } from '../../core/rest/residents.ts'
import { fromJson, newId } from './records.ts'
import type { RegistrySchema } from './schema.ts'
import type { ResidentTable } from './schema-people.ts'
import type { Vault } from './vault.ts'

const USE = 'identity'
const text = z.string().nullable()
const identitySchema: z.ZodType<Identity> = z.object({
  name: z.string(),
  kana: text,
  number: text,
  birthDate: text,
  sex: z.enum(SEXES).nullable(),
  admittedOn: text,
  diagnosisGroup: z.enum(DIAGNOSIS_GROUPS).nullable(),
})

export const residentOf = (row: Selectable<ResidentTable>): ResidentRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  createdMs: row.created_ms,
  leftMs: row.left_ms,
  erasedMs: row.erased_ms,
})

/** Adds a resident without identity, within a transaction. */
export async function addResident(
  trx: Kysely<RegistrySchema>,
  facility: string,
  nowMs: number,
): Promise<ResidentRecord> {
  const row = { id: newId(), facility, created_ms: nowMs, left_ms: null, erased_ms: null }
  await trx.insertInto('residents').values(row).execute()
  return residentOf(row)
}

/** The newest identity of each that has one. */
export async function identitiesOf(
  db: Kysely<RegistrySchema>,
  vault: Vault,
  ids: readonly string[],
): Promise<Map<string, Identity>> {
  const newest = new Map<string, string>()
  for (let from = 0; from < ids.length; from += 500) {
    const rows = await db
      .selectFrom('resident_identities')
      .select(['resident', 'sealed'])
      .where('resident', 'in', ids.slice(from, from + 500))
      .orderBy('version')
      .execute()
    for (const { resident, sealed } of rows) newest.set(resident, sealed)
  }
  const texts = [...newest].map(([resident, sealed]) => ({ resident, use: USE, sealed }))
  const opened = await vault.open(db, texts)
  return new Map(
    texts.flatMap(({ resident }, at) => {
      const plain = opened[at]
      return plain ? [[resident, fromJson(identitySchema, plain)] as const] : []
    }),
  )
}

/** Number of the newest identity; 0: there is none. */
export async function identityVersion(db: Kysely<RegistrySchema>, resident: string): Promise<number> {
  const { last } = await db
    .selectFrom('resident_identities')
    .select(({ fn }) => fn.max('version').as('last'))
    .where('resident', '=', resident)
    .executeTakeFirstOrThrow()
  return last ?? 0
}

/** Adds a version of the identity, within a transaction. */
export async function addIdentity(
  trx: Transaction<RegistrySchema>,
  vault: Vault,
  resident: string,
  identity: Identity,
  { by, nowMs }: Written,
): Promise<void> {
  await trx
    .insertInto('resident_identities')
    .values({
      resident,
      version: (await identityVersion(trx, resident)) + 1,
      sealed: await vault.seal(trx, resident, USE, JSON.stringify(identity)),
      recorded_ms: nowMs,
      recorded_by: by,
    })
    .execute()
}

/** Makes writers about one resident follow each other. Throws `not_found`. */
export async function lockResident(trx: Transaction<RegistrySchema>, id: string): Promise<Selectable<ResidentTable>> {
  const row = await trx
    .updateTable('residents')
    .set(eb => ({ created_ms: eb.ref('created_ms') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new AppError('not_found', 'there is no such resident')
  return row
}

/** For what may be written about present people only. Throws `not_ready` after erasure. */
export async function lockPresent(trx: Transaction<RegistrySchema>, id: string): Promise<Selectable<ResidentTable>> {
  const row = await lockResident(trx, id)
  if (row.erased_ms !== null) throw new AppError('not_ready', 'the resident’s data were erased')
  return row
}
