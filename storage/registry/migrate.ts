/** Brings a registry database up to the newest schema. */
import { type Kysely, Migrator } from 'kysely'
import { AppError } from '../../core/errors.ts'
import { migrations } from './migrations/all.ts'
import type { RegistrySchema } from './schema.ts'

/** Applies what is missing, all in one transaction; may be repeated. Throws `registry_migration`, after which nothing has changed, or `registry_unavailable`. */
export async function migrate(db: Kysely<RegistrySchema>, all = migrations): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...all }) } })
  const { error, results } = await migrator.migrateToLatest()
  if (!error) return
  // The database is away, which says nothing about its schema.
  if (error instanceof AppError && error.code === 'registry_unavailable') throw error
  const failed = results?.find(result => result.status === 'Error')?.migrationName ?? 'the migration table'
  throw new AppError('registry_migration', `the registry's schema could not be brought up to date (${failed})`, {
    cause: error,
  })
}
