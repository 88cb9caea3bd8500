/** Releases of trials: what later ones must know of them, in which class each person was, sealed, and where facilities are; SQL that SQLite and PostgreSQL both read. */
import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('releases')
    .addColumn('trial', 'text', c => c.references('trials.id'))
    .execute()
  await db.schema.alterTable('releases').addColumn('trial_facts', 'text').execute()
  await db.schema.alterTable('facilities').addColumn('prefecture', 'text').execute()
  await db.schema.alterTable('release_subjects').addColumn('sealed', 'text').execute()
}
