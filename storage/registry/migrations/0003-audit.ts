/** The audit trail's tables, and triggers that let nobody change or delete what is in them. */
import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'

/** Only ever added to. */
const APPEND_ONLY = ['audit_entries', 'audit_nodes', 'audit_checkpoints'] as const

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_entries')
    .addColumn('seq', 'bigint', c => c.primaryKey())
    .addColumn('line', 'text', c => c.notNull())
    .addColumn('at_ms', 'bigint', c => c.notNull())
    .addColumn('actor', 'text', c => c.notNull())
    .addColumn('role', 'text')
    .addColumn('purpose', 'text', c => c.notNull())
    .addColumn('action', 'text', c => c.notNull())
    .addColumn('result', 'text', c => c.notNull())
    .addColumn('subject_kind', 'text', c => c.notNull())
    .addColumn('subject_id', 'text', c => c.notNull())
    .addColumn('facility', 'text')
    .addColumn('resident', 'text')
    .execute()
  // Each question reads backwards from the newest entry.
  for (const columns of [['facility'], ['resident'], ['actor'], ['action'], ['subject_kind', 'subject_id']])
    await db.schema
      .createIndex(`audit_entries_by_${columns[0]}`)
      .on('audit_entries')
      .columns([...columns, 'seq'])
      .execute()

  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'bigint', c => c.primaryKey().check(sql`id = 1`))
    .addColumn('log', 'text', c => c.notNull())
    .addColumn('size', 'bigint', c => c.notNull())
    .addColumn('last', 'text', c => c.notNull())
    .execute()
  const log = randomBytes(8).toString('hex')
  await sql`insert into audit_head (id, log, size, last) values (1, ${log}, 0, ${'0'.repeat(64)})`.execute(db)

  await db.schema
    .createTable('audit_nodes')
    .addColumn('level', 'bigint', c => c.notNull())
    .addColumn('position', 'bigint', c => c.notNull())
    .addColumn('hash', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('audit_nodes_key', ['level', 'position'])
    .execute()

  await db.schema
    .createTable('audit_checkpoints')
    .addColumn('size', 'bigint', c => c.primaryKey())
    .addColumn('at_ms', 'bigint', c => c.notNull())
    .addColumn('note', 'text', c => c.notNull())
    .execute()

  await db.schema
    .createTable('audit_views')
    .addColumn('view', 'text', c => c.notNull())
    .addColumn('window_ms', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('audit_views_key', ['view', 'window_ms'])
    .execute()

  await (isPostgres(db) ? forbidOnPostgres(db) : forbidOnSqlite(db))
}

/** Told by how a parameter is written: the schema builder hides everything else. */
const isPostgres = (db: Kysely<unknown>): boolean => sql`select ${1}`.compile(db).sql.includes('$1')

async function forbidOnSqlite(db: Kysely<unknown>): Promise<void> {
  for (const table of APPEND_ONLY)
    for (const change of ['update', 'delete'])
      await sql
        .raw(
          `create trigger ${table}_no_${change} before ${change} on ${table}
           begin select raise(abort, 'the audit trail is only ever added to'); end`,
        )
        .execute(db)
}

async function forbidOnPostgres(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create function audit_append_only() returns trigger language plpgsql as
       $$ begin raise exception 'the audit trail is only ever added to'; end $$`,
    )
    .execute(db)
  for (const table of APPEND_ONLY) {
    await sql
      .raw(
        `create trigger ${table}_no_change before update or delete on ${table}
         for each row execute function audit_append_only()`,
      )
      .execute(db)
    await sql
      .raw(
        `create trigger ${table}_no_truncate before truncate on ${table}
         for each statement execute function audit_append_only()`,
      )
      .execute(db)
  }
}
