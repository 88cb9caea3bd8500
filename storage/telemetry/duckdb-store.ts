/** Keeps one DuckDB file open for a sink and a source: opened at first use, opened again after the engine gave it up. */
import { AppError } from '../../core/errors.ts'
import { type Duckdb, type DuckdbConnection, type DuckdbOptions, openDuckdb } from '../duckdb.ts'
import { prepareTables } from './duckdb-tables.ts'

export interface DuckdbStore {
  /** Runs an action on the open database; `generation` changes whenever the file was opened anew. */
  use<T>(action: (db: Duckdb, generation: number) => Promise<T>): Promise<T>
  /** Runs an action on a connection of its own. */
  connected<T>(action: (connection: DuckdbConnection) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export function createDuckdbStore(options: DuckdbOptions): DuckdbStore {
  let opening: Promise<Duckdb> | undefined
  let generation = 0
  let closed = false

  const forget = (stale: Promise<Duckdb>) => {
    if (opening === stale) opening = undefined
  }

  async function use<T>(action: (db: Duckdb, generation: number) => Promise<T>): Promise<T> {
    if (closed) throw new AppError('store_unavailable', 'The telemetry store has been stopped')
    opening ??= openPrepared(options, () => ++generation)
    const mine = opening
    const db = await mine.catch(error => {
      forget(mine)
      throw error
    })
    try {
      return await action(db, generation)
    } finally {
      if (db.broken && opening === mine) {
        opening = undefined
        await db.close()
      }
    }
  }

  return {
    use,
    connected: action =>
      use(async db => {
        const connection = await db.connect()
        try {
          return await action(connection)
        } finally {
          await connection.close()
        }
      }),
    async close() {
      closed = true
      const db = await opening?.catch(() => undefined)
      opening = undefined
      await db?.close()
    },
  }
}

async function openPrepared(options: DuckdbOptions, opened: () => void): Promise<Duckdb> {
  const db = await openDuckdb(options)
  opened()
  const connection = await db.connect()
  try {
    await prepareTables(connection)
    return db
  } catch (error) {
    await db.close()
    throw error
  } finally {
    await connection.close()
  }
}
