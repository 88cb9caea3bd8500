/** Repository of the platform's own small settings. */
import type { Kysely } from 'kysely'
import type { Registry } from '../../core/registry.ts'
import type { RegistrySchema } from './schema.ts'

export function createSettings(db: Kysely<RegistrySchema>): Registry['settings'] {
  return {
    async get(name) {
      const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst()
      return row?.value ?? null
    },
    async set(name, value) {
      if (value === null) {
        await db.deleteFrom('settings').where('name', '=', name).execute()
        return
      }
      await db
        .insertInto('settings')
        .values({ name, value })
        .onConflict(conflict => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
  }
}
