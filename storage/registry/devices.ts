/** Repository of devices. */
import type { Kysely, Selectable } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import type { DeviceRecord, Registry } from '../../core/registry.ts'
import { addCredential } from './credentials.ts'
import { raiseVersion } from './records.ts'
import type { DeviceTable, RegistrySchema } from './schema.ts'

const recordOf = (row: Selectable<DeviceTable>): DeviceRecord => ({
  facility: row.facility as FacilityId,
  id: row.id as DeviceId,
  profile: row.profile as ProfileId,
  maker: row.maker,
  activeFromMs: row.active_from_ms,
  createdMs: row.created_ms,
})

export function createDevices(db: Kysely<RegistrySchema>): Registry['devices'] {
  return {
    enrol: (record, nowMs) =>
      db.transaction().execute(async trx => {
        const { facility, id, profile, maker } = record
        await raiseVersion(trx, facility)
        await trx
          .insertInto('devices')
          .values({ facility, id, profile, maker, active_from_ms: record.activeFromMs, created_ms: nowMs })
          .execute()
        return addCredential(trx, facility, id, nowMs)
      }),

    async withdraw(facility, id) {
      await db.transaction().execute(async trx => {
        await raiseVersion(trx, facility)
        const placed = await trx
          .selectFrom('placements')
          .select('id')
          .where('facility', '=', facility)
          .where('device', '=', id)
          .executeTakeFirst()
        if (placed) throw new AppError('conflict', 'the device has been placed and can no longer be withdrawn')
        await trx
          .deleteFrom('hub_devices')
          .where('facility', '=', facility)
          .where(eb => eb.or([eb('device', '=', id), eb('hub', '=', id)]))
          .execute()
        await trx.deleteFrom('credentials').where('facility', '=', facility).where('device', '=', id).execute()
        const gone = await trx
          .deleteFrom('devices')
          .where('facility', '=', facility)
          .where('id', '=', id)
          .executeTakeFirst()
        if (gone.numDeletedRows === 0n) throw new AppError('not_found', 'there is no such device')
      })
    },

    async get(facility, id) {
      const row = await db
        .selectFrom('devices')
        .selectAll()
        .where('facility', '=', facility)
        .where('id', '=', id)
        .executeTakeFirst()
      return row ? recordOf(row) : null
    },

    async list({ facilities, makers, limit, after }) {
      if (facilities?.length === 0 || makers?.length === 0) return []
      let query = db.selectFrom('devices').selectAll().orderBy('facility').orderBy('id').limit(limit)
      if (facilities) query = query.where('facility', 'in', facilities)
      if (makers) query = query.where('maker', 'in', makers)
      if (after !== undefined) {
        const [facility = '', id = ''] = after.split('.')
        query = query.where(eb =>
          eb.or([eb('facility', '>', facility), eb.and([eb('facility', '=', facility), eb('id', '>', id)])]),
        )
      }
      return (await query.execute()).map(recordOf)
    },
  }
}
