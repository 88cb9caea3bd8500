/** A seeded stream of accepted rows as a gateway would hand them to its store writer, and plain-array answers to every question. */
import type { BootId, DeviceId, FacilityId, ProfileId } from '../../../core/ids.ts'
import type { ArrivalQuery, BucketQuery, ScanQuery } from '../../../core/ports.ts'
import {
  type Bucket,
  bucketWidthMs,
  keyTimeMs,
  MARKS,
  type Mark,
  type Reading,
  type StoredEvent,
  type StoredRow,
  type StoredValue,
  storeKey,
} from '../../../core/readings.ts'

export const FACILITY = 'contract' as FacilityId
export const START_MS = Date.UTC(2026, 10, 20)
export const deviceName = (i: number) => `dev-${i}` as DeviceId
const PROFILES = ['bed.sleep_mat', 'vital.spot_set', 'room.door_motion'] as ProfileId[]
/** Text that would break a careless encoder. */
const ODD_TEXTS = ['asleep', 'out of bed', 'a "quoted", b=c', 'back\\slash\\', '見守り 보호', "it's; -- $1", '#=1i']

/** mulberry32: numbers in [0, 1) from a 32-bit seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface StreamOptions {
  seed: number
  messages: number
  devices?: number
  /** Share of events among the messages. */
  events?: number
  facility?: FacilityId
}

/** Boots change, rows come late, carry marks, numbers, booleans as 0 and 1, and text; positions have holes; time moves on by itself. */
export function makeStream({
  seed,
  messages,
  devices = 7,
  events = 0.1,
  facility = FACILITY,
}: StreamOptions): StoredRow[] {
  const random = randomFrom(seed)
  const below = (n: number) => Math.floor(random() * n)
  const states = Array.from({ length: devices }, (_, i) => ({
    i,
    n: 0,
    seq: 0,
    boot: '',
    profile: PROFILES[i % 3] as ProfileId,
  }))
  const rows: StoredRow[] = []
  let rx = START_MS
  let position = 0
  for (let m = 0; m < messages; m++) {
    rx += random() < 0.5 ? 0 : below(400)
    position += 1 + below(3)
    const device = states[below(devices)] as (typeof states)[number]
    const bootChanged = device.boot === '' || random() < 0.02
    if (bootChanged) Object.assign(device, { boot: `b${below(1e9).toString(36)}`, seq: 0 })
    const late = random() < 0.1
    const deviceMs = rx - (late ? 60_000 + below(3_600_000) : below(50))
    const marks: Mark[] = late ? ['late'] : []
    if (random() < 0.03) marks.push(MARKS[1 + below(3)] as Mark)
    const base = {
      ...{ facility, device: deviceName(device.i), profile: device.profile, boot: device.boot as BootId },
      ...{ key: storeKey(deviceMs, device.n), rx, bootChanged, seq: device.seq, marks, position },
    }
    device.n += 1
    device.seq += 1
    if (random() < events) {
      const attributes: Record<string, StoredValue> =
        random() < 0.5 ? {} : { heart_rate: below(200), note: ODD_TEXTS[below(7)] as string }
      rows.push({ ...base, kind: 'event', event: random() < 0.5 ? 'bed_exit' : 'restless', attributes })
    } else {
      const values: Record<string, StoredValue> = { heart_rate: 40 + below(1200) / 10 }
      if (random() < 0.7) values.resp_rate = random() * 40
      if (random() < 0.5) values.agitation = below(2)
      if (random() < 0.4) values.bed_state = ODD_TEXTS[below(7)] as string
      if (random() < 0.1) values.activity = random() * 10 ** (below(40) - 20) * (random() < 0.5 ? -1 : 1)
      rows.push({ ...base, kind: 'telemetry', values })
    }
  }
  return rows
}

/** Writer's position after these rows. */
export const positionAfter = (rows: readonly StoredRow[]): number => (rows.at(-1)?.position ?? -1) + 1
/** Consecutive batches; sizes are taken from `sizes` in turn. */
export function* batches(rows: readonly StoredRow[], ...sizes: number[]): Iterable<StoredRow[]> {
  for (let from = 0, i = 0; from < rows.length; i++) {
    const size = sizes[i % sizes.length] as number
    yield rows.slice(from, from + size)
    from += size
  }
}

const matches = (row: StoredRow, query: ScanQuery): boolean => {
  const at = keyTimeMs(row.key)
  if (row.facility !== query.facility || at < query.fromMs || at >= query.toMs) return false
  return (query.devices?.includes(row.device) ?? true) && (query.profiles?.includes(row.profile) ?? true)
}
const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)
const ordered = (marks: readonly Mark[]) => MARKS.filter(mark => marks.includes(mark))

/** What a scan must give. */
export function readingsIn(rows: readonly StoredRow[], query: ScanQuery): Reading[] {
  const readings: Reading[] = []
  for (const row of rows) {
    if (row.kind !== 'telemetry' || !matches(row, query)) continue
    const { facility, device, profile, key, rx, boot, seq } = row
    for (const [metric, value] of Object.entries(row.values)) {
      if (query.metrics && !query.metrics.includes(metric)) continue
      readings.push({
        facility,
        device,
        profile,
        metric,
        value,
        key,
        deviceMs: keyTimeMs(key),
        rx,
        boot,
        seq,
        marks: ordered(row.marks),
      })
    }
  }
  return readings.sort((a, b) => compare(a.device, b.device) || compare(a.key, b.key) || compare(a.metric, b.metric))
}

/** What a count must give: messages with any of the metrics; metrics say nothing about events. */
export function countIn(rows: readonly StoredRow[], query: ScanQuery): { telemetry: number; events: number } {
  const found = rows.filter(row => matches(row, query))
  const holds = (row: StoredRow) =>
    row.kind === 'telemetry' && (query.metrics?.some(metric => metric in row.values) ?? true)
  return { telemetry: found.filter(holds).length, events: found.filter(row => row.kind === 'event').length }
}

export function countByDeviceIn(rows: readonly StoredRow[], query: ArrivalQuery): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows)
    if (matches(row, query as ScanQuery) && row.rx >= query.rxFromMs && row.rx < query.rxToMs)
      counts.set(row.device, (counts.get(row.device) ?? 0) + 1)
  return counts
}

/** What all pages of events together must give. */
export function eventsIn(rows: readonly StoredRow[], query: ScanQuery): StoredEvent[] {
  return rows
    .flatMap((row): StoredEvent[] => {
      if (row.kind !== 'event' || !matches(row, query)) return []
      const { facility, device, profile, event, attributes, key, rx, boot, seq } = row
      return [
        {
          facility,
          device,
          profile,
          event,
          attributes,
          key,
          deviceMs: keyTimeMs(key),
          rx,
          boot,
          seq,
          marks: ordered(row.marks),
        },
      ]
    })
    .sort((a, b) => compare(b.key, a.key) || compare(a.device, b.device))
}

/** What buckets must give. */
export function bucketsIn(rows: readonly StoredRow[], query: BucketQuery): Bucket[] {
  const width = bucketWidthMs(query)
  const groups = new Map<number, Reading[]>()
  for (const reading of readingsIn(rows, { ...query, devices: [query.device], metrics: [query.metric] })) {
    const startMs = query.fromMs + Math.floor((reading.deviceMs - query.fromMs) / width) * width
    groups.set(startMs, [...(groups.get(startMs) ?? []), reading])
  }
  return [...groups].map(([startMs, readings]) => {
    const numbers = readings.flatMap(({ value }) => (typeof value === 'number' ? [value] : []))
    const some = numbers.length > 0
    return {
      startMs,
      count: readings.length,
      min: some ? Math.min(...numbers) : null,
      max: some ? Math.max(...numbers) : null,
      mean: some ? numbers.reduce((sum, n) => sum + n, 0) / numbers.length : null,
      last: readings.at(-1)?.value as StoredValue,
    }
  })
}
