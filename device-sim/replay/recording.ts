/** A recording as devices that measured it: who, what, when on their wall clock; and how its days are moved to now. */
import type { MetricValue } from '../../core/messages.ts'
import { fromWallClock, wallClock } from '../../core/time.ts'
import type { TelemetrySample } from '../sample.ts'

export interface RecordedRow {
  /** Wall clock of the place of recording, as the milliseconds that UTC would give it. */
  localMs: number
  metrics: Record<string, MetricValue>
}
export interface RecordedDevice {
  /** Device id, for example `tihm-0697d-vitals`. */
  id: string
  profile: string
  /** As the recording names the person, without meaning outside it. */
  person: string
  /** The source file, relative to the recording's folder. */
  table: string
  /** One row is one message; in order of time, rows of one instant as they stand in the file. */
  rows: RecordedRow[]
}
export interface Recording {
  name: string
  devices: RecordedDevice[]
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** The rows of a table, put to the devices that they came from, in the order of their first row. */
export function groupRows(
  rows: Iterable<{ device: Omit<RecordedDevice, 'rows'>; row: RecordedRow }>,
): RecordedDevice[] {
  const devices = new Map<string, RecordedDevice>()
  for (const { device, row } of rows) {
    let known = devices.get(device.id)
    if (!known) {
      known = { ...device, rows: [] }
      devices.set(device.id, known)
    }
    known.rows.push(row)
  }
  for (const device of devices.values()) device.rows.sort((a, b) => a.localMs - b.localMs)
  return [...devices.values()]
}

/** First and last row, on the recording's wall clock. */
export function spanOf(recording: Recording): { firstMs: number; lastMs: number } {
  let firstMs = Number.POSITIVE_INFINITY
  let lastMs = Number.NEGATIVE_INFINITY
  for (const { rows } of recording.devices) {
    firstMs = Math.min(firstMs, rows[0]?.localMs ?? firstMs)
    lastMs = Math.max(lastMs, rows.at(-1)?.localMs ?? lastMs)
  }
  return { firstMs, lastMs }
}

export interface Shift {
  /** Whole days by which all times are moved. */
  days: number
  /** Wall clock of the recording → epoch ms. */
  at(localMs: number): number
  /** Midnight of the recording's first day, epoch ms. */
  firstDayMs: number
}

/** Moves a recording by the whole days that make it end within the last 24 hours, its times read on the facility's wall clock. */
export function shiftTo(recording: Recording, nowMs: number, zone: string): Shift {
  const { firstMs, lastMs } = spanOf(recording)
  const now = wallClock(nowMs, zone)
  const nowLocalMs = Date.UTC(now.year, now.month - 1, now.day, now.hour, now.minute, now.second)
  const days = Math.floor((nowLocalMs - lastMs) / DAY_MS)
  // The calendar is slow; offsets change on whole hours, so one look per hour is enough.
  const offsets = new Map<number, number>()
  const at = (localMs: number): number => {
    const local = localMs + days * DAY_MS
    const hour = Math.floor(local / HOUR_MS) * HOUR_MS
    let offset = offsets.get(hour)
    if (offset === undefined) {
      const date = new Date(hour)
      const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
      offset = hour - fromWallClock({ year, month, day, hour: date.getUTCHours(), minute: 0, second: 0 }, zone)
      offsets.set(hour, offset)
    }
    return local - offset
  }
  return { days, at, firstDayMs: at(Math.floor(firstMs / DAY_MS) * DAY_MS) }
}

export const samplesOf = (device: RecordedDevice, shift: Shift): TelemetrySample[] =>
  device.rows.map(({ localMs, metrics }) => ({ atMs: shift.at(localMs), metrics }))
