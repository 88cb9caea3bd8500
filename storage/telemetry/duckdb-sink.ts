/** Writes accepted rows to the embedded store, and its position with them in one transaction. */
import { AppError } from '../../core/errors.ts'
import type { TelemetrySink } from '../../core/ports.ts'
import type { EventRow, StoredRow, TelemetryRow } from '../../core/readings.ts'
import type { DuckdbConnection, SqlValue } from '../duckdb.ts'
import type { DuckdbStore } from './duckdb-store.ts'
import { EVENT_COLUMNS, READING_COLUMNS, SERIES_COLUMNS } from './duckdb-tables.ts'
import { assertStorable, marksToBits } from './storable.ts'

/** What the file holds, kept in memory while nothing failed; read again after any failure, since a commit may or may not have happened. */
interface Known {
  generation: number
  connection: DuckdbConnection
  position: number
  series: Map<string, number>
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
  return {
    generation,
    connection,
    position: Number(cursor?.position),
    series: new Map(series.map(s => [`${s.facility}/${s.device}/${s.profile}/${s.metric}`, s.id as number])),
  }
}

async function commit(known: Known, rows: readonly StoredRow[], position: number): Promise<void> {
  const { connection } = known
  const { readings, newSeries } = toReadings(
    rows.filter(row => row.kind === 'telemetry'),
    known.series,
  )
  const events = toEvents(rows.filter(row => row.kind === 'event'))
  await connection.run('begin')
  try {
    if (newSeries[0].length > 0) await connection.append('series', SERIES_COLUMNS, newSeries)
    if (readings[0].length > 0) await connection.append('reading', READING_COLUMNS, readings)
    if (events[0]?.length) await connection.append('event', EVENT_COLUMNS, events)
    await connection.run('update cursor set position = $position', { position: BigInt(position) })
    await connection.run('commit')
    known.position = position
  } catch (error) {
    // What the rollback itself meets says nothing new: the connection is given up anyway.
    await connection.run('rollback').catch(() => undefined)
    throw error
  }
}

/** Columns of `reading` and of `series`; new series are entered in the map at once (a failed commit throws the map away). */
function toReadings(rows: readonly TelemetryRow[], series: Map<string, number>) {
  const newSeries: [number[], string[], string[], string[], string[]] = [[], [], [], [], []]
  const ids: number[] = []
  const keys: bigint[] = []
  const values: (number | null)[] = []
  const texts: (string | null)[] = []
  const rxs: bigint[] = []
  const boots: string[] = []
  const seqs: bigint[] = []
  const marks: number[] = []
  const leads: boolean[] = []
  for (const row of rows) {
    const prefix = `${row.facility}/${row.device}/${row.profile}/`
    const rx = BigInt(row.rx)
    const seq = BigInt(row.seq)
    const bits = marksToBits(row.marks)
    let lead = true
    for (const metric in row.values) {
      const value = row.values[metric]
      let id = series.get(prefix + metric)
      if (id === undefined) {
        id = series.size
        series.set(prefix + metric, id)
        for (const [i, part] of [id, row.facility, row.device, row.profile, metric].entries())
          (newSeries[i] as unknown[]).push(part)
      }
      ids.push(id)
      keys.push(row.key)
      // Adding zero turns -0 into 0, which is what the other store makes of it.
      values.push(typeof value === 'number' ? value + 0 : null)
      texts.push(typeof value === 'string' ? value : null)
      rxs.push(rx)
      boots.push(row.boot)
      seqs.push(seq)
      marks.push(bits)
      leads.push(lead)
      lead = false
    }
  }
  return { newSeries, readings: [ids, keys, values, texts, rxs, boots, seqs, marks, leads] as const }
}

function toEvents(rows: readonly EventRow[]): SqlValue[][] {
  const columns: SqlValue[][] = EVENT_COLUMNS.map(() => [])
  for (const row of rows) {
    const cells = [
      ...[row.facility, row.device, row.profile, row.event, JSON.stringify(row.attributes)],
      ...[row.key, BigInt(row.rx), row.boot, BigInt(row.seq), marksToBits(row.marks)],
    ]
    for (const [i, cell] of cells.entries()) columns[i]?.push(cell)
  }
  return columns
}
