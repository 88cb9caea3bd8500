/** The Flux that reads telemetry; nothing but the client's template puts values into it. */
import type { ArrivalQuery, BucketQuery, ScanQuery, TimeRange } from '../../core/ports.ts'
import { bucketWidthMs } from '../../core/readings.ts'
import { type FluxScript, flux, fluxMs, fluxTime } from '../influx.ts'

const NS_PER_MS = 1_000_000n
/** From and to in nanoseconds, half-open. */
export interface Span {
  from: bigint
  to: bigint
}
export const spanOf = (range: TimeRange): Span => ({
  from: BigInt(range.fromMs) * NS_PER_MS,
  to: BigInt(range.toMs) * NS_PER_MS,
})
/** All times that the store can hold a key for. */
const ALL_TIME: Span = { from: 0n, to: 4_102_444_800_000n * NS_PER_MS }

/** Store key → RFC 3339 with nanoseconds. */
export const toTimeText = (key: bigint): string => {
  const seconds = new Date(Number(key / NS_PER_MS)).toISOString().slice(0, 19)
  return `${seconds}.${String(key % 1_000_000_000n).padStart(9, '0')}Z`
}
/** RFC 3339 in UTC as the store writes it (up to nine decimals) → store key. */
export const fromTimeText = (text: string): bigint =>
  BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * NS_PER_MS + BigInt(text.slice(20, -1).padEnd(9, '0'))

type Measurement = 'telemetry' | 'event'

const source = (bucket: string, span: Span, measurement: Measurement, facility: string): FluxScript =>
  flux`from(bucket: ${bucket}) |> range(start: ${fluxTime(toTimeText(span.from))}, stop: ${fluxTime(toTimeText(span.to))})
  |> filter(fn: (r) => r._measurement == ${measurement} and r.facility == ${facility})`

/** A filter that keeps rows whose `column` is one of the names; no names: keeps nothing. */
function oneOf(column: 'device' | 'profile' | '_field', names: readonly string[]): FluxScript {
  const tests = names.map(name =>
    column === 'device'
      ? flux`r.device == ${name}`
      : column === 'profile'
        ? flux`r.profile == ${name}`
        : flux`r._field == ${name}`,
  )
  const any = tests.length === 0 ? flux`false` : tests.reduce((all, test) => flux`${all} or ${test}`)
  return flux`|> filter(fn: (r) => ${any})`
}

const picked = (query: { devices?: readonly string[]; profiles?: readonly string[] }): FluxScript =>
  flux`${query.devices ? oneOf('device', query.devices) : flux``} ${query.profiles ? oneOf('profile', query.profiles) : flux``}`

/**
 * InfluxDB 2.7.12 may hand out a point twice where the newest writes, still in memory, lie before what is on disk: messages that come late
 * or from a clock set back (influxdata/influxdb#26690). Who counts takes each time once; who reads takes each time and field once.
 */
const ONCE = flux`|> unique(column: "_time")`

/** Rows: device, profile, _value = number of messages, or some more (see ONCE): quick, for cutting a range into windows. */
export const countRoughly = (bucket: string, query: ScanQuery, span: Span, measurement: Measurement): FluxScript =>
  flux`${source(bucket, span, measurement, query.facility)} ${picked(query)} |> filter(fn: (r) => r._field == "seq") |> count()
  |> keep(columns: ["device", "profile", "_value"])`

/** Rows: device, profile, _value = number of messages. */
export const countByDevice = (bucket: string, query: ScanQuery, span: Span, measurement: Measurement): FluxScript =>
  flux`${source(bucket, span, measurement, query.facility)} ${picked(query)} |> filter(fn: (r) => r._field == "seq") ${ONCE} |> count()
  |> keep(columns: ["device", "profile", "_value"])`

/** Rows: device, _value = number of messages that arrived in a span of gateway time: every message has one `rx`. */
export const countByArrival = (bucket: string, query: ArrivalQuery, measurement: Measurement): FluxScript =>
  flux`${source(bucket, spanOf(query), measurement, query.facility)} ${picked(query)}
  |> filter(fn: (r) => r._field == "rx" and r._value >= ${query.rxFromMs} and r._value < ${query.rxToMs}) ${ONCE} |> count()
  |> keep(columns: ["device", "profile", "_value"])`

/** Rows: device, profile, _value = number of messages with any of the metrics. Times cannot be counted, so ones are summed. */
export const countWithMetrics = (bucket: string, query: ScanQuery, metrics: readonly string[]): FluxScript =>
  flux`${source(bucket, spanOf(query), 'telemetry', query.facility)} ${picked(query)} ${oneOf('_field', metrics)}
  |> keep(columns: ["_time", "device", "profile"]) |> unique(column: "_time")
  |> map(fn: (r) => ({device: r.device, profile: r.profile, _value: 1})) |> sum()`

/** Rows: device, profile, _time, _field, _value of messages, field after field. */
export const messageFields = (bucket: string, query: ScanQuery, span: Span): FluxScript => {
  const fields = query.metrics
    ? oneOf('_field', [...query.metrics, 'seq', 'rx', 'marks'])
    : flux`|> filter(fn: (r) => r._field != "boot" and r._field != "boot_rx")`
  return flux`${source(bucket, span, 'telemetry', query.facility)} ${picked(query)} ${fields}
  |> keep(columns: ["device", "profile", "_time", "_field", "_value"])`
}

/**
 * Rows: device, _time, _field (`boot` or `boot_rx`), _value, _measurement: where the boots of these devices (none named: of all) began, over
 * all time. Measurement `boot` has the markers whose own rows were removed.
 */
export const bootMarkers = (bucket: string, facility: string, devices: readonly string[] | undefined): FluxScript =>
  flux`from(bucket: ${bucket})
  |> range(start: ${fluxTime(toTimeText(ALL_TIME.from))}, stop: ${fluxTime(toTimeText(ALL_TIME.to))})
  |> filter(fn: (r) => r._measurement == "telemetry" or r._measurement == "event" or r._measurement == "boot")
  |> filter(fn: (r) => r.facility == ${facility}) ${devices ? oneOf('device', devices) : flux``} ${oneOf('_field', ['boot', 'boot_rx'])}
  |> keep(columns: ["device", "_time", "_field", "_value", "_measurement"])`

/** Rows: _time of the newest `limit` events. */
export const newestEvents = (
  bucket: string,
  query: { facility: string; devices?: readonly string[] },
  span: Span,
  limit: number,
): FluxScript =>
  flux`${source(bucket, span, 'event', query.facility)} ${picked(query)} |> filter(fn: (r) => r._field == "event")
  |> keep(columns: ["_time", "device", "profile"]) |> sort(columns: ["_time"], desc: true) |> limit(n: ${limit})
  |> group() |> sort(columns: ["_time"], desc: true) |> limit(n: ${limit})`

/** Rows: device, profile, _time, _field, _value of events. */
export const eventFields = (
  bucket: string,
  query: { facility: string; devices?: readonly string[] },
  span: Span,
): FluxScript =>
  flux`${source(bucket, span, 'event', query.facility)} ${picked(query)}
  |> filter(fn: (r) => r._field != "boot" and r._field != "boot_rx") |> keep(columns: ["device", "profile", "_time", "_field", "_value"])`

/** Windows that start at the range's start. */
const windowed = (bucket: string, query: BucketQuery): FluxScript => {
  const width = bucketWidthMs(query)
  return flux`${source(bucket, spanOf(query), 'telemetry', query.facility)} ${picked({ devices: [query.device] })}
  |> filter(fn: (r) => r._field == ${query.metric}) |> window(every: ${fluxMs(width)}, offset: ${fluxMs(query.fromMs % width)})`
}

/** Results `count` and `last` by window, for numbers and texts alike. */
export const bucketCounts = (bucket: string, query: BucketQuery): FluxScript =>
  flux`${windowed(bucket, query)} |> count() |> yield(name: "count")
${windowed(bucket, query)} |> last() |> yield(name: "last")`

/** Results `min`, `max` and `mean` by window; numbers only. */
export const bucketShapes = (bucket: string, query: BucketQuery): FluxScript =>
  flux`${windowed(bucket, query)} |> min() |> yield(name: "min")
${windowed(bucket, query)} |> max() |> yield(name: "max")
${windowed(bucket, query)} |> mean() |> yield(name: "mean")`
