/** Repository of users and the facilities that each may see. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry, UserRecord } from '../../core/registry.ts'
import { raiseAccessRevision } from './access-revision.ts'
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
      passwordHash: row.password_hash || null,
      role: row.role,
      facilities: links.filter(link => link.user_name === row.name).map(link => link.facility as FacilityId),
      maker: row.maker,
      language: row.language,
      createdMs: row.created_ms,
      disabledMs: row.disabled_ms,
      version: Number(row.version),
    }))
  }
  const get = async (user: string): Promise<UserRecord | null> => {
    const rows = await db.selectFrom('users').selectAll().where('name', '=', user).execute()
    return (await withFacilities(rows))[0] ?? null
  }
  return {
    async create({ user, passwordHash, role, facilities, maker, language, createdMs }) {
      await db.transaction().execute(async trx => {
        await trx
          .insertInto('users')
          .values({
            name: user,
            password_hash: passwordHash ?? '',
            role,
            maker,
            language,
            created_ms: createdMs,
            disabled_ms: null,
            version: 1,
          })
          .execute()
        await link(trx, user, facilities)
      })
    },
    get,
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
    async change(user, version, { role, facilities, maker, disabledMs }) {
      await db.transaction().execute(async trx => {
        let query = trx.updateTable('users').where('name', '=', user)
        if (version !== null) query = query.where('version', '=', version)
        const { numUpdatedRows } = await query
          .set(eb => ({
            version: eb('version', '+', 1),
            ...(role !== undefined && { role }),
            ...(maker !== undefined && { maker }),
            ...(disabledMs !== undefined && { disabled_ms: disabledMs }),
          }))
          .executeTakeFirst()
        if (numUpdatedRows === 0n) {
          const known = await trx.selectFrom('users').select('name').where('name', '=', user).executeTakeFirst()
          throw known
            ? new AppError('conflict', 'the user was changed by someone else meanwhile')
            : new AppError('not_found', 'there is no such user')
        }
        if (facilities !== undefined) {
          await trx.deleteFrom('user_facilities').where('user_name', '=', user).execute()
          await link(trx, user, facilities)
        }
        await raiseAccessRevision(trx)
      })
      const changed = await get(user)
      if (!changed) throw new AppError('not_found', 'there is no such user')
      return changed
    },
    async setPasswordHash(user, passwordHash) {
      await db.updateTable('users').set({ password_hash: passwordHash }).where('name', '=', user).execute()
    },
    async setLanguage(user, language) {
      await db.updateTable('users').set({ language }).where('name', '=', user).execute()
    },
  }
}

async function link(trx: Transaction<RegistrySchema>, user: string, facilities: readonly string[]): Promise<void> {
  const links = [...new Set(facilities)].map(facility => ({ user_name: user, facility }))
  if (links.length > 0) await trx.insertInto('user_facilities').values(links).execute()
}
