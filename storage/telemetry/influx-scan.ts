/** Streams readings out of InfluxDB in the port's order, in windows of bounded size. */
import type { BootId, DeviceId, ProfileId } from '../../core/ids.ts'
import type { ScanQuery } from '../../core/ports.ts'
import { keyTimeMs, type Reading, type StoredValue } from '../../core/readings.ts'
import type { FluxTable, Influx } from '../influx.ts'
import { type BootMarker, createBootLookup, UNKNOWN_BOOT } from './influx-boots.ts'
import { bootMarkers, countRoughly, fromTimeText, messageFields, type Span, spanOf } from './influx-queries.ts'
import { marksFromText } from './storable.ts'

/** The store answers field after field, so a message is whole only when its window has been read: this many are held at once. */
const WINDOW_MESSAGES = 10_000
/** Small devices are read together, but a filter grows with their number. */
const WINDOW_DEVICES = 100

/** What a row of fields becomes; `values` are in the order in which the fields came. */
export interface Fields {
  key: bigint
  device: string
  profile: string
  seq: number
  rx: number
  marks: string
  values: [name: string, value: StoredValue][]
}

export async function* scanInflux(influx: Influx, query: ScanQuery, signal?: AbortSignal): AsyncIterable<Reading> {
  const counts = await countDevices(influx, query, spanOf(query), signal)
  for (const { devices, count } of groups(counts)) {
    const ofGroup = { ...query, devices }
    for await (const span of windows(influx, ofGroup, spanOf(query), count, signal)) {
      const collected = collectFields()
      await influx.query(messageFields(influx.bucket, ofGroup, span), collected.onRow, signal)
      // After the rows, never before: a boot may have begun while they were read.
      const boots = await readBoots(influx, query.facility, devices, signal)
      for (const message of collected.messages().sort(inOrder)) {
        yield* readingsOf(message, query, boots.get(message.device)?.(message.rx, message.key) ?? UNKNOWN_BOOT)
      }
    }
  }
}

const inOrder = (a: Fields, b: Fields): number =>
  a.device < b.device ? -1 : a.device > b.device ? 1 : a.key < b.key ? -1 : a.key > b.key ? 1 : 0

/** Devices in order, as many together as fit into one window; a bigger one stands alone. */
function* groups(counts: ReadonlyMap<string, number>): Iterable<{ devices: DeviceId[]; count: number }> {
  let devices: DeviceId[] = []
  let count = 0
  for (const [device, messages] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (devices.length > 0 && (count + messages > WINDOW_MESSAGES || devices.length === WINDOW_DEVICES)) {
      yield { devices, count }
      devices = []
      count = 0
    }
    devices.push(device as DeviceId)
    count += messages
  }
  if (devices.length > 0) yield { devices, count }
}

function* readingsOf(message: Fields, query: ScanQuery, boot: BootId): Iterable<Reading> {
  const { key, rx, seq } = message
  const marks = marksFromText(message.marks)
  const deviceMs = keyTimeMs(key)
  const device = message.device as DeviceId
  const profile = message.profile as ProfileId
  if (message.values.length > 1) message.values.sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [metric, value] of message.values) {
    yield { facility: query.facility, device, profile, metric, value, key, deviceMs, rx, boot, seq, marks }
  }
}

/** Number of messages of each device, or some more. */
async function countDevices(
  influx: Influx,
  query: ScanQuery,
  span: Span,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  if (span.from >= span.to) return counts
  await influx.query(
    countRoughly(influx.bucket, query, span, 'telemetry'),
    (values, table) => {
      const device = table.get(values, 'device') as string
      counts.set(device, (counts.get(device) ?? 0) + Number(table.get(values, '_value')))
    },
    signal,
  )
  return counts
}

/** Cuts a span in halves until none holds more than WINDOW_MESSAGES; in order of time, empty ones left out. */
async function* windows(
  influx: Influx,
  query: ScanQuery,
  span: Span,
  count: number,
  signal?: AbortSignal,
): AsyncIterable<Span> {
  if (count === 0) return
  const middle = (span.from + span.to) / 2n
  if (count <= WINDOW_MESSAGES || middle === span.from) {
    yield span
    return
  }
  const first = { from: span.from, to: middle }
  const inFirst = [...(await countDevices(influx, query, first, signal)).values()].reduce((sum, n) => sum + n, 0)
  yield* windows(influx, query, first, inFirst, signal)
  // The counts are rough: what seems to be empty may not be.
  yield* windows(influx, query, { from: middle, to: span.to }, Math.max(1, count - inFirst), signal)
}

/** Puts fields back together to messages. */
export function collectFields() {
  // By device, then by time: two short lookups cost less than one text put together for every value.
  const devices = new Map<string, Map<string, Fields>>()
  let current: { device: string; messages: Map<string, Fields> } | undefined
  let seen: FluxTable | undefined
  let columns = { time: 0, field: 0, value: 0, profile: 0, device: 0, numeric: false }
  return {
    onRow(values: string[], table: FluxTable) {
      if (table !== seen) {
        seen = table
        const at = (label: string) => table.column(label).index
        columns = {
          ...{
            time: at('_time'),
            field: at('_field'),
            value: at('_value'),
            profile: at('profile'),
            device: at('device'),
          },
          numeric: table.column('_value').dataType !== 'string',
        }
      }
      const device = values[columns.device] as string
      if (current?.device !== device) {
        current = { device, messages: devices.get(device) ?? new Map() }
        devices.set(device, current.messages)
      }
      const time = values[columns.time] as string
      let message = current.messages.get(time)
      if (!message) {
        message = {
          key: fromTimeText(time),
          device,
          profile: values[columns.profile] as string,
          seq: 0,
          rx: 0,
          marks: '',
          values: [],
        }
        current.messages.set(time, message)
      }
      const text = values[columns.value] as string
      const field = values[columns.field] as string
      if (field === 'seq') message.seq = Number(text)
      else if (field === 'rx') message.rx = Number(text)
      else if (field === 'marks') message.marks = text
      // The store may hand out a point twice: see influx-queries.ts.
      else if (!message.values.some(([name]) => name === field))
        message.values.push([field, columns.numeric ? Number(text) : text])
    },
    messages: (): Fields[] => [...devices.values()].flatMap(messages => [...messages.values()]),
  }
}

/** How to tell the boot of any row of these devices. */
export async function readBoots(influx: Influx, facility: string, devices: readonly string[], signal?: AbortSignal) {
  const byDevice = await readBootMarkers(influx, facility, devices, signal)
  return new Map([...byDevice].map(([device, markers]) => [device, createBootLookup(markers)]))
}

/** By device; no devices named: of all. */
export async function readBootMarkers(
  influx: Influx,
  facility: string,
  devices?: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, BootMarker[]>> {
  const found = new Map<string, Partial<BootMarker> & { device: string }>()
  await influx.query(
    bootMarkers(influx.bucket, facility, devices),
    (values, table) => {
      const row = table.toObject(values) as {
        device: string
        _time: string
        _field: string
        _value: string | number
        _measurement: string
      }
      const id = `${row._measurement}/${row.device}/${row._time}`
      const marker = found.get(id) ?? { device: row.device, key: fromTimeText(row._time) }
      if (row._field === 'boot') marker.boot = row._value as BootId
      else marker.rx = Number(row._value)
      found.set(id, marker)
    },
    signal,
  )
  const byDevice = new Map<string, BootMarker[]>()
  for (const { device, key, rx, boot } of found.values()) {
    if (key === undefined || rx === undefined || boot === undefined) continue
    const markers = byDevice.get(device)
    if (markers) markers.push({ key, rx, boot })
    else byDevice.set(device, [{ key, rx, boot }])
  }
  return byDevice
}
