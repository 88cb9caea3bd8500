/** Streams readings out of InfluxDB in the port's order, one device after the other and in windows of bounded size. */
import type { BootId, DeviceId, ProfileId } from '../../core/ids.ts'
import type { ScanQuery } from '../../core/ports.ts'
import { keyTimeMs, type Reading, type StoredValue } from '../../core/readings.ts'
import type { FluxTable, Influx } from '../influx.ts'
import { type BootMarker, createBootLookup } from './influx-boots.ts'
import { bootMarkers, countByDevice, fromTimeText, messagesOfDevice, type Span, spanOf } from './influx-queries.ts'
import { marksFromText } from './storable.ts'

/** The store answers field after field, so a message is whole only when its window has been read: this many are held at once. */
const WINDOW_MESSAGES = 10_000

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
  for (const device of [...counts.keys()].sort()) {
    for await (const span of windows(
      influx,
      { ...query, devices: [device as DeviceId] },
      spanOf(query),
      counts.get(device) ?? 0,
      signal,
    )) {
      const collected = collectFields(device)
      await influx.query(messagesOfDevice(influx.bucket, query, span, device), collected.onRow, signal)
      // After the rows, never before: a boot may have begun while they were read.
      const bootAt = (await readBoots(influx, query.facility, [device], signal)).get(device) ?? createBootLookup([])
      for (const message of collected.inOrder()) yield* readingsOf(message, query, bootAt(message.rx, message.key))
    }
  }
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

/** Number of messages of each device. */
async function countDevices(
  influx: Influx,
  query: ScanQuery,
  span: Span,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  if (span.from >= span.to) return counts
  await influx.query(
    countByDevice(influx.bucket, query, span, 'telemetry'),
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
  yield* windows(influx, query, { from: middle, to: span.to }, count - inFirst, signal)
}

/** Puts fields back together to messages; `device` where the answer has no such column. */
export function collectFields(device?: string) {
  const messages = new Map<string, Fields>()
  let seen: FluxTable | undefined
  let columns = { time: 0, field: 0, value: 0, profile: 0, device: -1, numeric: false }
  return {
    onRow(values: string[], table: FluxTable) {
      if (table !== seen) {
        seen = table
        const at = (label: string) => table.column(label, false).index
        const value = table.column('_value')
        columns = {
          ...{
            time: at('_time'),
            field: at('_field'),
            value: value.index,
            profile: at('profile'),
            device: at('device'),
          },
          numeric: value.dataType !== 'string',
        }
      }
      const time = values[columns.time] as string
      const of = device ?? (values[columns.device] as string)
      const id = device === undefined ? `${of}/${time}` : time
      let message = messages.get(id)
      if (!message) {
        message = {
          key: fromTimeText(time),
          device: of,
          profile: values[columns.profile] as string,
          seq: 0,
          rx: 0,
          marks: '',
          values: [],
        }
        messages.set(id, message)
      }
      const text = values[columns.value] as string
      const field = values[columns.field] as string
      if (field === 'seq') message.seq = Number(text)
      else if (field === 'rx') message.rx = Number(text)
      else if (field === 'marks') message.marks = text
      else message.values.push([field, columns.numeric ? Number(text) : text])
    },
    inOrder: (): Fields[] => [...messages.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
  }
}

/** How to tell the boot of any row of these devices. */
export async function readBoots(influx: Influx, facility: string, devices: readonly string[], signal?: AbortSignal) {
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
  return new Map([...byDevice].map(([device, markers]) => [device, createBootLookup(markers)]))
}
