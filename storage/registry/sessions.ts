/** Repository of signed-in sessions, known by the hash of their token only. */
import type { Kysely } from 'kysely'
import type { Registry } from '../../core/registry.ts'
import type { RegistrySchema } from './schema.ts'

export function createSessions(db: Kysely<RegistrySchema>): Registry['sessions'] {
  return {
    async create({ tokenSha256, user, createdMs, seenMs, expiresMs }) {
      await db
        .insertInto('sessions')
        .values({
          token_sha256: tokenSha256,
          user_name: user,
          created_ms: createdMs,
          seen_ms: seenMs,
          expires_ms: expiresMs,
        })
        .execute()
    },
    async get(tokenSha256) {
      const row = await db.selectFrom('sessions').selectAll().where('token_sha256', '=', tokenSha256).executeTakeFirst()
      if (!row) return null
      return {
        tokenSha256,
        user: row.user_name,
        createdMs: row.created_ms,
        seenMs: row.seen_ms,
        expiresMs: row.expires_ms,
      }
    },
    async touch(tokenSha256, seenMs) {
      await db.updateTable('sessions').set({ seen_ms: seenMs }).where('token_sha256', '=', tokenSha256).execute()
    },
    async delete(tokenSha256) {
      await db.deleteFrom('sessions').where('token_sha256', '=', tokenSha256).execute()
    },
    async deleteExpired(nowMs) {
      await db.deleteFrom('sessions').where('expires_ms', '<=', nowMs).execute()
    },
  }
}
