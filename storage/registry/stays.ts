/** Repository of stays: which room, or bed, a resident lives in; nothing in it is rewritten but an open end. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { StayRecord } from '../../core/registry-people.ts'
import { newId, raiseVersion } from './records.ts'
import { lockPresent } from './resident-rows.ts'
import type { RegistrySchema } from './schema.ts'
import type { StayTable } from './schema-people.ts'

const recordOf = (row: Selectable<StayTable>): StayRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  resident: row.resident,
  room: row.room,
  bed: row.bed,
  fromMs: row.from_ms,
  toMs: row.to_ms,
})

export function createStays(db: Kysely<RegistrySchema>): Registry['stays'] {
  return {
    add: record =>
      db.transaction().execute(async trx => {
        await raiseVersion(trx, record.facility)
        const resident = await lockPresent(trx, record.resident)
        if (resident.left_ms !== null) throw new AppError('conflict', 'the resident has left the facility')
        return addStay(trx, record)
      }),
    async of(resident) {
      const rows = await db
        .selectFrom('stays')
        .selectAll()
        .where('resident', '=', resident)
        .orderBy('from_ms')
        .execute()
      return rows.map(recordOf)
    },
    async during(facility, fromMs, toMs) {
      const rows = await db
        .selectFrom('stays')
        .selectAll()
        .where('facility', '=', facility)
        .where('from_ms', '<', toMs)
        .where(eb => eb.or([eb('to_ms', 'is', null), eb('to_ms', '>', fromMs)]))
        .orderBy('from_ms')
        .orderBy('id')
        .execute()
      return rows.map(recordOf)
    },
  }
}

/** Within a transaction that raised the version of the facility, so that two cannot take one bed. */
export async function addStay(
  trx: Transaction<RegistrySchema>,
  { facility, resident, room, bed, fromMs }: Omit<StayRecord, 'id' | 'toMs'>,
): Promise<StayRecord> {
  await trx
    .updateTable('stays')
    .set({ to_ms: fromMs })
    .where('resident', '=', resident)
    .where('to_ms', 'is', null)
    .where('from_ms', '<', fromMs)
    .execute()
  const overlaps = trx
    .selectFrom('stays')
    .select('id')
    .where(eb => eb.or([eb('to_ms', 'is', null), eb('to_ms', '>', fromMs)]))
  if (await overlaps.where('resident', '=', resident).executeTakeFirst())
    throw new AppError('conflict', 'the resident lives elsewhere during part of this time')
  if (bed !== null && (await overlaps.where('bed', '=', bed).executeTakeFirst()))
    throw new AppError('conflict', 'somebody else has this bed during part of this time')
  const row = { id: newId(), facility, resident, room, bed, from_ms: fromMs, to_ms: null }
  await trx.insertInto('stays').values(row).execute()
  return recordOf(row)
}
