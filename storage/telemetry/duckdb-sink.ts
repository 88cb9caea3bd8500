/** Writes accepted rows to the embedded store, and its position with them in one transaction. */
import { AppError } from '../../core/errors.ts'
import type { TelemetrySink } from '../../core/ports.ts'
import type { EventRow, StoredRow } from '../../core/readings.ts'
import { BLOCK_ROWS, type Block, type DuckdbConnection, type SqlValue } from '../duckdb.ts'
import { boundsOf, firstPortion, giveSpaceBack, nextPortion, removePortion } from './duckdb-remove.ts'
import type { DuckdbStore } from './duckdb-store.ts'
import { EVENT_COLUMNS, READING_COLUMNS, SERIES_COLUMNS } from './duckdb-tables.ts'
import { assertStorable, marksToBits } from './storable.ts'

/** What the file holds, kept in memory while nothing failed; read again after any failure, since a commit may or may not have happened. */
interface Known {
  generation: number
  connection: DuckdbConnection
  position: number
  series: SeriesIds
}

/** Ids by metric, by facility/device/profile. */
interface SeriesIds {
  byDevice: Map<string, Map<string, number>>
  count: number
}
const deviceKey = (row: { facility: unknown; device: unknown; profile: unknown }): string =>
  `${row.facility}/${row.device}/${row.profile}`
function idsOf(series: SeriesIds, key: string): Map<string, number> {
  let ids = series.byDevice.get(key)
  if (!ids) {
    ids = new Map()
    series.byDevice.set(key, ids)
  }
  return ids
}

/** Writes are carried out one after the other, in the order of the calls. */
export function createDuckdbSink(store: DuckdbStore): TelemetrySink {
  let known: Known | undefined
  let queue: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let failed = false
  let stopped = false

  /**
   * In turn. Once a write has failed, those that were already waiting behind it fail too: their positions lie above rows that are
   * still to come again, and committing one would skip those rows for ever.
   */
  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    if (stopped) return Promise.reject(new AppError('store_unavailable', 'The telemetry sink has been stopped'))
    waiting += 1
    const turn = queue.then(async () => {
      try {
        if (failed)
          throw new AppError('store_unavailable', 'An earlier write failed; repeat both in order', { retryable: true })
        return await action()
      } catch (error) {
        failed = true
        throw error
      } finally {
        waiting -= 1
        if (waiting === 0) failed = false
      }
    })
    queue = turn.catch(() => undefined)
    return turn
  }

  /** In turn too, but what it meets says nothing about the writes that wait behind it. */
  function aside(action: () => Promise<void>): Promise<void> {
    if (stopped) return Promise.reject(new AppError('store_unavailable', 'The telemetry sink has been stopped'))
    const turn = queue.then(action)
    queue = turn.catch(() => undefined)
    return turn
  }

  const current = (): Promise<Known> =>
    store.use(async (db, generation) => {
      if (known?.generation === generation) return known
      await forget()
      known = await readKnown(await db.connect(), generation)
      return known
    })

  const forget = async () => {
    const stale = known
    known = undefined
    await stale?.connection.close()
  }

  return {
    concurrency: 1,
    position: () => inTurn(async () => (await current()).position),
    write: (rows, position) =>
      inTurn(async () => {
        assertStorable(rows)
        const before = await current()
        const fresh = rows.filter(row => row.position >= before.position)
        if (position <= before.position) return
        try {
          await store.use(() => commit(before, fresh, position))
        } catch (error) {
          await forget()
          throw error
        }
      }),
    restore: rows =>
      aside(async () => {
        assertStorable(rows)
        const before = await current()
        try {
          await store.use(async () => {
            const fresh = await withoutStored(before.connection, rows)
            if (fresh.length > 0) await commit(before, fresh, before.position)
          })
        } catch (error) {
          await forget()
          throw error
        }
      }),
    async remove(query, signal) {
      const bounds = await store.connected(connection => boundsOf(connection, query))
      // One portion for each turn: a write waits for one at most.
      for (let at = firstPortion(bounds); at; at = nextPortion(at, bounds)) {
        signal?.throwIfAborted()
        const portion = at
        await aside(async () => {
          const { connection } = await current()
          try {
            await store.use(async () => {
              portion.rows = await removePortion(connection, query, portion)
            })
          } catch (error) {
            await forget()
            throw error
          }
        })
      }
      if (bounds) await aside(() => store.connected(giveSpaceBack))
    },
    async stop() {
      stopped = true
      await queue
      await forget()
    },
  }
}

async function readKnown(connection: DuckdbConnection, generation: number): Promise<Known> {
  const [cursor] = await connection.rows('select position from cursor')
  const series = await connection.rows('select id, facility, device, profile, metric from series')
  const ids: SeriesIds = { byDevice: new Map(), count: series.length }
  for (const row of series)
    idsOf(ids, deviceKey(row as Record<'facility' | 'device' | 'profile', string>)).set(
      row.metric as string,
      row.id as number,
    )
  return { generation, connection, position: Number(cursor?.position), series: ids }
}

async function commit(known: Known, rows: readonly StoredRow[], position: number): Promise<void> {
  const { connection } = known
  const newSeries: SeriesRow[] = []
  await connection.run('begin')
  try {
    await connection.append('reading', READING_COLUMNS, readingBlocks(rows, known.series, newSeries))
    if (newSeries.length > 0) await connection.append('series', SERIES_COLUMNS, [toBlock(newSeries)])
    const events = rows.filter(row => row.kind === 'event').map(eventCells)
    if (events.length > 0) await connection.append('event', EVENT_COLUMNS, [toBlock(events)])
    await connection.run('update cursor set position = $position', { position: BigInt(position) })
    await connection.run('commit')
    known.position = position
  } catch (error) {
    // What the rollback itself meets says nothing new: the connection is given up anyway.
    await connection.run('rollback').catch(() => undefined)
    throw error
  }
}

/** The rows that the file does not hold yet, each key once; one look-up for each row, as dead letters are few. */
async function withoutStored(connection: DuckdbConnection, rows: readonly StoredRow[]): Promise<StoredRow[]> {
  const fresh = new Map<string, StoredRow>()
  for (const row of rows) {
    const { kind, facility, device, key } = row
    const [found] = await connection.rows(
      kind === 'event'
        ? 'select 1 from event where facility = $facility and device = $device and key = $key limit 1'
        : 'select 1 from reading r join series s on s.id = r.series where s.facility = $facility and s.device = $device and r.key = $key limit 1',
      { facility, device, key },
    )
    if (!found) fresh.set(`${kind}/${facility}/${device}/${key}`, row)
  }
  return [...fresh.values()]
}

type SeriesRow = [id: number, facility: string, device: string, profile: string, metric: string]

/**
 * Blocks of `reading`, all in the same arrays: thrown away, they would pile up on the heap until the next full collection. A series that
 * is new gets its id at once and is added to `newSeries` (a failed commit throws the ids away).
 */
function* readingBlocks(rows: readonly StoredRow[], series: SeriesIds, newSeries: SeriesRow[]): Iterable<Block> {
  const ids = new Int32Array(BLOCK_ROWS)
  const [keys, rxs, seqs] = [
    new BigInt64Array(BLOCK_ROWS),
    new BigInt64Array(BLOCK_ROWS),
    new BigInt64Array(BLOCK_ROWS),
  ]
  const values = new Float64Array(BLOCK_ROWS)
  const texts = new Array<string | null>(BLOCK_ROWS).fill(null)
  const boots = new Array<string>(BLOCK_ROWS).fill('')
  const marks = new Uint8Array(BLOCK_ROWS)
  const leads = new Array<boolean>(BLOCK_ROWS).fill(false)
  const columns = [ids, keys, values, texts, rxs, boots, seqs, marks, leads]
  let at = 0
  for (const row of rows) {
    if (row.kind !== 'telemetry') continue
    const metricIds = idsOf(series, deviceKey(row))
    const rx = BigInt(row.rx)
    const seq = BigInt(row.seq)
    const bits = marksToBits(row.marks)
    let lead = true
    for (const metric in row.values) {
      const value = row.values[metric]
      let id = metricIds.get(metric)
      if (id === undefined) {
        id = series.count++
        metricIds.set(metric, id)
        newSeries.push([id, row.facility, row.device, row.profile, metric])
      }
      ids[at] = id
      keys[at] = row.key
      // Adding zero turns -0 into 0, which is what the other store makes of it.
      values[at] = typeof value === 'number' ? value + 0 : Number.NaN
      texts[at] = typeof value === 'string' ? value : null
      rxs[at] = rx
      boots[at] = row.boot
      seqs[at] = seq
      marks[at] = bits
      leads[at] = lead
      lead = false
      if (++at === BLOCK_ROWS) {
        yield { rows: at, columns }
        at = 0
      }
    }
  }
  yield { rows: at, columns }
}

const eventCells = (row: EventRow): SqlValue[] => [
  ...[row.facility, row.device, row.profile, row.event, JSON.stringify(row.attributes)],
  ...[row.key, BigInt(row.rx), row.boot, BigInt(row.seq), marksToBits(row.marks)],
]

/** Rows turned into columns; at least one row. */
const toBlock = (rows: readonly SqlValue[][]): Block => ({
  rows: rows.length,
  columns: Array.from({ length: rows[0]?.length ?? 0 }, (_, column) => rows.map(row => row[column] as SqlValue)),
})
