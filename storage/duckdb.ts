/** The only door to DuckDB: opens a database file or one in memory, runs SQL, streams rows, appends columns. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  INTEGER,
  LIST,
  listValue,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api'
import { AppError } from '../core/errors.ts'
import { isFatal, openError, worldError } from './duckdb-errors.ts'

/** What goes in and comes out: BIGINT is bigint, INTEGER, UTINYINT and DOUBLE are number. */
export type SqlValue = string | number | bigint | boolean | null
/** Named parameters (`$name`); an array is a list of texts. */
export type SqlParameters = Readonly<Record<string, SqlValue | readonly string[]>>

const COLUMN_TYPES = { BIGINT, BOOLEAN, DOUBLE, INTEGER, UTINYINT, VARCHAR } as const
export type ColumnType = keyof typeof COLUMN_TYPES

/** Values of one column; in a Float64Array NaN stands for NULL. Typed arrays cost the least: nothing is boxed, nothing is left to collect. */
export type Column = BigInt64Array | Int32Array | Uint8Array | Float64Array | readonly SqlValue[]
export interface Block {
  /** So many from the start of each column. */
  rows: number
  columns: readonly Column[]
}
/** Rows that the engine takes at a time: a good size for blocks. */
export const BLOCK_ROWS = 2_048

export interface DuckdbConnection {
  run(sql: string, parameters?: SqlParameters): Promise<void>
  rows(sql: string, parameters?: SqlParameters): Promise<Record<string, SqlValue>[]>
  /** Blocks of at most 2,048 rows, column by column; memory does not grow with the result. One stream at a time per connection. */
  stream(sql: string, parameters?: SqlParameters): AsyncIterable<SqlValue[][]>
  /**
   * Appends blocks, columns in the order of the table's; part of the transaction that is open. A block's arrays may be used again for
   * the next one.
   */
  append(table: string, types: readonly ColumnType[], blocks: Iterable<Block> | AsyncIterable<Block>): Promise<void>
  /** Per cent done of the statement that runs now, or -1 when it cannot be told; counted after `showProgress`. */
  progress(): number
  showProgress(): Promise<void>
  /** Ends the statement that runs now with an error. */
  interrupt(): void
  /** Ends what runs, lets go; any later call is refused with `store_unavailable`. May be repeated. */
  close(): Promise<void>
}

export interface Duckdb {
  /** True once the engine has given the database up (for example after a full disk): close it and open it again. */
  readonly broken: boolean
  connect(): Promise<DuckdbConnection>
  /** Runs an action, a big sort for example, with a wider bound of the buffer pool; afterwards the usual bound holds again. */
  withMemory<T>(limitMb: number, action: () => Promise<T>): Promise<T>
  /** Closes its connections too; the file's lock is free when this returns. */
  close(): Promise<void>
}

export interface DuckdbOptions {
  /** A path, or `:memory:`. */
  file: string
  /** Bound of the buffer pool; sorts and joins above it spill to `tempFolder`. */
  memoryLimitMb?: number
  threads?: number
  /** Where results spill; default: beside the file. */
  tempFolder?: string
}

const INTERRUPT_INTERVAL_MS = 20

/** @throws AppError `store_locked` when another process holds the file, `store_unavailable` when it cannot be opened or read. */
export async function openDuckdb(options: DuckdbOptions): Promise<Duckdb> {
  // From the client's cache: the lock on the file does not stop this very process, and two instances would corrupt it.
  const open = options.file === ':memory:' ? DuckDBInstance.create : DuckDBInstance.fromCache
  const usualMb = options.memoryLimitMb ?? 128
  const instance = await open(options.file, {
    memory_limit: `${usualMb}MB`,
    threads: String(options.threads ?? 2),
    // Nothing is ever fetched at run time: what we need (core functions, json, parquet, icu) is linked in.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(options.tempFolder ? { temp_directory: options.tempFolder } : {}),
  }).catch(error => Promise.reject(openError(error, options.file)))
  const state = { broken: false }
  const connections = new Set<DuckdbConnection>()
  let widened = 0
  let closed = false
  const limitMemory = async (limitMb: number) => {
    const connection = await instance.connect()
    await connection.run(`set memory_limit = '${limitMb}MB'`)
    connection.closeSync()
  }
  return {
    get broken() {
      return state.broken
    },
    async connect() {
      const connection: DuckdbConnection = createConnection(await instance.connect(), state, () =>
        connections.delete(connection),
      )
      connections.add(connection)
      return connection
    },
    async withMemory(limitMb, action) {
      widened += 1
      try {
        await limitMemory(Math.max(limitMb, usualMb))
        return await action()
      } finally {
        widened -= 1
        if (widened === 0 && !closed) await limitMemory(usualMb)
      }
    },
    async close() {
      closed = true
      await Promise.all(Array.from(connections, connection => connection.close()))
      instance.closeSync()
    },
  }
}

function createConnection(
  connection: DuckDBConnection,
  state: { broken: boolean },
  closed: () => void,
): DuckdbConnection {
  let running = 0
  let finished = 0
  let closing: { promise: Promise<void>; resolve: () => void } | undefined
  const closeNow = () => {
    connection.closeSync()
    closed()
    closing?.resolve()
  }
  /** Closing under a statement that runs on another thread would pull the ground from under it: it is interrupted and waited for. */
  const guarded = async <T>(action: () => Promise<T>): Promise<T> => {
    if (closing) throw new AppError('store_unavailable', 'The connection to the embedded store has been closed')
    running += 1
    try {
      return await action()
    } catch (error) {
      if (isFatal(error)) state.broken = true
      throw worldError(error)
    } finally {
      running -= 1
      finished += 1
      if (closing && running === 0) closeNow()
    }
  }
  /** Again and again until the statement has ended: an interrupt that comes just before its start is forgotten by the engine. */
  const interrupt = (during = finished) => {
    if (running === 0 || finished !== during) return
    connection.interrupt()
    setTimeout(interrupt, INTERRUPT_INTERVAL_MS, during)
  }
  return {
    async run(sql, parameters) {
      await guarded(() => connection.run(sql, ...bound(parameters)))
    },
    async rows(sql, parameters) {
      const result = await guarded(() => connection.runAndReadAll(sql, ...bound(parameters)))
      return result.getRowObjects() as Record<string, SqlValue>[]
    },
    async *stream(sql, parameters) {
      const result = await guarded(() => connection.stream(sql, ...bound(parameters)))
      for (;;) {
        const chunk = await guarded(() => result.fetchChunk())
        if (!chunk || chunk.rowCount === 0) return
        yield chunk.getColumns() as SqlValue[][]
      }
    },
    append: (table, types, blocks) =>
      guarded(async () => {
        const duckdbTypes = types.map(type => COLUMN_TYPES[type])
        const appender = await connection.createAppender(table)
        try {
          for await (const { rows, columns } of blocks) {
            for (let from = 0; from < rows; from += BLOCK_ROWS) {
              appender.appendDataChunk(toChunk(duckdbTypes, columns, from, Math.min(rows, from + BLOCK_ROWS)))
              // Filling a chunk holds the event loop for a millisecond: others get their turn.
              await nextTurn()
            }
          }
        } catch (error) {
          appender.clear()
          throw error
        } finally {
          appender.closeSync()
        }
      }),
    progress: () => connection.progress.percentage,
    async showProgress() {
      await connection.run('set enable_progress_bar = true')
      await connection.run('set enable_progress_bar_print = false')
    },
    interrupt: () => interrupt(),
    close() {
      if (!closing) {
        let resolve = () => {}
        const promise = new Promise<void>(done => {
          resolve = done
        })
        closing = { promise, resolve }
        if (running > 0) interrupt()
        else closeNow()
      }
      return closing.promise
    },
  }
}

function toChunk(types: readonly DuckDBType[], columns: readonly Column[], from: number, to: number): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(types, to - from)
  for (const [i, column] of columns.entries()) {
    const vector = chunk.getColumnVector(i)
    const nanIsNull = column instanceof Float64Array
    for (let row = from; row < to; row++) {
      const value = column[row] as SqlValue
      vector.setItem(row - from, nanIsNull && Number.isNaN(value) ? null : value)
    }
    vector.flush()
  }
  return chunk
}

type Bound = [values?: Record<string, never>, types?: Record<string, DuckDBType>]

/** Values with their types: left to guess, the client makes a bigint HUGEINT, and a filter on BIGINT would lose its zone maps. */
function bound(parameters: SqlParameters | undefined): Bound {
  if (!parameters) return []
  const values: Record<string, unknown> = {}
  const types: Record<string, DuckDBType> = {}
  for (const [name, value] of Object.entries(parameters)) {
    values[name] = Array.isArray(value) ? listValue(value) : value
    if (Array.isArray(value)) types[name] = LIST(VARCHAR)
    else if (typeof value === 'bigint') types[name] = BIGINT
  }
  return [values as Record<string, never>, types]
}
