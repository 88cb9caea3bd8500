/** What holds when rows are written. */
import { describe, expect, it } from 'vitest'
import type { DeviceId } from '../../../core/ids.ts'
import type { TelemetrySink } from '../../../core/ports.ts'
import type { StoredRow } from '../../../core/readings.ts'
import type { Fixture } from '../telemetry.ts'
import { EVERYTHING, expectStored } from './checks.ts'
import { eventRow, everyMinute, telemetryRow, writeAll } from './rows.ts'
import { deviceName, makeStream, positionAfter } from './stream.ts'

export function writingContract(at: Fixture): void {
  describe('writing', () => {
    it('gives back every row as it was written, in order, when a random stream is stored', async () => {
      const rows = makeStream({ seed: 1, messages: 3_000 })
      await writeAll(at.telemetry.sink, rows, 700, 1, 299)
      await expectStored(at.telemetry.source, rows)
    })

    it('stores each row once when batches are repeated with other boundaries', async () => {
      const rows = makeStream({ seed: 2, messages: 1_000 })
      await writeAll(at.telemetry.sink, rows.slice(0, 600), 200)
      await writeAll(at.telemetry.sink, rows.slice(150, 700), 170, 31)
      await writeAll(at.telemetry.sink, rows, 333)
      await writeAll(at.telemetry.sink, rows, 1_000)
      await expectStored(at.telemetry.source, rows)
    })

    it('keeps the position of what is stored, when it keeps one', async () => {
      const rows = makeStream({ seed: 3, messages: 100 })
      const before = await at.telemetry.sink.position()
      await at.telemetry.sink.write(rows, positionAfter(rows))
      await at.telemetry.stop()
      const after = await at.open().sink.position()
      expect([before, after]).toEqual(before === null ? [null, null] : [0, positionAfter(rows)])
    })

    it('takes a batch of 5,000 messages of five metrics, more than a megabyte', async () => {
      const texts = (i: number) => `state ${i} ${'x'.repeat(200)}`
      const rows = everyMinute(
        i => ({ heart_rate: 60 + i / 7, resp_rate: i, activity: -i, agitation: i % 2, bed_state: texts(i) }),
        5_000,
      )
      await at.telemetry.sink.write(rows, positionAfter(rows))
      await expectStored(at.telemetry.source, rows, { ...EVERYTHING, metrics: ['heart_rate', 'bed_state'] })
    })

    it('stores both when two writes are under way at once', async () => {
      const rows = makeStream({ seed: 4, messages: 2_000 })
      const [first, second] = [rows.slice(0, 1_000), rows.slice(1_000)]
      await Promise.all([
        at.telemetry.sink.write(first, positionAfter(first)),
        at.telemetry.sink.write(second, positionAfter(second)),
      ])
      await expectStored(at.telemetry.source, rows)
    })

    it('restores rows below the position, each once, in spite of repeats', async () => {
      const rows = makeStream({ seed: 6, messages: 400, events: 0.3 })
      const dead = rows.filter((_, i) => i % 10 === 3)
      const alive = rows.filter((_, i) => i % 10 !== 3)
      await at.telemetry.sink.write(alive, positionAfter(rows))
      await at.telemetry.sink.restore([...dead.slice(0, 25), ...dead.slice(5, 10)])
      await at.telemetry.sink.restore(dead)
      await at.telemetry.sink.restore([...alive.slice(0, 20), ...dead.slice(0, 20)])
      await at.telemetry.sink.restore([])
      await expectStored(at.telemetry.source, rows)
      await at.telemetry.stop()
      const again = at.open()
      await again.sink.restore(dead.slice(-3))
      await again.sink.write(alive.slice(-10), positionAfter(rows))
      await expectStored(again.source, rows)
    })

    it('refuses to restore what cannot be stored, and the writes beside it go on', async () => {
      const rows = makeStream({ seed: 7, messages: 20 })
      const poison = telemetryRow({ heart_rate: Number.NaN })
      const [restored, ...written] = await Promise.allSettled([
        at.telemetry.sink.restore([poison]),
        at.telemetry.sink.write(rows.slice(0, 10), positionAfter(rows.slice(0, 10))),
        at.telemetry.sink.write(rows.slice(10), positionAfter(rows)),
      ])
      expect(restored).toMatchObject({ status: 'rejected', reason: { code: 'store_refused' } })
      expect(written.map(outcome => outcome.status)).toEqual(['fulfilled', 'fulfilled'])
      await expectStored(at.telemetry.source, rows)
    })

    it('loses nothing of two writes under way when the first is refused and both are repeated', async () => {
      const rows = makeStream({ seed: 5, messages: 200 })
      const [first, second] = [rows.slice(0, 100), rows.slice(100)]
      const poison = telemetryRow({ heart_rate: Number.NaN }, { position: first[0]?.position as number })
      const outcomes = await Promise.allSettled([
        at.telemetry.sink.write([poison, ...first], positionAfter(first)),
        at.telemetry.sink.write(second, positionAfter(second)),
      ])
      expect(outcomes[0].status).toBe('rejected')
      await at.telemetry.sink.write(first, positionAfter(first))
      await at.telemetry.sink.write(second, positionAfter(second))
      await expectStored(at.telemetry.source, rows)
    })

    it.each<[string, StoredRow]>([
      ['a value is NaN', telemetryRow({ heart_rate: Number.NaN })],
      ['a value is infinite', telemetryRow({ heart_rate: Number.NEGATIVE_INFINITY })],
      ['a text holds a line break', telemetryRow({ bed_state: 'a\nb' })],
      ['a text is empty', telemetryRow({ bed_state: '' })],
      ['a text holds half a surrogate pair', telemetryRow({ bed_state: '\ud800' })],
      ['a metric has the name of a column', telemetryRow({ seq: 1 })],
      ['a metric name could break out', telemetryRow({ 'a=1,b': 1 })],
      ['it has no values', telemetryRow({})],
      ['a device name could break out', telemetryRow({ heart_rate: 1 }, { device: 'a,b c=d' as DeviceId })],
      ['an attribute is infinite', eventRow({ attributes: { heart_rate: Number.POSITIVE_INFINITY } })],
    ])('refuses the batch whole when of one row %s', async (_, bad) => {
      const good = telemetryRow({ heart_rate: 60 }, { position: 0 })
      const write = at.telemetry.sink.write([good, { ...bad, position: 1 }], 2)
      await expect(write).rejects.toMatchObject({ name: 'AppError', code: 'store_refused' })
      expect(await at.telemetry.source.count(EVERYTHING)).toEqual({ telemetry: 0, events: 0 })
    })

    // The suite itself is tested: a fault in one row of three hundred is found.
    it.each<[string, (row: StoredRow) => StoredRow[]]>([
      ['loses one row', () => []],
      ['stores one row twice', row => [row, { ...row, key: row.key + 500_000n }]],
      ['alters one value', row => [{ ...row, seq: row.seq + 1 }]],
      ['gives one row to another device', row => [{ ...row, device: deviceName(6) }]],
    ])('finds the fault when a sink %s', async (_, fault) => {
      const rows = makeStream({ seed: 6, messages: 300, devices: 5 })
      const faulty: TelemetrySink = {
        ...at.telemetry.sink,
        write: (batch, position) =>
          at.telemetry.sink.write(
            batch.flatMap(row => (row === rows[150] ? fault(row) : [row])),
            position,
          ),
      }
      await writeAll(faulty, rows, 100)
      await expect(expectStored(at.telemetry.source, rows)).rejects.toThrow()
    })
  })
}
