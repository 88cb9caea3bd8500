/** Repository of signed-in sessions, known by the hash of their token only. */
import type { Kysely, Selectable } from 'kysely'
import type { Registry, SessionRecord } from '../../core/registry.ts'
import { raiseAccessRevision, readAccessRevision } from './access-revision.ts'
import type { RegistrySchema, SessionTable } from './schema.ts'

export function createSessions(db: Kysely<RegistrySchema>): Registry['sessions'] {
  return {
    async create({ tokenSha256, user, createdMs, seenMs, expiresMs, agent }) {
      await db
        .insertInto('sessions')
        .values({
          token_sha256: tokenSha256,
          user_name: user,
          created_ms: createdMs,
          seen_ms: seenMs,
          expires_ms: expiresMs,
          agent,
        })
        .execute()
    },
    async get(tokenSha256) {
      const row = await db.selectFrom('sessions').selectAll().where('token_sha256', '=', tokenSha256).executeTakeFirst()
      return row ? recordOf(row) : null
    },
    async of(user) {
      const rows = await db
        .selectFrom('sessions')
        .selectAll()
        .where('user_name', '=', user)
        .orderBy('seen_ms', 'desc')
        .orderBy('token_sha256')
        .execute()
      return rows.map(recordOf)
    },
    async touch(tokenSha256, seenMs) {
      await db.updateTable('sessions').set({ seen_ms: seenMs }).where('token_sha256', '=', tokenSha256).execute()
    },
    async shorten(tokenSha256, expiresMs) {
      await db
        .updateTable('sessions')
        .set({ expires_ms: expiresMs })
        .where('token_sha256', '=', tokenSha256)
        .where('expires_ms', '>', expiresMs)
        .execute()
    },
    async delete(tokenSha256) {
      await db.transaction().execute(async trx => {
        await trx.deleteFrom('sessions').where('token_sha256', '=', tokenSha256).execute()
        await raiseAccessRevision(trx)
      })
    },
    deleteOf: (user, except) =>
      db.transaction().execute(async trx => {
        let query = trx.deleteFrom('sessions').where('user_name', '=', user)
        if (except !== undefined) query = query.where('token_sha256', '!=', except)
        const ended = await query.returning('token_sha256').execute()
        await raiseAccessRevision(trx)
        return ended.map(row => row.token_sha256)
      }),
    async deleteExpired(nowMs) {
      await db.deleteFrom('sessions').where('expires_ms', '<=', nowMs).execute()
    },
    accessRevision: () => readAccessRevision(db),
  }
}

const recordOf = (row: Selectable<SessionTable>): SessionRecord => ({
  tokenSha256: row.token_sha256,
  user: row.user_name,
  createdMs: row.created_ms,
  seenMs: row.seen_ms,
  expiresMs: row.expires_ms,
  agent: row.agent,
})
