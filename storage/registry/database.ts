/** The only door to libsql: a SQLite file as a Kysely database whose errors are AppErrors. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Dialect, type DialectAdapter, type Driver, Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import Libsql from 'libsql'
import { AppError } from '../../core/errors.ts'
import type { RegistrySchema } from './schema.ts'

/** How long a single statement waits, inside SQLite, for another process's transaction before it fails. */
const BUSY_MS = 5_000
/** How long a transaction waits for another process's before it fails. */
const BEGIN_MS = 10_000
/** The longest pause between two tries to begin: short and random, for SQLite's own waiting (up to 100 ms a try) starves beside a busy writer. */
const BEGIN_AGAIN_MS = 5

/**
 * Opens (and creates) a database file in a folder that exists; `:memory:` lives as long as the connection.
 *
 * Every commit is synced to disk before it returns. Queries throw AppErrors: `conflict` (a key is taken), `not_found` (a
 * reference leads nowhere), `bad_request` (a text holds a NUL character), `registry_unavailable` (locked, full; retryable), `registry_unreadable` (no database, or a damaged one).
 */
export function openSqlite(file: string): Kysely<RegistrySchema> {
  const connection = connect(file)
  const pragma = (text: string) => guarded(() => connection.pragma(text))
  pragma(`busy_timeout = ${BUSY_MS}`)
  pragma('journal_mode = WAL')
  pragma('synchronous = FULL')
  pragma('foreign_keys = ON')
  // What is deleted or overwritten is overwritten with zeros: an erased key must not lie in a free page.
  pragma('secure_delete = ON')
  return new Kysely<RegistrySchema>({ dialect: dialectOf(asKyselyExpects(connection)) })
}

/** Leaves nothing of what was overwritten in the write-ahead log; readers that still need the log put it off to the next checkpoint. */
export async function scrubSqlite(db: Kysely<RegistrySchema>): Promise<void> {
  await sql.raw('pragma wal_checkpoint(truncate)').execute(db)
}

/**
 * Kysely's SQLite, but for two things: a migration and the note that it was done are one transaction, which other processes
 * wait for; and a transaction that must wait for another process leaves the event loop free.
 */
function dialectOf(database: SqliteDatabase): Dialect {
  const sqlite = new SqliteDialect({ database })
  return {
    createDriver: () => waiting(sqlite.createDriver(), database),
    createQueryCompiler: () => sqlite.createQueryCompiler(),
    createIntrospector: db => sqlite.createIntrospector(db),
    createAdapter: () => TRANSACTIONAL,
  }
}
const TRANSACTIONAL: DialectAdapter = {
  supportsCreateIfNotExists: true,
  supportsReturning: true,
  supportsTransactionalDdl: true,
  acquireMigrationLock: async () => undefined,
  releaseMigrationLock: async () => undefined,
}

/** The driver, whose transactions begin as soon as no other process writes. Throws `registry_unavailable` after 10 s. */
function waiting(driver: Driver, database: SqliteDatabase): Driver {
  // One statement for all: libsql leaves a statement that met SQLITE_BUSY open until it runs again.
  const immediately = database.prepare('begin immediate')
  const begin = async () => {
    const until = performance.now() + BEGIN_MS
    for (;;) {
      try {
        // A deferred transaction that reads and then writes fails at once when another process wrote in between; an immediate one waits.
        return immediately.run([])
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error
      }
      await sleep(Math.random() * BEGIN_AGAIN_MS)
    }
  }
  return Object.assign(driver, {
    beginTransaction: async () => {
      database.prepare('pragma busy_timeout = 0').all([])
      try {
        await begin()
      } finally {
        database.prepare(`pragma busy_timeout = ${BUSY_MS}`).all([])
      }
    },
  })
}

function isBusy(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY')
}

function connect(file: string): Libsql.Database {
  try {
    return new Libsql(file)
  } catch (cause) {
    throw new AppError('registry_unavailable', `the registry's file ${file} cannot be opened`, { cause })
  }
}

function asKyselyExpects(connection: Libsql.Database): SqliteDatabase {
  return {
    close: () => void connection.close(),
    prepare: sql => {
      const statement = guarded(() => connection.prepare(sql))
      return {
        reader: statement.reader,
        all: parameters => guarded(() => statement.all(...storable(parameters))),
        run: parameters => guarded(() => statement.run(...storable(parameters))),
        iterate: parameters => guarded(() => statement.iterate(...storable(parameters))),
      }
    },
  }
}

/** A text would come back cut off at its first NUL character; PostgreSQL refuses it too. */
function storable(parameters: readonly unknown[]): readonly unknown[] {
  if (parameters.some(parameter => typeof parameter === 'string' && parameter.includes('\0')))
    throw new AppError('bad_request', 'a text holds a character that cannot be kept')
  return parameters
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw appErrorOf(error)
  }
}

function appErrorOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
    case 'SQLITE_CONSTRAINT_UNIQUE':
      return new AppError('conflict', 'a record with this key exists already', { cause: error })
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
      return new AppError('not_found', 'something that the record names does not exist', { cause: error })
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return new AppError('registry_unreadable', `the registry's file is damaged or no database (${code})`, {
        cause: error,
      })
    default:
      return WORLD_CODES.test(code)
        ? new AppError('registry_unavailable', `the registry's database cannot be used now (${code})`, {
            retryable: true,
            cause: error,
          })
        : error
  }
}

const WORLD_CODES = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)/
