/** Repository of facilities and their registry versions. */
import type { Kysely, Selectable } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import type { FacilityTable, RegistrySchema } from './schema.ts'

const recordOf = (row: Selectable<FacilityTable>): FacilityRecord => ({
  id: row.id as FacilityId,
  name: row.name,
  zone: row.zone,
  benchOf: row.bench_of,
})

export function createFacilities(
  db: Kysely<RegistrySchema>,
): Registry['facilities'] & Pick<Registry, 'registryVersion'> {
  return {
    async create(record) {
      await db
        .insertInto('facilities')
        .values({
          ...{ id: record.id, name: record.name, zone: record.zone, bench_of: record.benchOf },
          ...{ prefecture: null, registry_version: 1 },
        })
        .execute()
    },
    async get(id) {
      const row = await db.selectFrom('facilities').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },
    async list(page) {
      let query = db.selectFrom('facilities').selectAll().orderBy('id')
      if (page) query = query.where('id', '>', page.after ?? '').limit(page.limit)
      return (await query.execute()).map(recordOf)
    },
    async rename(id, name) {
      const row = await db
        .updateTable('facilities')
        .set({ name })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      if (!row) throw new AppError('not_found', 'there is no such facility')
      return recordOf(row)
    },
    async setPrefecture(id, prefecture) {
      const { numUpdatedRows } = await db
        .updateTable('facilities')
        .set({ prefecture })
        .where('id', '=', id)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw new AppError('not_found', 'there is no such facility')
    },
    async prefectures() {
      const rows = await db
        .selectFrom('facilities')
        .select(['id', 'prefecture'])
        .where('prefecture', 'is not', null)
        .execute()
      return new Map(rows.flatMap(({ id, prefecture }) => (prefecture === null ? [] : [[id, prefecture] as const])))
    },
    async registryVersion(facility) {
      const row = await db
        .selectFrom('facilities')
        .select('registry_version')
        .where('id', '=', facility)
        .executeTakeFirst()
      if (!row) throw new AppError('not_found', 'there is no such facility')
      return row.registry_version
    },
  }
}
