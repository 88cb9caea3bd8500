/** Accounts that can be ended and edited, invitations, API tokens, kept answers; SQL that SQLite and PostgreSQL both read. */
import type { Kysely } from 'kysely'
import type { RegistrySchema } from '../schema.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('users').addColumn('disabled_ms', 'bigint').execute()
  await db.schema
    .alterTable('users')
    .addColumn('version', 'bigint', c => c.notNull().defaultTo(1))
    .execute()
  await db.schema
    .alterTable('sessions')
    .addColumn('agent', 'text', c => c.notNull().defaultTo(''))
    .execute()
  await db.schema.createIndex('sessions_of_user').on('sessions').column('user_name').execute()

  await db.schema
    .createTable('invitations')
    .addColumn('user_name', 'text', c => c.primaryKey().references('users.name'))
    .addColumn('code_sha256', 'text', c => c.notNull().unique())
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .addColumn('expires_ms', 'bigint', c => c.notNull())
    .execute()

  await db.schema
    .createTable('api_tokens')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('token_sha256', 'text', c => c.notNull().unique())
    .addColumn('user_name', 'text', c => c.notNull().references('users.name'))
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('scopes', 'text', c => c.notNull())
    .addColumn('created_ms', 'bigint', c => c.notNull())
    .addColumn('expires_ms', 'bigint', c => c.notNull())
    .addColumn('seen_ms', 'bigint')
    .execute()
  await db.schema.createIndex('api_tokens_of_user').on('api_tokens').columns(['user_name', 'id']).execute()

  await db.schema
    .createTable('access_revision')
    .addColumn('id', 'integer', c => c.primaryKey())
    .addColumn('revision', 'bigint', c => c.notNull())
    .execute()
  await (db as Kysely<RegistrySchema>).insertInto('access_revision').values({ id: 1, revision: 0 }).execute()

  await db.schema
    .createTable('kept_answers')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('body_sha256', 'text', c => c.notNull())
    .addColumn('answer', 'text')
    .addColumn('until_ms', 'bigint', c => c.notNull())
    .execute()
  await db.schema.createIndex('kept_answers_by_end').on('kept_answers').column('until_ms').execute()
}
