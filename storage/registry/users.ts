/** Repository of users and the facilities that each may see. */
import type { Kysely, Selectable } from 'kysely'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry, UserRecord } from '../../core/registry.ts'
import type { RegistrySchema, UserTable } from './schema.ts'

export function createUsers(db: Kysely<RegistrySchema>): Registry['users'] {
  const withFacilities = async (users: Selectable<UserTable>[]): Promise<UserRecord[]> => {
    if (users.length === 0) return []
    const names = users.map(user => user.name)
    const links = await db
      .selectFrom('user_facilities')
      .selectAll()
      .where('user_name', 'in', names)
      .orderBy('facility')
      .execute()
    return users.map(row => ({
      user: row.name,
      passwordHash: row.password_hash,
      role: row.role,
      facilities: links.filter(link => link.user_name === row.name).map(link => link.facility as FacilityId),
      maker: row.maker,
      language: row.language,
      createdMs: row.created_ms,
    }))
  }
  return {
    async create({ user, passwordHash, role, facilities, maker, language, createdMs }) {
      await db.transaction().execute(async trx => {
        await trx
          .insertInto('users')
          .values({ name: user, password_hash: passwordHash, role, maker, language, created_ms: createdMs })
          .execute()
        const links = [...new Set(facilities)].map(facility => ({ user_name: user, facility }))
        if (links.length > 0) await trx.insertInto('user_facilities').values(links).execute()
      })
    },
    async get(user) {
      const rows = await db.selectFrom('users').selectAll().where('name', '=', user).execute()
      return (await withFacilities(rows))[0] ?? null
    },
    async list(page) {
      let query = db.selectFrom('users').selectAll().orderBy('name')
      if (page) query = query.where('name', '>', page.after ?? '').limit(page.limit)
      return withFacilities(await query.execute())
    },
    async count() {
      const { count } = await db
        .selectFrom('users')
        .select(({ fn }) => fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }
}
