/** Reads telemetry back from InfluxDB. */
import type { DeviceId, ProfileId } from '../../core/ids.ts'
import type { ArrivalQuery, BucketQuery, ScanQuery, TelemetrySource } from '../../core/ports.ts'
import { type Bucket, bucketWidthMs, keyTimeMs, type StoredEvent, type StoredValue } from '../../core/readings.ts'
import type { FluxScript, FluxTable, Influx } from '../influx.ts'
import { UNKNOWN_BOOT } from './influx-boots.ts'
import {
  bucketCounts,
  bucketShapes,
  countByArrival,
  countByDevice,
  countWithMetrics,
  eventFields,
  fromTimeText,
  newestEvents,
  spanOf,
} from './influx-queries.ts'
import { collectFields, readBoots, scanInflux } from './influx-scan.ts'
import { readingsToParquet } from './parquet.ts'
import { marksFromText } from './storable.ts'

export function createInfluxSource(influx: Influx): TelemetrySource {
  return {
    scan: query => scanInflux(influx, query),
    buckets: query => buckets(influx, query),
    events: query => events(influx, query),
    count: query => count(influx, query),
    countByDevice: query => countArrived(influx, query),
    extract: (query, file, progress, signal) =>
      readingsToParquet(scanInflux(influx, query, signal), file, progress, signal),
    async stop() {
      influx.close()
    },
  }
}

async function sum(influx: Influx, script: FluxScript): Promise<number> {
  let total = 0
  await influx.query(script, (values, table) => {
    total += Number(table.get(values, '_value'))
  })
  return total
}

async function count(influx: Influx, query: ScanQuery): Promise<{ telemetry: number; events: number }> {
  if (query.fromMs >= query.toMs) return { telemetry: 0, events: 0 }
  const { bucket } = influx
  const ofTelemetry = query.metrics
    ? countWithMetrics(bucket, query, query.metrics)
    : countByDevice(bucket, query, spanOf(query), 'telemetry')
  return {
    telemetry: await sum(influx, ofTelemetry),
    events: await sum(influx, countByDevice(bucket, query, spanOf(query), 'event')),
  }
}

async function countArrived(influx: Influx, query: ArrivalQuery): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  if (query.fromMs >= query.toMs) return counts
  for (const measurement of ['telemetry', 'event'] as const)
    await influx.query(countByArrival(influx.bucket, query, measurement), (values, table) => {
      const device = String(table.get(values, 'device'))
      counts.set(device, (counts.get(device) ?? 0) + Number(table.get(values, '_value')))
    })
  return counts
}

type Part = { [result: string]: { value: StoredValue; key: bigint } }

async function buckets(influx: Influx, query: BucketQuery): Promise<Bucket[]> {
  if (query.fromMs >= query.toMs) return []
  const width = bucketWidthMs(query)
  // One part for each profile under which the device has been known (usually one), by start of the bucket.
  const parts = new Map<number, Map<string, Part>>()
  const onRow = (values: string[], table: FluxTable) => {
    const row = table.toObject(values) as {
      result: string
      _start: string
      _time?: string
      _value: StoredValue
      profile: string
    }
    const at = Math.floor((keyTimeMs(fromTimeText(row._start)) - query.fromMs) / width)
    const startMs = query.fromMs + at * width
    const ofBucket = parts.get(startMs) ?? new Map<string, Part>()
    const part = ofBucket.get(row.profile) ?? {}
    part[row.result] = { value: row._value, key: row._time ? fromTimeText(row._time) : 0n }
    ofBucket.set(row.profile, part)
    parts.set(startMs, ofBucket)
  }
  await influx.query(bucketCounts(influx.bucket, query), onRow)
  const [any] = parts.values().next().value?.values() ?? []
  if (typeof any?.last?.value === 'number') await influx.query(bucketShapes(influx.bucket, query), onRow)
  return [...parts]
    .sort(([a], [b]) => a - b)
    .map(([startMs, ofBucket]) => ({ startMs, ...merge([...ofBucket.values()]) }))
}

function merge(parts: Part[]): Omit<Bucket, 'startMs'> {
  const numbers = (name: string): number[] =>
    parts.flatMap(part => (typeof part[name]?.value === 'number' ? [part[name].value] : []))
  const counts = numbers('count')
  const total = counts.reduce((all, n) => all + n, 0)
  const means = numbers('mean')
  const newest = parts.reduce((a, b) => ((b.last?.key ?? 0n) > (a.last?.key ?? 0n) ? b : a))
  return {
    count: total,
    min: means.length > 0 ? Math.min(...numbers('min')) : null,
    max: means.length > 0 ? Math.max(...numbers('max')) : null,
    mean: means.length > 0 ? means.reduce((all, mean, i) => all + mean * ((counts[i] ?? 0) / total), 0) : null,
    last: newest.last?.value ?? 0,
  }
}

type EventsQuery = Parameters<TelemetrySource['events']>[0]

async function events(influx: Influx, query: EventsQuery): Promise<StoredEvent[]> {
  const whole = spanOf(query)
  const span = { from: whole.from, to: query.before !== undefined && query.before < whole.to ? query.before : whole.to }
  if (span.from >= span.to) return []
  let oldest: bigint | undefined
  await influx.query(newestEvents(influx.bucket, query, span, query.limit), (values, table) => {
    const key = fromTimeText(table.get(values, '_time') as string)
    if (oldest === undefined || key < oldest) oldest = key
  })
  if (oldest === undefined) return []
  // From the oldest key of the page on: events of several devices that share it stay together.
  const collected = collectFields()
  await influx.query(eventFields(influx.bucket, query, { from: oldest, to: span.to }), collected.onRow)
  const page = collected
    .messages()
    .sort((a, b) => (a.key === b.key ? (a.device < b.device ? -1 : 1) : a.key > b.key ? -1 : 1))
  const boots = await readBoots(influx, query.facility, [...new Set(page.map(row => row.device))])
  return page.map(row => {
    const fields = new Map(row.values)
    return {
      facility: query.facility,
      device: row.device as DeviceId,
      profile: row.profile as ProfileId,
      event: fields.get('event') as string,
      attributes: JSON.parse(fields.get('attributes') as string) as StoredEvent['attributes'],
      key: row.key,
      deviceMs: keyTimeMs(row.key),
      rx: row.rx,
      boot: boots.get(row.device)?.(row.rx, row.key) ?? UNKNOWN_BOOT,
      seq: row.seq,
      marks: marksFromText(row.marks),
    }
  })
}
