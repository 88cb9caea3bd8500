/** Repository of beds. */
import type { Kysely, Selectable } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { BedRecord } from '../../core/registry-places.ts'
import { newId, raiseVersion } from './records.ts'
import { refuseInUse } from './rooms.ts'
import type { RegistrySchema } from './schema.ts'
import type { BedTable } from './schema-places.ts'

const recordOf = ({ closed_ms, facility, ...same }: Selectable<BedTable>): BedRecord => ({
  ...same,
  facility: facility as FacilityId,
  closedMs: closed_ms,
})

export function createBeds(db: Kysely<RegistrySchema>): Registry['beds'] {
  const read = (id: string) => db.selectFrom('beds').selectAll().where('id', '=', id).executeTakeFirst()
  return {
    create: record =>
      db.transaction().execute(async trx => {
        await raiseVersion(trx, record.facility)
        const bed = { id: newId(), ...record, closed_ms: null }
        await trx.insertInto('beds').values(bed).execute()
        return recordOf(bed)
      }),
    async get(id) {
      const row = await read(id)
      return row ? recordOf(row) : null
    },
    change: (id, { label, closedMs }) =>
      db.transaction().execute(async trx => {
        const bed = await trx.selectFrom('beds').selectAll().where('id', '=', id).executeTakeFirst()
        if (!bed) throw new AppError('not_found', 'there is no such bed')
        await raiseVersion(trx, bed.facility)
        if (closedMs) await refuseInUse(trx, 'bed', id)
        const changed = {
          label: label ?? bed.label,
          closed_ms: closedMs === undefined ? bed.closed_ms : closedMs,
        }
        await trx.updateTable('beds').set(changed).where('id', '=', id).execute()
        return recordOf({ ...bed, ...changed })
      }),
    async listOf(facility) {
      const rows = await db
        .selectFrom('beds')
        .selectAll()
        .where('facility', '=', facility)
        .orderBy('room')
        .orderBy('label')
        .execute()
      return rows.map(recordOf)
    },
  }
}
