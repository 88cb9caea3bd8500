/** Repository of residents: opaque numbers in the open, identities sealed under each resident's own key. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { Identity, ResidentRecord, Written } from '../../core/registry-people.ts'
import { DIAGNOSIS_GROUPS, SEXES } from '../../core/rest/residents.ts'
import { endOpenPlacementsFor } from './placements.ts'
import { fromJson, newId, raiseVersion } from './records.ts'
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

const recordOf = (row: Selectable<ResidentTable>): ResidentRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  createdMs: row.created_ms,
  leftMs: row.left_ms,
  erasedMs: row.erased_ms,
})

/** @param scrub removes from the database's files what was deleted or overwritten */
export function createResidents(
  db: Kysely<RegistrySchema>,
  vault: Vault,
  scrub: () => Promise<void>,
): Registry['residents'] {
  return {
    create: (facility, nowMs, given) =>
      db.transaction().execute(async trx => {
        const resident = await addResident(trx, facility, nowMs)
        if (given) await addIdentity(trx, vault, resident.id, given.identity, { by: given.by, nowMs })
        return resident
      }),

    async get(id) {
      const row = await db.selectFrom('residents').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },

    async list({ facilities, limit, after }) {
      if (facilities.length === 0) return []
      const rows = await db
        .selectFrom('residents')
        .selectAll()
        .where('facility', 'in', facilities)
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(recordOf)
    },

    identities: ids => identitiesOf(db, vault, ids),

    identify: (id, identity, written) =>
      db.transaction().execute(async trx => {
        await lockResident(trx, id)
        await addIdentity(trx, vault, id, identity, written)
      }),

    leave: (id, atMs) =>
      db.transaction().execute(async trx => {
        const facility = await facilityOf(trx, id)
        await raiseVersion(trx, facility)
        const resident = await lockResident(trx, id)
        if (resident.left_ms !== null) throw new AppError('conflict', 'the resident has left already')
        for (const table of ['stays', 'absences'] as const) {
          await trx
            .updateTable(table)
            .set({ to_ms: atMs })
            .where('resident', '=', id)
            .where('to_ms', 'is', null)
            .where('from_ms', '<', atMs)
            .execute()
        }
        await endOpenPlacementsFor(trx, facility, id, atMs)
        await trx.updateTable('residents').set({ left_ms: atMs }).where('id', '=', id).execute()
        return recordOf({ ...resident, left_ms: atMs })
      }),

    async erase(id, { by, nowMs }) {
      const erased = await db.transaction().execute(async trx => {
        const resident = await lockResident(trx, id)
        if (resident.erased_ms !== null) return resident
        await vault.destroy(trx, id)
        // Their ciphertexts open for nobody any more; nothing is gained by keeping them.
        await trx.deleteFrom('resident_identities').where('resident', '=', id).execute()
        await trx.deleteFrom('care_levels').where('resident', '=', id).execute()
        await trx.updateTable('absences').set({ sealed: null }).where('resident', '=', id).execute()
        await withdrawAll(trx, id, by, nowMs)
        await trx.updateTable('residents').set({ erased_ms: nowMs }).where('id', '=', id).execute()
        return { ...resident, erased_ms: nowMs }
      })
      await scrub()
      return recordOf(erased)
    },

    seal: (id, use, plain) => vault.seal(db, id, `own ${use}`, plain),
    unseal: async (resident, use, sealed) =>
      (await vault.open(db, [{ resident, use: `own ${use}`, sealed }]))[0] ?? null,
  }
}

/** Adds a resident without identity, within a transaction. */
export async function addResident(
  trx: Kysely<RegistrySchema>,
  facility: string,
  nowMs: number,
): Promise<ResidentRecord> {
  const row = { id: newId(), facility, created_ms: nowMs, left_ms: null, erased_ms: null }
  await trx.insertInto('residents').values(row).execute()
  return recordOf(row)
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

/** Adds a version of the identity, within a transaction. */
export async function addIdentity(
  trx: Transaction<RegistrySchema>,
  vault: Vault,
  resident: string,
  identity: Identity,
  { by, nowMs }: Written,
): Promise<void> {
  const { last } = await trx
    .selectFrom('resident_identities')
    .select(({ fn }) => fn.max('version').as('last'))
    .where('resident', '=', resident)
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('resident_identities')
    .values({
      resident,
      version: (last ?? 0) + 1,
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

async function facilityOf(trx: Transaction<RegistrySchema>, id: string): Promise<string> {
  const row = await trx.selectFrom('residents').select('facility').where('id', '=', id).executeTakeFirst()
  if (!row) throw new AppError('not_found', 'there is no such resident')
  return row.facility
}

async function withdrawAll(trx: Transaction<RegistrySchema>, resident: string, by: string, nowMs: number) {
  const open = await trx
    .selectFrom('consents')
    .leftJoin('consent_withdrawals', 'consent_withdrawals.consent', 'consents.id')
    .select('consents.id')
    .where('consents.resident', '=', resident)
    .where('consent_withdrawals.consent', 'is', null)
    .execute()
  for (const { id } of open)
    await trx
      .insertInto('consent_withdrawals')
      .values({ consent: id, at_ms: nowMs, recorded_ms: nowMs, recorded_by: by })
      .execute()
}
