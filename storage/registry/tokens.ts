/** Repository of API tokens, known by their hash only. */
import type { Kysely, Selectable } from 'kysely'
import { z } from 'zod'
import type { ApiTokenRecord, Registry } from '../../core/registry.ts'
import { TOKEN_SCOPES } from '../../core/rest/route.ts'
import { fromJson, newId } from './records.ts'
import type { ApiTokenTable, RegistrySchema } from './schema.ts'

export function createTokens(db: Kysely<RegistrySchema>): Registry['tokens'] {
  return {
    async create(record) {
      const made: ApiTokenRecord = { ...record, id: newId(), seenMs: null }
      await db
        .insertInto('api_tokens')
        .values({
          id: made.id,
          token_sha256: made.tokenSha256,
          user_name: made.user,
          name: made.name,
          scopes: JSON.stringify(made.scopes),
          created_ms: made.createdMs,
          expires_ms: made.expiresMs,
          seen_ms: null,
        })
        .execute()
      return made
    },
    async get(tokenSha256) {
      const row = await db
        .selectFrom('api_tokens')
        .selectAll()
        .where('token_sha256', '=', tokenSha256)
        .executeTakeFirst()
      return row ? recordOf(row) : null
    },
    async list({ user, limit, after }) {
      const rows = await db
        .selectFrom('api_tokens')
        .selectAll()
        .where('user_name', '=', user)
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(recordOf)
    },
    async touch(id, seenMs) {
      await db.updateTable('api_tokens').set({ seen_ms: seenMs }).where('id', '=', id).execute()
    },
    async revoke(user, id) {
      const { numDeletedRows } = await db
        .deleteFrom('api_tokens')
        .where('user_name', '=', user)
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
    async deleteExpired(beforeMs) {
      await db.deleteFrom('api_tokens').where('expires_ms', '<=', beforeMs).execute()
    },
    async revokeAllOf(user) {
      await db.deleteFrom('api_tokens').where('user_name', '=', user).execute()
    },
  }
}

const scopesSchema = z.array(z.enum(TOKEN_SCOPES))
const recordOf = (row: Selectable<ApiTokenTable>): ApiTokenRecord => ({
  id: row.id,
  tokenSha256: row.token_sha256,
  user: row.user_name,
  name: row.name,
  scopes: fromJson(scopesSchema, row.scopes),
  createdMs: row.created_ms,
  expiresMs: row.expires_ms,
  seenMs: row.seen_ms,
})
