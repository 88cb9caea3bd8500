/** One stream through both stores: whatever is asked, they answer alike. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BucketQuery, ScanQuery } from '../../core/ports.ts'
import { openDuckdb } from '../../storage/duckdb.ts'
import type { Telemetry } from '../../storage/telemetry/duckdb.ts'
import { describeWith } from '../servers/find.ts'
import { type Influxd, influxd, startInfluxd } from '../servers/influxd.ts'
import { allEvents, collect, EVERYTHING, expectEqual } from './telemetry/checks.ts'
import { openTelemetry } from './telemetry/open.ts'
import { batches, deviceName, makeStream, positionAfter, START_MS } from './telemetry/stream.ts'

const rows = makeStream({ seed: 20_261_123, messages: 20_000, devices: 12 })
const queries: ScanQuery[] = [
  EVERYTHING,
  { ...EVERYTHING, fromMs: START_MS, toMs: START_MS + 600_000 },
  { ...EVERYTHING, metrics: ['bed_state', 'activity'], devices: [deviceName(11), deviceName(2)] },
]

describeWith(influxd, 'the same stream through DuckDB and InfluxDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-both-'))
  let server: Influxd
  let duckdb: Telemetry
  let influx: Telemetry
  beforeAll(async () => {
    server = await startInfluxd()
    const { url, token, org, bucket } = server
    duckdb = openTelemetry({ kind: 'duckdb', file: join(folder, 'telemetry.duckdb') })
    influx = openTelemetry({ kind: 'influx', url, token, org, bucket })
    for (const batch of batches(rows, 5_000)) await duckdb.sink.write(batch, positionAfter(batch))
    // The other one hears it in other pieces, and some of it twice.
    for (const batch of batches([...rows.slice(0, 7_000), ...rows.slice(4_000)], 1_234, 77))
      await influx.sink.write(batch, positionAfter(batch))
  })
  afterAll(async () => {
    await duckdb?.stop()
    await influx?.stop()
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(queries.map((query, i) => [i, query] as const))(
    'gives equal scans, counts and events (query %i)',
    async (_, query) => {
      expect(await influx.source.count(query)).toEqual(await duckdb.source.count(query))
      const scanned = await collect(duckdb.source.scan(query))
      expect(scanned.length).toBeGreaterThan(100)
      expectEqual(await collect(influx.source.scan(query)), scanned)
      expectEqual(await allEvents(influx.source, query, 100), await allEvents(duckdb.source, query, 77))
    },
  )

  it('gives equal buckets', async () => {
    for (const metric of ['heart_rate', 'agitation', 'bed_state']) {
      const query: BucketQuery = {
        ...EVERYTHING,
        device: deviceName(5),
        metric,
        fromMs: START_MS - 3_600_000,
        toMs: START_MS + 3_600_001,
        buckets: 300,
      }
      const buckets = await duckdb.source.buckets(query)
      expect(buckets.length).toBeGreaterThan(100)
      const about = buckets.map(bucket => ({
        ...bucket,
        mean: bucket.mean === null ? null : expect.closeTo(bucket.mean, 9),
      }))
      expect(await influx.source.buckets(query)).toEqual(about)
    }
  })

  it.each(queries.map((query, i) => [i, query] as const))(
    'gives equal Parquet rows in equal order (query %i)',
    async (i, query) => {
      const [a, b] = [join(folder, `duckdb-${i}.parquet`), join(folder, `influx-${i}.parquet`)]
      const { readings } = await duckdb.source.extract(query, a)
      expect(await influx.source.extract(query, b)).toEqual({ readings })
      const db = await openDuckdb({ file: ':memory:' })
      const connection = await db.connect()
      const numbered = (file: '$a' | '$b') =>
        `select file_row_number as row, * from read_parquet(${file}, file_row_number = true)`
      const differing = `(${numbered('$a')} except all ${numbered('$b')}) union all (${numbered('$b')} except all ${numbered('$a')})`
      const [difference] = await connection.rows(`select count(*) as n from (${differing})`, { a, b })
      const [kinds] = await connection.rows(
        `select (select list((column_name, column_type)) from (describe from read_parquet($a)))::VARCHAR as a,
         (select list((column_name, column_type)) from (describe from read_parquet($b)))::VARCHAR as b`,
        { a, b },
      )
      await db.close()
      expect(Number(difference?.n)).toBe(0)
      expect(kinds?.a).toContain('(key, BIGINT)')
      expect(kinds?.b).toBe(kinds?.a)
    },
  )
})
