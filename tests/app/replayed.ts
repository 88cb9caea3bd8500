/** What must be true of a store after a recording was played into it: every row stored or refused, value by value. */
import { expect } from 'vitest'
import { type DeviceId, facilityIdSchema } from '../../core/ids.ts'
import type { RegistryMessage } from '../../core/platform-messages.ts'
import type { TelemetrySource } from '../../core/ports.ts'
import { profiles } from '../../core/profiles/index.ts'
import type { Reading } from '../../core/readings.ts'
import type { RejectedMessage } from '../../core/rejections.ts'
import { type Credential, credentialSchema } from '../../device-sim/credentials.ts'
import { type RecordedDevice, type Recording, type Shift, samplesOf } from '../../device-sim/replay/recording.ts'

export const FACILITY = facilityIdSchema.parse('demo')
export const ZONE = 'Asia/Tokyo'
const LATE_MS = 60_000

/** What the server would tell the gateway of the recording's devices. */
export function registryOf(recording: Recording, shift: Shift): RegistryMessage {
  return {
    v: 1,
    facility: FACILITY,
    version: 1,
    zone: ZONE,
    devices: credentialsOf(recording).map(({ device, profile }) => {
      return { id: device, profile, place: null, active_from: shift.firstDayMs }
    }),
    places: [],
    profiles: [...profiles],
  }
}

export const credentialsOf = (recording: Recording): Credential[] =>
  recording.devices.map(({ id, profile }) =>
    credentialSchema.parse({
      facility: FACILITY,
      device: id,
      profile,
      client_id: `${FACILITY}.${id}`,
      username: `${FACILITY}.${id}`,
      password: 'replay',
    }),
  )

export interface Refused extends RejectedMessage {
  device: string
}

/** Rows of which something was refused, with what they were; a message is known by its seq, which is its row. */
function refusedRows(recording: Recording, refused: readonly Refused[]) {
  return refused.map(({ device, seq, reason, fields = [], detail }) => {
    const recorded = recording.devices.find(({ id }) => id === device) as RecordedDevice
    const metrics = Object.keys(recorded.rows[seq ?? -1]?.metrics ?? {})
    return {
      table: recorded.table,
      device,
      seq,
      reason,
      fields,
      detail,
      whole: metrics.every(name => fields.includes(name)),
    }
  })
}

export interface StoreFacts {
  source: TelemetrySource
  recording: Recording
  shift: Shift
  refused: readonly Refused[]
  /** Gateway time at which the replay began, epoch ms. */
  beganMs: number
}

/** Checks and prints; the refused rows by name, the sums table by table. */
export async function expectEveryRow({ source, recording, shift, refused, beganMs }: StoreFacts): Promise<void> {
  const rows = refusedRows(recording, refused)
  const range = { facility: FACILITY, fromMs: shift.firstDayMs - 86_400_000, toMs: beganMs + 86_400_000 }
  const tables = [...new Set(recording.devices.map(({ table }) => table))]
  const sumOf = async (table: string) => {
    const devices = recording.devices.filter(device => device.table === table)
    const ids = devices.map(({ id }) => id as DeviceId)
    const { telemetry, events } = await source.count({ ...range, devices: ids })
    const mine = rows.filter(row => row.table === table)
    return {
      table,
      rows: devices.reduce((sum, device) => sum + device.rows.length, 0),
      stored: telemetry,
      refused: mine.filter(({ whole }) => whole).length,
      'partly refused': mine.filter(({ whole }) => !whole).length,
      events,
    }
  }
  const sums = await Promise.all(tables.map(sumOf))
  console.table(sums)
  console.log(
    rows
      .map(({ table, device, seq, reason, fields, detail }) =>
        [table, device, `row ${seq}`, reason, fields.join(', '), detail].join(' · '),
      )
      .join('\n'),
  )
  for (const sum of sums) expect(sum.stored + sum.refused, sum.table).toBe(sum.rows)
  const total = sums.reduce((sum, { rows: n }) => sum + n, 0)
  expect(rows.length, 'each refused row is listed once').toBe(
    new Set(rows.map(({ device, seq }) => `${device} ${seq}`)).size,
  )
  expect(rows.length / total).toBeLessThanOrEqual(0.001)
  expect(rows.every(({ reason, detail }) => reason === 'out_of_range' && detail !== '')).toBe(true)

  const readings: Reading[] = []
  for await (const reading of source.scan(range)) readings.push(reading)
  const expected = expectedReadings(recording, shift, refused)
  const stored = readings.map(({ device, deviceMs, metric, value }) => `${device} ${deviceMs} ${metric} ${value}`)
  expect(stored.length).toBe(expected.length)
  expect(difference(expected, stored), 'rows not stored as they were').toEqual([])
  const wrongMarks = readings.filter(({ rx, deviceMs, marks }) => marks.includes('late') !== rx - deviceMs > LATE_MS)
  expect(wrongMarks.slice(0, 5), 'late where late').toEqual([])
  const partly = readings
    .filter(({ marks }) => marks.includes('partly_refused'))
    .map(({ device, seq }) => `${device} ${seq}`)
  expect(new Set(partly).size).toBe(rows.filter(({ whole }) => !whole).length)
}

/** Every value of the recording but those refused. */
function expectedReadings(recording: Recording, shift: Shift, refused: readonly Refused[]): string[] {
  const without = new Map(refused.map(({ device, seq, fields }) => [`${device} ${seq}`, new Set(fields)]))
  return recording.devices.flatMap(device =>
    samplesOf(device, shift).flatMap(({ atMs, metrics }, seq) =>
      Object.entries(metrics)
        .filter(([metric]) => !without.get(`${device.id} ${seq}`)?.has(metric))
        .map(
          ([metric, value]) => `${device.id} ${atMs} ${metric} ${typeof value === 'boolean' ? Number(value) : value}`,
        ),
    ),
  )
}

/** What is in `a` more often than in `b`, a few of it. */
function difference(a: readonly string[], b: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const item of b) left.set(item, (left.get(item) ?? 0) + 1)
  return a
    .filter(item => {
      const n = left.get(item) ?? 0
      left.set(item, n - 1)
      return n <= 0
    })
    .slice(0, 5)
}
