/** How long facilities keep their measurements, and what was removed when; SQL that SQLite and PostgreSQL both read. */
import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('retention_rules')
    .addColumn('facility', 'text', c => c.primaryKey().references('facilities.id'))
    .addColumn('days', 'integer')
    .addColumn('changed_ms', 'bigint', c => c.notNull())
    .addColumn('changed_by', 'text', c => c.notNull())
    .addColumn('claimed_day', 'text', c => c.notNull())
    .execute()
  await db.schema
    .createTable('retention_runs')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('facility', 'text', c => c.notNull().references('facilities.id'))
    .addColumn('before_ms', 'bigint', c => c.notNull())
    .addColumn('days', 'integer', c => c.notNull())
    .addColumn('started_ms', 'bigint', c => c.notNull())
    .addColumn('ended_ms', 'bigint', c => c.notNull())
    .addColumn('outcome', 'text', c => c.notNull())
    .addColumn('failure', 'text')
    .addColumn('messages', 'bigint', c => c.notNull())
    .addColumn('kept', 'text', c => c.notNull())
    .addColumn('started_by', 'text')
    .execute()
  await db.schema.createIndex('retention_runs_of').on('retention_runs').columns(['facility', 'ended_ms']).execute()
}
