/** Repository of consents: only ever added to. */
import type { Kysely, Selectable } from 'kysely'
import type { FacilityId } from '../../core/ids.ts'
import type { ConsentRecord, Registry } from '../../core/registry.ts'
import { newId } from './records.ts'
import type { ConsentTable, RegistrySchema } from './schema.ts'

const recordOf = (row: Selectable<ConsentTable>): ConsentRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  resident: row.resident,
  purpose: row.purpose,
  fromMs: row.from_ms,
})

export function createConsents(db: Kysely<RegistrySchema>): Registry['consents'] {
  return {
    async create(record) {
      const consent: ConsentRecord = { id: newId(), ...record }
      const { fromMs, ...rest } = consent
      await db
        .insertInto('consents')
        .values({ ...rest, from_ms: fromMs })
        .execute()
      return consent
    },
    async list({ facilities, limit, after }) {
      if (facilities.length === 0) return []
      const rows = await db
        .selectFrom('consents')
        .selectAll()
        .where('facility', 'in', facilities)
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(recordOf)
    },
    async of(facility) {
      const rows = await db
        .selectFrom('consents')
        .selectAll()
        .where('facility', '=', facility)
        .orderBy('from_ms')
        .orderBy('id')
        .execute()
      return rows.map(recordOf)
    },
  }
}
