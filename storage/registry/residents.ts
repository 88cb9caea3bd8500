/** Repository of residents: opaque numbers in the open, identities sealed under each resident's own key. */
import type { Kysely, Transaction } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { Registry } from '../../core/registry.ts'
import { addCareLevel } from './care-levels.ts'
import { createLongWork } from './long-work.ts'
import { endOpenPlacementsFor } from './placements.ts'
import { raiseVersion } from './records.ts'
import { addIdentity, addResident, identitiesOf, identityVersion, lockResident, residentOf } from './resident-rows.ts'
import type { RegistrySchema } from './schema.ts'
import { addStay } from './stays.ts'
import type { Vault } from './vault.ts'

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

    addAll: (facility, residents, written, signal) =>
      db.transaction().execute(async trx => {
        const step = createLongWork(signal)
        await raiseVersion(trx, facility)
        const ids: string[] = []
        for (const { identity, careLevel, stay } of residents) {
          const { id, facility: of } = await addResident(trx, facility, written.nowMs)
          await addIdentity(trx, vault, id, identity, written)
          if (careLevel) await addCareLevel(trx, vault, id, careLevel, written)
          if (stay) await addStay(trx, { facility: of, resident: id, ...stay })
          ids.push(id)
          await step()
        }
        return ids
      }),

    async get(id) {
      const row = await db.selectFrom('residents').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? residentOf(row) : null
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
      return rows.map(residentOf)
    },

    identities: ids => identitiesOf(db, vault, ids),

    identityVersion: id => identityVersion(db, id),

    identify: (id, identity, written, version = null) =>
      db.transaction().execute(async trx => {
        await lockResident(trx, id)
        if (version !== null && version !== (await identityVersion(trx, id)))
          throw new AppError('precondition_failed', 'This identity was changed meanwhile; read it again.')
        await addIdentity(trx, vault, id, identity, written)
      }),

    leave: (id, atMs) =>
      db.transaction().execute(async trx => {
        const facility = await facilityOf(trx, id)
        await raiseVersion(trx, facility)
        const resident = await lockResident(trx, id)
        if (resident.left_ms !== null) throw new AppError('conflict', 'the resident has left already')
        await refuseLater(trx, id, atMs)
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
        return residentOf({ ...resident, left_ms: atMs })
      }),

    async erase(id, { by, nowMs }) {
      const erased = await db.transaction().execute(async trx => {
        const resident = await lockResident(trx, id)
        if (resident.erased_ms !== null) return resident
        await vault.destroy(trx, id)
        // Their ciphertexts open for nobody any more; nothing is gained by keeping them.
        await trx.deleteFrom('resident_identities').where('resident', '=', id).execute()
        await trx.deleteFrom('care_levels').where('resident', '=', id).execute()
        await trx.updateTable('release_subjects').set({ sealed: null }).where('resident', '=', id).execute()
        await trx.updateTable('absences').set({ sealed: null }).where('resident', '=', id).execute()
        await withdrawAll(trx, id, by, nowMs)
        await trx.updateTable('residents').set({ erased_ms: nowMs }).where('id', '=', id).execute()
        return { ...resident, erased_ms: nowMs }
      })
      await scrub()
      return residentOf(erased)
    },

    seal: (id, use, plain) => vault.seal(db, id, `own ${use}`, plain),
    unseal: async (resident, use, sealed) =>
      (await vault.open(db, [{ resident, use: `own ${use}`, sealed }]))[0] ?? null,
  }
}

/** Nobody leaves before moving in, or before an absence that is still open. */
async function refuseLater(trx: Transaction<RegistrySchema>, id: string, atMs: number): Promise<void> {
  for (const table of ['stays', 'absences', 'placements'] as const) {
    const later = await trx
      .selectFrom(table)
      .select('id')
      .where('resident', '=', id)
      .where('to_ms', 'is', null)
      .where('from_ms', '>=', atMs)
      .executeTakeFirst()
    if (later) throw new AppError('conflict', 'something about the resident begins later than that and has no end')
  }
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
