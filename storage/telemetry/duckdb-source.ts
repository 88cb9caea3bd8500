/** Reads telemetry back from the embedded store. */
import type { BootId, DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import type { BucketQuery, ScanQuery, TelemetrySource } from '../../core/ports.ts'
import {
  type Bucket,
  bucketWidthMs,
  keyTimeMs,
  type Reading,
  type StoredEvent,
  type StoredValue,
} from '../../core/readings.ts'
import type { SqlParameters, SqlValue } from '../duckdb.ts'
import type { DuckdbStore } from './duckdb-store.ts'
import { copyToParquet, PARQUET_COLUMNS } from './parquet.ts'
import { MARK_TEXTS, marksFromBits } from './storable.ts'

const NS_PER_MS = 1_000_000n
/** Sorting a month of a thousand devices spills; with the usual bound it would run out of memory when it merges what it spilled. */
const EXTRACT_MEMORY_MB = 512

export function createDuckdbSource(store: DuckdbStore): TelemetrySource {
  return {
    scan: query => scan(store, query),
    buckets: query => buckets(store, query),
    async events(query) {
      const { where, parameters } = conditions(query, 'e')
      // A page is never cut between devices that share its last key, or the next page would skip the others.
      const rows = await store.connected(connection =>
        connection.rows(
          `with page as (select * from event e where ${where} and ($before is null or key < $before) order by key desc limit ${query.limit})
           select * from event e where ${where} and key >= (select min(key) from page) and ($before is null or key < $before)
           order by key desc, device`,
          { ...parameters, before: query.before ?? null },
        ),
      )
      return rows.map(toEvent)
    },
    async count(query) {
      const { where, parameters } = conditions(query, 's')
      const ofMetrics = query.metrics ? 'count(distinct (s.device, r.key))' : 'count(*) filter (r.lead)'
      const metrics = query.metrics ? ' and s.metric in (select unnest($metrics))' : ''
      const ofEvents = conditions(query, 'e')
      return store.connected(async connection => {
        const [telemetry] = await connection.rows(
          `select ${ofMetrics} as n from reading r join series s on s.id = r.series where ${where}${metrics}`,
          parameters,
        )
        const [events] = await connection.rows(
          `select count(*) as n from event e where ${ofEvents.where}`,
          ofEvents.parameters,
        )
        return { telemetry: Number(telemetry?.n), events: Number(events?.n) }
      })
    },
    async countByDevice(query) {
      const of = conditions(query, 's')
      const ofEvents = conditions(query, 'e')
      const rows = await store.connected(connection =>
        connection.rows(
          `select device, sum(n) as n from (
             select s.device, count(*) as n from reading r join series s on s.id = r.series
               where ${of.where} and r.lead and r.rx >= $rxFrom and r.rx < $rxTo group by s.device
             union all
             select e.device, count(*) as n from event e where ${ofEvents.where} and e.rx >= $rxFrom and e.rx < $rxTo group by e.device
           ) group by device`,
          { ...of.parameters, rxFrom: BigInt(query.rxFromMs), rxTo: BigInt(query.rxToMs) },
        ),
      )
      return new Map(rows.map(row => [row.device as string, Number(row.n)]))
    },
    extract: (query, file, progress, signal) =>
      store.use(db =>
        db.withMemory(EXTRACT_MEMORY_MB, async () => {
          const { sql, parameters } = orderedReadings(query, PARQUET_SELECT)
          const connection = await db.connect()
          try {
            return await copyToParquet(connection, { sql, parameters, file, progress, signal })
          } finally {
            await connection.close()
          }
        }),
      ),
    stop: async () => undefined,
  }
}

/** Names come by series id: taking a text apart for every reading would cost more than all the rest. */
const SCAN_SELECT = 'r.series, r.value, r."text", r.key, r.rx, r.boot, r.seq, r.marks'
const MARKS_SQL = `[${MARK_TEXTS.map(text => `'${text}'`).join(', ')}][r.marks + 1]`
const PARQUET_SELECT = PARQUET_COLUMNS.map(
  column =>
    ({
      ...{ facility: 's.facility', device: 's.device', profile: 's.profile', metric: 's.metric' },
      ...{ device_ms: `r.key // ${NS_PER_MS} as device_ms`, marks: `${MARKS_SQL} as marks` },
    })[column as string] ?? `r."${column}"`,
).join(', ')

async function* scan(store: DuckdbStore, query: ScanQuery): AsyncIterable<Reading> {
  const { sql, parameters } = orderedReadings(query, SCAN_SELECT)
  const connection = await store.use(db => db.connect())
  try {
    // One snapshot for both: a series that is new meanwhile must not turn up without its name.
    await connection.run('begin transaction read only')
    const names = new Map<SqlValue, Pick<Reading, 'facility' | 'device' | 'profile' | 'metric'>>()
    for (const { id, ...rest } of await connection.rows('select id, facility, device, profile, metric from series'))
      names.set(id as number, rest as unknown as Pick<Reading, 'facility' | 'device' | 'profile' | 'metric'>)
    for await (const block of connection.stream(sql, parameters)) {
      const [series, value, text, key, rx, boot, seq, marks] = block as [SqlValue[], ...SqlValue[][]]
      for (let i = 0; i < series.length; i++) {
        const name = names.get(series[i] as number) as Reading
        yield {
          facility: name.facility,
          device: name.device,
          profile: name.profile,
          metric: name.metric,
          value: (value?.[i] ?? text?.[i]) as StoredValue,
          key: key?.[i] as bigint,
          deviceMs: keyTimeMs(key?.[i] as bigint),
          rx: Number(rx?.[i]),
          boot: boot?.[i] as BootId,
          seq: Number(seq?.[i]),
          marks: marksFromBits(marks?.[i] as number),
        }
      }
    }
  } finally {
    await connection.close()
  }
}

async function buckets(store: DuckdbStore, query: BucketQuery): Promise<Bucket[]> {
  const width = bucketWidthMs(query)
  return store.connected(async connection => {
    const { facility, device, metric } = query
    const series = await connection.rows(
      'select id from series where facility = $facility and device = $device and metric = $metric',
      { facility, device, metric },
    )
    if (series.length === 0) return []
    // Ids as literals: a plain comparison is pushed into the scan, a join is not always.
    const rows = await connection.rows(
      `select (key - $from) // $width as bucket, count(*) as n, min(value) as min, max(value) as max, avg(value) as mean,
         arg_max(value, key) as last, arg_max("text", key) as last_text
       from reading where series in (${series.map(s => s.id).join(', ')}) and key >= $from and key < $to group by bucket order by bucket`,
      { from: BigInt(query.fromMs) * NS_PER_MS, to: BigInt(query.toMs) * NS_PER_MS, width: BigInt(width) * NS_PER_MS },
    )
    return rows.map(row => ({
      startMs: query.fromMs + Number(row.bucket) * width,
      count: Number(row.n),
      min: row.min as number | null,
      max: row.max as number | null,
      mean: row.mean as number | null,
      last: (row.last ?? row.last_text) as StoredValue,
    }))
  })
}

/** SQL of the range's readings in the port's order. */
function orderedReadings(query: ScanQuery, select: string): { sql: string; parameters: SqlParameters } {
  const { where, parameters } = conditions(query, 's')
  const metrics = query.metrics ? ' and s.metric in (select unnest($metrics))' : ''
  const sql = `select ${select} from reading r join series s on s.id = r.series where ${where}${metrics} order by s.device, r.key, s.metric`
  return { sql, parameters }
}

function conditions(
  query: Omit<ScanQuery, 'devices'> & { devices?: readonly string[] },
  table: 's' | 'e',
): { where: string; parameters: SqlParameters } {
  const { facility, devices, profiles, metrics } = query
  const parameters: Record<string, SqlValue | readonly string[]> = {
    facility,
    from: BigInt(query.fromMs) * NS_PER_MS,
    to: BigInt(query.toMs) * NS_PER_MS,
  }
  const clauses = [`${table}.facility = $facility`, 'key >= $from', 'key < $to']
  for (const [name, column, names] of [
    ['devices', 'device', devices],
    ['profiles', 'profile', profiles],
  ] as const) {
    if (!names) continue
    parameters[name] = names
    clauses.push(`${table}.${column} in (select unnest($${name}))`)
  }
  // Events have none.
  if (metrics && table === 's') parameters.metrics = metrics
  return { where: clauses.join(' and '), parameters }
}

const toEvent = (row: Record<string, SqlValue>): StoredEvent => ({
  facility: row.facility as FacilityId,
  device: row.device as DeviceId,
  profile: row.profile as ProfileId,
  event: row.event as string,
  attributes: JSON.parse(row.attributes as string) as StoredEvent['attributes'],
  key: row.key as bigint,
  deviceMs: keyTimeMs(row.key as bigint),
  rx: Number(row.rx),
  boot: row.boot as BootId,
  seq: Number(row.seq),
  marks: marksFromBits(row.marks as number),
})
