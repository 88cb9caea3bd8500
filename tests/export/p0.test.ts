/** Which readings count for product P0, which cells are published, and with which figures. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { profileById } from '../../core/profiles/index.ts'
import { buildP0, roundedMean } from '../../server/export/anonymize/p0.ts'
import { type ExportInput, eligibleResidents } from '../../server/export/input.ts'
import { p0Policy } from '../../server/export/policy.ts'
import { type Duckdb, openDuckdb } from '../../storage/duckdb.ts'
import {
  atHour,
  DAY_MS,
  deviceId,
  inputFor,
  type PlainReading,
  pulses,
  residentId,
  START_MS,
  writeReadings,
} from './job-folder.ts'

let folder: string
let database: Duckdb
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'p0-'))
  database = await openDuckdb({ file: ':memory:' })
})
afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

let files = 0
async function p0(input: ExportInput, readings: readonly PlainReading[]) {
  const file = join(folder, `${files++}.parquet`)
  await writeReadings(file, readings)
  return buildP0(await database.connect(), file, input, p0Policy)
}
const hours = (published: readonly { hour: number }[]) => published.map(cell => cell.hour)

test('a cell is published with twelve residents and suppressed with eleven', async () => {
  const { published, suppressed } = await p0(inputFor(20), [...pulses(12, [8]), ...pulses(11, [9])])
  expect(published).toEqual([{ metric: 'pulse', hour: 8, readings: 36, residents: 12, mean: '65.8' }])
  expect(suppressed).toContainEqual({ metric: 'pulse', hour: 9 })
})

test('published and suppressed cells together are all hours of all numeric metrics, once each', async () => {
  const { published, suppressed } = await p0(inputFor(12), pulses(12, [0, 23]))
  const cells = [...published, ...suppressed].map(({ metric, hour }) => `${metric} ${hour}`)
  expect(new Set(cells).size).toBe(cells.length)
  expect(cells).toHaveLength(9 * 24)
})

test('residents count once however many devices and readings they have', async () => {
  const input = inputFor(12)
  // Twelve devices, but the last belongs to the first resident.
  input.placements[11]!.resident = residentId(0)
  expect((await p0(input, pulses(12, [8], 50))).published).toEqual([])
})

test('a reading before its resident consented does not count', async () => {
  const input = inputFor(12)
  input.consents[0]!.from_ms = atHour(8, 1)
  const { published } = await p0(input, [...pulses(12, [7, 8]), ...pulses(12, [9])])
  // At hour 8 the first of three readings lies before the consent.
  expect(published.map(({ hour, readings }) => [hour, readings])).toEqual([
    [8, 35],
    [9, 36],
  ])
})

test('nothing of a resident without consent counts', async () => {
  const input = inputFor(13)
  input.consents.pop()
  expect((await p0(input, pulses(13, [8]))).published).toMatchObject([{ residents: 12, readings: 36 }])
})

test('a reading belongs to the resident with whom the device was at that time', async () => {
  const input = inputFor(12)
  const moved = atHour(9)
  // The device of the last resident goes to a thirteenth, who never consented.
  input.placements[11]!.to_ms = moved
  input.placements.push({ device: input.devices[11]!.id, resident: residentId(12), from_ms: moved, to_ms: null })
  expect(hours((await p0(input, pulses(12, [8, 9]))).published)).toEqual([8])
})

test('readings while a device stood with nobody do not count', async () => {
  const input = inputFor(12)
  input.placements[3]!.resident = null
  expect((await p0(input, pulses(12, [8]))).published).toEqual([])
})

test('the ends of the period count as from ≤ t < to', async () => {
  const at = (ms: number) => pulses(12, [0], 1).map((reading): PlainReading => ({ ...reading, deviceMs: ms }))
  const end = START_MS + 7 * DAY_MS
  const { published } = await p0(inputFor(12), [...at(START_MS - 1), ...at(START_MS), ...at(end - 1), ...at(end)])
  expect(published.map(({ hour, readings }) => [hour, readings])).toEqual([
    [0, 12],
    [23, 12],
  ])
})

test('other facilities, devices, device types and unknown metrics do not count', async () => {
  const strangers: Partial<PlainReading>[] = [
    { facility: 'other-home' },
    { profile: 'bed.sleep_mat' },
    { metric: 'heart_rate' },
    { device: 'spot-999' },
  ]
  const readings = strangers.flatMap((change, hour) => pulses(12, [hour]).map(reading => ({ ...reading, ...change })))
  expect((await p0(inputFor(12), readings)).published).toEqual([])
})

test('no cell when one resident gives more than half of its readings', async () => {
  const one = (count: number): PlainReading[] =>
    Array.from({ length: count }, (_, n) => ({
      device: deviceId(0),
      metric: 'pulse',
      value: 60,
      deviceMs: atHour(8, 30) + n,
    }))
  // 33 readings of eleven others: with 30 more the first has 33 of 66, with 31 more 34 of 67.
  expect(hours((await p0(inputFor(12), [...pulses(12, [8]), ...one(30)])).published)).toEqual([8])
  expect(hours((await p0(inputFor(12), [...pulses(12, [8]), ...one(31)])).published)).toEqual([])
})

test('booleans give the share of true, enums are left out', async () => {
  const each = Array.from({ length: 12 }, (_, i) => i)
  const input = inputFor(12, {
    scope: { facility: 'sakura-en', device_types: ['bed.sleep_mat'], from: '2026-03-01', to: '2026-03-07' },
    profiles: [profileById('bed.sleep_mat')],
    devices: each.map(i => ({ id: deviceId(i), profile: 'bed.sleep_mat' })),
  })
  const of = (metric: string, value: (i: number) => number | string) =>
    each.map(
      (i): PlainReading => ({
        device: deviceId(i),
        metric,
        value: value(i),
        deviceMs: atHour(3),
        profile: 'bed.sleep_mat',
      }),
    )
  const { published, suppressed, metrics } = await p0(input, [
    ...of('agitation', i => (i < 4 ? 1 : 0)),
    ...of('bed_state', () => 'asleep'),
  ])
  expect(published).toEqual([{ metric: 'agitation', hour: 3, readings: 12, residents: 12, mean: '0.333' }])
  expect(suppressed.some(cell => cell.metric === 'bed_state')).toBe(false)
  expect(metrics.filter(metric => metric.use === 'left_out').map(({ metric }) => metric)).toEqual(['bed_state'])
})

test('hours are the facility clock on both sides of a change to summer time', async () => {
  // In Paris 2026-03-29 02:00 becomes 03:00.
  const input = inputFor(12, {
    zone: 'Europe/Paris',
    from_ms: Date.UTC(2026, 2, 28, 23),
    to_ms: Date.UTC(2026, 2, 29, 22),
    placements: Array.from({ length: 12 }, (_, i) => ({
      device: deviceId(i),
      resident: residentId(i),
      from_ms: 0,
      to_ms: null,
    })),
  })
  const at = (ms: number) => pulses(12, [0], 1).map((reading): PlainReading => ({ ...reading, deviceMs: ms }))
  const { published } = await p0(input, [...at(Date.UTC(2026, 2, 29, 0, 59)), ...at(Date.UTC(2026, 2, 29, 1, 1))])
  expect(hours(published)).toEqual([1, 3])
})

test('the mean is the exact quotient, rounded half away from zero', () => {
  expect(roundedMean(125n, 1n, 2, 1)).toBe('1.3')
  expect(roundedMean(-125n, 1n, 2, 1)).toBe('-1.3')
  expect(roundedMean(-4n, 1n, 2, 1)).toBe('0.0')
  expect(roundedMean(5n, 1n, 2, 3)).toBe('0.050')
  expect(roundedMean(7n, 2n, 0, 0)).toBe('4')
})

test('the mean is never further than half a step from the quotient', () => {
  fc.assert(
    fc.property(
      fc.bigInt(-(10n ** 15n), 10n ** 15n),
      fc.bigInt(1n, 10n ** 6n),
      fc.integer({ min: 0, max: 5 }),
      (total, count, decimals) => {
        const text = roundedMean(total, count, 6, decimals)
        const scaled = BigInt(text.replace('.', ''))
        // |scaled / 10^d − total / (count · 10^6)| ≤ 1 / (2 · 10^d), in whole numbers.
        const error = 2n * (scaled * count * 10n ** 6n - total * 10n ** BigInt(decimals))
        expect(error <= count * 10n ** 6n && -error <= count * 10n ** 6n).toBe(true)
      },
    ),
  )
})

test('eligible are residents whose placement, consent and the period meet', () => {
  const input = inputFor(15)
  input.consents[0]!.from_ms = input.to_ms
  input.placements[1]!.to_ms = input.from_ms
  input.placements[2]!.resident = null
  input.consents[3]!.from_ms = input.to_ms - 1
  expect(eligibleResidents(input)).toBe(12)
})
