/** Copies stored events into one Parquet file, page by page through the port: the same for every store. */
import { rm } from 'node:fs/promises'
import type { DeviceId, FacilityId } from '../../core/ids.ts'
import type { TelemetrySource, TimeRange } from '../../core/ports.ts'
import type { StoredEvent } from '../../core/readings.ts'
import { BLOCK_ROWS, type Block, openDuckdb } from '../duckdb.ts'
import { copyToParquet } from './parquet.ts'

export interface EventExtract extends TimeRange {
  facility: FacilityId
  devices: readonly DeviceId[]
}

const TYPES = ['VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'BIGINT', 'VARCHAR'] as const
const COLUMNS = ['facility', 'device', 'profile', 'type', 'device_ms', 'attributes']
/** Events of a page: a block of the writer. */
const PAGE = BLOCK_ROWS

/**
 * Columns: facility, device, profile, type VARCHAR; device_ms BIGINT; attributes VARCHAR (JSON); in order of facility, device, time and type.
 * They pass through a database file beside the target, so that memory does not grow with them. Cancelled by `signal`; leaves nothing behind then.
 */
export async function extractEvents(
  source: Pick<TelemetrySource, 'events'>,
  queries: readonly EventExtract[],
  file: string,
  signal?: AbortSignal,
): Promise<{ events: number }> {
  const work = `${file}.work`
  const removeWork = () =>
    Promise.all([work, `${work}.wal`, `${work}.tmp`].map(path => rm(path, { recursive: true, force: true })))
  await removeWork()
  const db = await openDuckdb({ file: work })
  try {
    const connection = await db.connect()
    await connection.run(`create table event(${COLUMNS.map((name, i) => `"${name}" ${TYPES[i]}`).join(', ')})`)
    await connection.append('event', TYPES, blocksOf(source, queries, signal))
    const sql = 'select * from event order by facility, device, device_ms, type, attributes'
    const { readings: events } = await copyToParquet(connection, { sql, file, signal })
    return { events }
  } finally {
    await db.close()
    await removeWork()
  }
}

async function* blocksOf(
  source: Pick<TelemetrySource, 'events'>,
  queries: readonly EventExtract[],
  signal?: AbortSignal,
): AsyncIterable<Block> {
  for (const query of queries) {
    if (query.devices.length === 0) continue
    for (let before: bigint | undefined; ; ) {
      signal?.throwIfAborted()
      const page = await source.events({ ...query, limit: PAGE, ...(before === undefined ? {} : { before }) })
      // Longer than asked for where several devices share the page's last key.
      for (let at = 0; at < page.length; at += BLOCK_ROWS) yield blockOf(page.slice(at, at + BLOCK_ROWS))
      const last = page.at(-1)
      if (!last || page.length < PAGE) break
      before = last.key
    }
  }
}

const blockOf = (events: readonly StoredEvent[]): Block => ({
  rows: events.length,
  columns: [
    events.map(({ facility }) => facility),
    events.map(({ device }) => device),
    events.map(({ profile }) => profile),
    events.map(({ event }) => event),
    BigInt64Array.from(events, ({ deviceMs }) => BigInt(deviceMs)),
    events.map(({ attributes }) => JSON.stringify(attributes)),
  ],
})
