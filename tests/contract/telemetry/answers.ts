/** What holds for buckets, events and extracts. */
import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { storeKey } from '../../../core/readings.ts'
import { BLOCK_ROWS, openDuckdb } from '../../../storage/duckdb.ts'
import { extractEvents } from '../../../storage/telemetry/events-parquet.ts'
import type { Fixture } from '../telemetry.ts'
import { allEvents, EVERYTHING, expectEqual } from './checks.ts'
import { eventRow, everyMinute, HOUR_MS, writeAll } from './rows.ts'
import {
  bucketsIn,
  countByDeviceIn,
  countIn,
  deviceName,
  eventsIn,
  FACILITY,
  makeStream,
  positionAfter,
  readingsIn,
  START_MS,
} from './stream.ts'

export function answersContract(at: Fixture): void {
  describe('buckets', () => {
    const close = (wanted: ReturnType<typeof bucketsIn>) =>
      wanted.map(bucket => ({ ...bucket, mean: bucket.mean === null ? null : expect.closeTo(bucket.mean, 9) }))

    it('agree with plain arithmetic for numbers, booleans and text', async () => {
      const rows = makeStream({ seed: 13, messages: 2_000, devices: 2 })
      await writeAll(at.telemetry.sink, rows, 1_000)
      for (const metric of ['heart_rate', 'resp_rate', 'agitation', 'bed_state'])
        for (const [fromMs, toMs, count] of [
          [-HOUR_MS, HOUR_MS, 60],
          [-1_234_567, 345_678, 37],
          [0, 3, 2_000],
          [-HOUR_MS, 400_001, 1],
        ] as const) {
          const query = {
            facility: FACILITY,
            device: deviceName(1),
            metric,
            fromMs: START_MS + fromMs,
            toMs: START_MS + toMs,
            buckets: count,
          }
          expect(await at.telemetry.source.buckets(query)).toEqual(close(bucketsIn(rows, query)))
        }
    })

    it('leave gaps as gaps', async () => {
      const rows = everyMinute(i => ({ heart_rate: i }), 180).filter((_, i) => i < 30 || i >= 120)
      await at.telemetry.sink.write(rows, positionAfter(rows))
      const query = {
        facility: FACILITY,
        device: deviceName(0),
        metric: 'heart_rate',
        fromMs: START_MS,
        toMs: START_MS + 3 * HOUR_MS,
        buckets: 18,
      }
      const found = await at.telemetry.source.buckets(query)
      expect(found.map(bucket => (bucket.startMs - START_MS) / 600_000)).toEqual([0, 1, 2, 12, 13, 14, 15, 16, 17])
      expect(found).toEqual(close(bucketsIn(rows, query)))
    })
  })

  describe('events', () => {
    it('come newest first, page by page, each once', async () => {
      const rows = makeStream({ seed: 14, messages: 1_000, events: 0.3 })
      await writeAll(at.telemetry.sink, rows, 500)
      expectEqual(await allEvents(at.telemetry.source, EVERYTHING, 7), eventsIn(rows, EVERYTHING))
      const some = { ...EVERYTHING, devices: [deviceName(3)] }
      expectEqual(await allEvents(at.telemetry.source, some, 10), eventsIn(rows, some))
      const page = await at.telemetry.source.events({ ...some, limit: 10 })
      expect(page).toHaveLength(10)
    })

    it('of several devices that share a key are never parted by a page', async () => {
      const rows = [0, 1, 2, 3].map(i =>
        eventRow({ device: deviceName(i), key: storeKey(START_MS + (i > 0 ? 1 : 0), 0), seq: 0, position: i }),
      )
      await at.telemetry.sink.write(rows, 4)
      expectEqual(await allEvents(at.telemetry.source, EVERYTHING, 2), eventsIn(rows, EVERYTHING))
    })
  })

  describe('counts by arrival', () => {
    it.each([
      ['a span of gateway time', {}],
      ['some devices', { devices: [deviceName(1), deviceName(4), deviceName(99)] }],
      ['no devices', { devices: [] }],
      ['a narrow range of device time', { fromMs: START_MS, toMs: START_MS + 60_000 }],
    ])('agree with plain arithmetic for %s', async (_, more) => {
      const rows = makeStream({ seed: 17, messages: 3_000 })
      await writeAll(at.telemetry.sink, rows, 1_000)
      // Arrival times of rows, so that the bounds are met.
      const [rxFromMs, rxToMs] = [rows[500]?.rx as number, rows[2_000]?.rx as number]
      const query = { ...EVERYTHING, rxFromMs, rxToMs, ...more }
      expect(await at.telemetry.source.countByDevice(query)).toEqual(countByDeviceIn(rows, query))
    })
  })

  describe('extract of events', () => {
    it('holds every event of the devices once, in order, however many pages they are', async () => {
      const rows = makeStream({ seed: 18, messages: 9_000, events: 0.9 })
      await writeAll(at.telemetry.sink, rows, 2_000)
      const file = `${at.store.folder}/events.parquet`
      const devices = [0, 1, 3].map(deviceName)
      const wanted = eventsIn(rows, { ...EVERYTHING, devices })
      expect(wanted.length).toBeGreaterThan(BLOCK_ROWS)
      expect(await extractEvents(at.telemetry.source, [{ ...EVERYTHING, devices }], file)).toEqual({
        events: wanted.length,
      })
      const db = await openDuckdb({ file: ':memory:' })
      const got = await (await db.connect()).rows('select * from read_parquet($file)', { file })
      await db.close()
      const lines = wanted.map(({ facility, device, profile, event, deviceMs, attributes }) =>
        [facility, device, profile, event, deviceMs, JSON.stringify(attributes)].join(),
      )
      expect(got.map(row => Object.values(row).map(String).join()).sort()).toEqual(lines.sort())
      const order = got.map(({ device, device_ms }) => `${device} ${device_ms}`)
      expect(order).toEqual(order.toSorted())
      expect(Object.keys(got[0] ?? {})).toEqual(['facility', 'device', 'profile', 'type', 'device_ms', 'attributes'])
    })

    it('leaves nothing behind when it is cancelled, and an empty file when there is none', async () => {
      const before = readdirSync(at.store.folder)
      const file = `${at.store.folder}/no-events.parquet`
      const query = { ...EVERYTHING, devices: [deviceName(0)] }
      const gone = AbortSignal.abort(new Error('no more'))
      await expect(extractEvents(at.telemetry.source, [query], file, gone)).rejects.toThrow('no more')
      expect(readdirSync(at.store.folder)).toEqual(before)
      expect(await extractEvents(at.telemetry.source, [query], file)).toEqual({ events: 0 })
      expect(existsSync(file)).toBe(true)
    })
  })

  describe('extract', () => {
    it('holds exactly what a scan gives, in its order', async () => {
      const rows = makeStream({ seed: 15, messages: 5_000 })
      await writeAll(at.telemetry.sink, rows, 2_500)
      const query = { ...EVERYTHING, devices: [0, 1, 2, 4].map(deviceName) }
      const wanted = readingsIn(rows, query)
      const file = `${at.store.folder}/it's a range.parquet`
      const told: number[] = []
      expect(await at.telemetry.source.extract(query, file, n => told.push(n))).toEqual({ readings: wanted.length })
      expect(told.at(-1)).toBe(wanted.length)
      expect(readdirSync(at.store.folder).filter(name => name.startsWith("it's"))).toEqual(["it's a range.parquet"])
      const db = await openDuckdb({ file: ':memory:' })
      const got = await (await db.connect()).rows('select * from read_parquet($file)', { file })
      await db.close()
      expect(got).toEqual(
        wanted.map(({ value, deviceMs, rx, seq, marks, ...same }) => ({
          ...same,
          value: typeof value === 'number' ? value : null,
          text: typeof value === 'string' ? value : null,
          ...{ device_ms: BigInt(deviceMs), rx: BigInt(rx), seq: BigInt(seq), marks: marks.join(',') },
        })),
      )
    })

    it('writes an empty file with its columns when the range is empty', async () => {
      const file = `${at.store.folder}/empty.parquet`
      expect(await at.telemetry.source.extract({ ...EVERYTHING, devices: [] }, file)).toEqual({ readings: 0 })
      expect(existsSync(file)).toBe(true)
    })

    it('leaves nothing behind when it is cancelled', async () => {
      const rows = makeStream({ seed: 16, messages: 20_000 })
      await writeAll(at.telemetry.sink, rows, 5_000)
      const before = readdirSync(at.store.folder)
      const file = `${at.store.folder}/cancelled.parquet`
      await expect(
        at.telemetry.source.extract(EVERYTHING, file, undefined, AbortSignal.abort(new Error('no more'))),
      ).rejects.toThrow('no more')
      const controller = new AbortController()
      const extract = at.telemetry.source.extract(EVERYTHING, file, undefined, controller.signal)
      setTimeout(() => controller.abort(new Error('enough')), 20)
      await expect(extract).rejects.toThrow('enough')
      expect(readdirSync(at.store.folder)).toEqual(before)
      expect((await at.telemetry.source.count(EVERYTHING)).telemetry).toBe(countIn(rows, EVERYTHING).telemetry)
    })
  })
}
