/** What holds when readings are scanned and counted. */
import { describe, expect, it } from 'vitest'
import type { BootId, DeviceId } from '../../../core/ids.ts'
import { storeKey, type TelemetryRow } from '../../../core/readings.ts'
import type { Fixture } from '../telemetry.ts'
import { collect, EVERYTHING, expectEqual, expectStored } from './checks.ts'
import { eventRow, everyMinute, HOUR_MS, telemetryRow, writeAll } from './rows.ts'
import { batches, countIn, deviceName, FACILITY, makeStream, positionAfter, readingsIn, START_MS } from './stream.ts'

export function readingContract(at: Fixture): void {
  describe('reading', () => {
    it('takes the start of a range in and leaves its end out', async () => {
      const rows = everyMinute(i => ({ heart_rate: i }), 10)
      const last = eventRow({
        key: storeKey(START_MS + 300_000, 77),
        rx: START_MS + 600_000,
        bootChanged: false,
        seq: 10,
        position: 10,
      })
      await at.telemetry.sink.write([...rows, last], 11)
      for (const [fromMs, toMs] of [
        [0, 300_000],
        [300_000, 300_001],
        [299_999, 300_000],
        [1, 600_000],
      ] as const) {
        const query = { ...EVERYTHING, fromMs: START_MS + fromMs, toMs: START_MS + toMs }
        await expectStored(at.telemetry.source, [...rows, last], query)
      }
    })

    it.each([
      ['the range is empty', { fromMs: START_MS, toMs: START_MS }],
      ['the range is turned round', { fromMs: START_MS + 1, toMs: START_MS }],
      ['nothing was measured in it', { fromMs: START_MS - 90 * HOUR_MS, toMs: START_MS - 80 * HOUR_MS }],
      ['the facility is unknown', { facility: 'nowhere' as typeof FACILITY }],
      ['the device is unknown', { devices: [deviceName(99)] }],
      ['no device is asked for', { devices: [] }],
      [
        'the name tries to break out',
        { devices: ['x" or true or r.device == "' as DeviceId, "x' or true --" as DeviceId] },
      ],
    ])('answers with nothing when %s', async (_, part) => {
      const rows = everyMinute(i => ({ heart_rate: i }), 5)
      await at.telemetry.sink.write(
        [...rows, eventRow({ key: storeKey(START_MS, 9), seq: 5, bootChanged: false, position: 5 })],
        6,
      )
      const query = { ...EVERYTHING, ...part }
      expect(await collect(at.telemetry.source.scan(query))).toEqual([])
      expect(await at.telemetry.source.count(query)).toEqual({ telemetry: 0, events: 0 })
      expect(await at.telemetry.source.events({ ...query, limit: 5 })).toEqual([])
      const device = query.devices ? (query.devices[0] ?? deviceName(99)) : deviceName(0)
      expect(await at.telemetry.source.buckets({ ...query, device, metric: 'heart_rate', buckets: 10 })).toEqual([])
    })

    it('filters by device, profile and metric', async () => {
      const rows = makeStream({ seed: 10, messages: 800 })
      await writeAll(at.telemetry.sink, rows, 400)
      for (const part of [
        { devices: [deviceName(2), deviceName(5)] },
        { profiles: ['vital.spot_set' as TelemetryRow['profile']] },
        { metrics: ['bed_state', 'agitation'] },
        { metrics: ['bed_state'] },
        { devices: [deviceName(1)], profiles: ['vital.spot_set' as TelemetryRow['profile']], metrics: ['resp_rate'] },
      ]) {
        const query = { ...EVERYTHING, ...part }
        expectEqual(await collect(at.telemetry.source.scan(query)), readingsIn(rows, query))
        expect(await at.telemetry.source.count(query)).toEqual(countIn(rows, query))
      }
    })

    it('puts late rows where their device time belongs, with their own boot', async () => {
      const early = everyMinute(i => ({ heart_rate: i }), 5).map(row => ({ ...row, boot: 'old' as BootId }))
      const now = START_MS + HOUR_MS
      const fresh = telemetryRow(
        { heart_rate: 99 },
        { key: storeKey(now, 5), rx: now, boot: 'new' as BootId, position: 5 },
      )
      // Measured in the second minute under the old boot's clock, sent after the reboot.
      const late = telemetryRow(
        { heart_rate: 42 },
        {
          key: storeKey(START_MS + 90_000, 6),
          rx: now,
          boot: 'new' as BootId,
          bootChanged: false,
          seq: 1,
          marks: ['late'],
          position: 6,
        },
      )
      // The device goes back to its old boot for a message kept from before, in the same millisecond.
      const older = telemetryRow(
        { heart_rate: 41 },
        { key: storeKey(START_MS + 30_000, 7), rx: now, boot: 'old' as BootId, seq: 5, marks: ['late'], position: 7 },
      )
      const rows = [...early, fresh, late, older]
      await at.telemetry.sink.write(rows, 8)
      await expectStored(at.telemetry.source, rows)
      const scanned = await collect(at.telemetry.source.scan(EVERYTHING))
      expect(scanned.map(reading => reading.value)).toEqual([0, 41, 1, 42, 2, 3, 4, 99])
    })

    it('sees a write at once when it has returned', async () => {
      const rows = makeStream({ seed: 11, messages: 200, events: 0 })
      let stored = 0
      for (const batch of batches(rows, 20)) {
        await at.telemetry.sink.write(batch, positionAfter(batch))
        stored += batch.length
        expect((await at.telemetry.source.count(EVERYTHING)).telemetry).toBe(stored)
      }
    })

    it('can be left in the middle of a scan, and scanned again', async () => {
      const rows = makeStream({ seed: 12, messages: 3_000 })
      await writeAll(at.telemetry.sink, rows, 1_000)
      for await (const reading of at.telemetry.source.scan(EVERYTHING)) {
        expect(reading.facility).toBe(FACILITY)
        break
      }
      await expectStored(at.telemetry.source, rows)
    })
  })
}
