/** Repository of residents: opaque numbers, no identity. */
import type { Kysely, Selectable } from 'kysely'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry, ResidentRecord } from '../../core/registry.ts'
import { newId } from './records.ts'
import type { RegistrySchema, ResidentTable } from './schema.ts'

const recordOf = (row: Selectable<ResidentTable>): ResidentRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  createdMs: row.created_ms,
})

export function createResidents(db: Kysely<RegistrySchema>): Registry['residents'] {
  return {
    async create(facility, nowMs) {
      const row = { id: newId(), facility, created_ms: nowMs }
      await db.insertInto('residents').values(row).execute()
      return recordOf(row)
    },
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
  }
}
