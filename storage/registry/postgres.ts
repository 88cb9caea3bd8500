/** The only door to pg: a PostgreSQL database as a Kysely database that answers, orders and fails as the SQLite file does. */
import {
  CompiledQuery,
  type DataTypeNode,
  type Dialect,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import pg from 'pg'
import { AppError } from '../../core/errors.ts'
import type { RegistrySchema } from './schema.ts'

/** As many as write at once; each costs the database some megabytes. */
const MAX_CONNECTIONS = 10
/** How long a statement waits for another transaction, and how long a caller for a connection, before it fails: as on SQLite. */
const WAIT_MS = 10_000
/** The longest any statement may run. */
const STATEMENT_MS = 30_000
/** When the other side is silent beyond that, the connection is dead. */
const SILENCE_MS = STATEMENT_MS + 5_000

/**
 * A pool of connections, opened when first needed. Every commit is synced to the database's disk before it returns.
 *
 * Queries throw AppErrors: `conflict` (a key is taken), `not_found` (a reference leads nowhere), `bad_request` (a text holds a
 * NUL character), `registry_unavailable` (out of reach, full, locked, a deadlock; retryable, but for a wrong account or database).
 */
export function openPostgres(url: string): Kysely<RegistrySchema> {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: WAIT_MS,
    query_timeout: SILENCE_MS,
    keepAlive: true,
    application_name: 'mimamori',
    types: { getTypeParser: (type, format) => (type === INT8 ? asNumber : pg.types.getTypeParser(type, format)) },
  })
  // A connection that breaks while nobody uses it is replaced; one in use fails its query, which tells whoever asked.
  pool.on('error', () => undefined)
  pool.on('connect', client => client.on('error', () => undefined))
  return new Kysely<RegistrySchema>({ dialect: dialectOf(asKyselyExpects(pool)) })
}

/**
 * Leaves nothing of what was overwritten in the tables' files: they are written anew, since a plain vacuum leaves the bytes in a page's free
 * space. Small tables, locked for a moment. The database's own log, its archives and backups are the operator's.
 */
export async function scrubPostgres(db: Kysely<RegistrySchema>): Promise<void> {
  for (const table of ['resident_keys', 'resident_identities', 'care_levels', 'absences'])
    await sql`vacuum full ${sql.table(table)}`.execute(db)
}

/** OID of int8: instants, counts and versions, all within what a double holds exactly. */
const INT8 = 20
function asNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error('a whole number in the registry is larger than a double holds')
  return value
}

function dialectOf(pool: PostgresPool): Dialect {
  const postgres = new PostgresDialect({
    pool,
    onCreateConnection: async connection => {
      // Said to the session, not in the start-up packet, which a pooler in between may refuse.
      await connection.executeQuery(
        CompiledQuery.raw(
          `select set_config('lock_timeout', '${WAIT_MS}', false), set_config('statement_timeout', '${STATEMENT_MS}', false),
            set_config('default_transaction_isolation', 'read committed', false),
            set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, false)`,
        ),
      )
    },
  })
  return {
    createDriver: () => postgres.createDriver(),
    createQueryCompiler: () => new BytewiseCompiler(),
    createIntrospector: db => postgres.createIntrospector(db),
    createAdapter: () => postgres.createAdapter(),
  }
}

/** A class because Kysely binds its parts when it is made. Texts are made to sort by their bytes, whatever the database's language: pages then come in the same order as from SQLite. */
class BytewiseCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node)
    if (node.dataType === 'text' && this.parentNode?.kind === 'ColumnDefinitionNode') this.append(' collate "C"')
  }
}

function asKyselyExpects(pool: pg.Pool): PostgresPool {
  // One face for each connection: Kysely knows by it which ones it has prepared.
  const faces = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  return {
    connect: async () => {
      const client = await guarded(() => pool.connect())
      const face = faces.get(client) ?? faceOf(client)
      faces.set(client, face)
      return face
    },
    end: () => pool.end(),
  }
}

function faceOf(client: pg.PoolClient): PostgresPoolClient {
  let dead = false
  const query = (sql: string, parameters: readonly unknown[]) =>
    guarded(async () => {
      try {
        return await client.query(sql, [...parameters])
      } catch (error) {
        // No code: not the database's word, so the answer may still come and would be taken for the next one's.
        dead ||= !(error instanceof Error && 'code' in error)
        throw error
      }
    })
  return { query, release: () => client.release(dead) } as unknown as PostgresPoolClient
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw appErrorOf(error)
  }
}

function appErrorOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  switch (code) {
    case '23505':
      return new AppError('conflict', 'a record with this key exists already', { cause: error })
    case '23503':
      return new AppError('not_found', 'something that the record names does not exist', { cause: error })
    case '22021':
    case '22P05':
      return new AppError('bad_request', 'a text holds a character that cannot be kept', { cause: error })
    default:
      if (ACCOUNT_CODES.test(code))
        return new AppError('registry_unavailable', `the registry's database refuses us (${code})`, { cause: error })
      if (WORLD_CODES.test(code) || isSilence(error))
        return new AppError(
          'registry_unavailable',
          `the registry's database cannot be used now (${code || 'silent'})`,
          {
            retryable: true,
            cause: error,
          },
        )
      return error
  }
}

/** Wrong account, no right to sign in, no such database. */
const ACCOUNT_CODES = /^(28...|3D000)$/
/** Connection, shutdown, resources, deadlock, waited too long, read-only stand-by; and what the network says. */
const WORLD_CODES = /^(08...|57...|58...|53...|40...|55P03|25006|E[A-Z]{2,}\w*)$/
const isSilence = (error: unknown): boolean =>
  error instanceof Error && /timeout|terminated|not queryable|connection error/i.test(error.message)
