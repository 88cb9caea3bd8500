/** Repository of invitations: one-time codes with which people set their password, known by their hash only. */
import type { Kysely } from 'kysely'
import type { Registry } from '../../core/registry.ts'
import { raiseAccessRevision } from './access-revision.ts'
import type { RegistrySchema } from './schema.ts'

export function createInvitations(db: Kysely<RegistrySchema>): Registry['invitations'] {
  return {
    async put({ codeSha256, user, createdMs, expiresMs }) {
      const code = { code_sha256: codeSha256, created_ms: createdMs, expires_ms: expiresMs }
      await db
        .insertInto('invitations')
        .values({ user_name: user, ...code })
        .onConflict(conflict => conflict.column('user_name').doUpdateSet(code))
        .execute()
    },
    async get(codeSha256) {
      const row = await db
        .selectFrom('invitations')
        .selectAll()
        .where('code_sha256', '=', codeSha256)
        .executeTakeFirst()
      if (!row) return null
      return { codeSha256, user: row.user_name, createdMs: row.created_ms, expiresMs: row.expires_ms }
    },
    async deleteExpired(nowMs) {
      await db.deleteFrom('invitations').where('expires_ms', '<=', nowMs).execute()
    },
    async openOf(user, nowMs) {
      const row = await db
        .selectFrom('invitations')
        .select('user_name')
        .where('user_name', '=', user)
        .where('expires_ms', '>', nowMs)
        .executeTakeFirst()
      return row !== undefined
    },
    accept: (codeSha256, passwordHash, nowMs) =>
      db.transaction().execute(async trx => {
        const taken = await trx
          .deleteFrom('invitations')
          .where('code_sha256', '=', codeSha256)
          .where('expires_ms', '>', nowMs)
          .returning('user_name')
          .executeTakeFirst()
        if (!taken) return false
        await trx
          .updateTable('users')
          .set({ password_hash: passwordHash })
          .where('name', '=', taken.user_name)
          .execute()
        await trx.deleteFrom('sessions').where('user_name', '=', taken.user_name).execute()
        await raiseAccessRevision(trx)
        return true
      }),
  }
}
