/** The contract of TelemetrySink and TelemetrySource as tests, to be run on every adapter. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BootId, DeviceId } from '../../core/ids.ts'
import type { TelemetrySink } from '../../core/ports.ts'
import { type EventRow, type StoredRow, storeKey, type TelemetryRow } from '../../core/readings.ts'
import { openDuckdb } from '../../storage/duckdb.ts'
import type { Telemetry } from '../../storage/telemetry/duckdb.ts'
import { allEvents, collect, EVERYTHING, expectEqual, expectStored } from './telemetry/checks.ts'
import { openTelemetry, type StoreDescription } from './telemetry/open.ts'
import {
  batches,
  bucketsIn,
  countIn,
  deviceName,
  eventsIn,
  FACILITY,
  makeStream,
  positionAfter,
  readingsIn,
  START_MS,
} from './telemetry/stream.ts'
import type { WriterOrder } from './telemetry/writer.ts'

export interface ContractStore {
  description: StoreDescription
  /** A folder for what a test writes beside the store. */
  folder: string
  /** Makes the store unreachable; returns a handle that meets it so, the codes it may throw, and the way back. */
  takeAway(handle: Telemetry): Promise<{ handle: Telemetry; codes: string[]; bringBack(): Promise<void> }>
}

const HOUR_MS = 3_600_000

async function writeAll(sink: TelemetrySink, rows: readonly StoredRow[], ...sizes: number[]) {
  for (const batch of batches(rows, ...sizes)) await sink.write(batch, positionAfter(batch))
}

/** Repeats until it succeeds, as a store writer does. */
async function persist(action: () => Promise<void>, deadlineMs = 30_000): Promise<void> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    try {
      return await action()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await wait(50)
    }
  }
}

const telemetryRow = (values: TelemetryRow['values'], more: Partial<TelemetryRow> = {}): TelemetryRow => ({
  ...{
    kind: 'telemetry',
    facility: FACILITY,
    device: deviceName(0),
    profile: 'bed.sleep_mat' as TelemetryRow['profile'],
    values,
  },
  ...{
    key: storeKey(START_MS, 0),
    rx: START_MS,
    boot: 'b0' as BootId,
    bootChanged: true,
    seq: 0,
    marks: [],
    position: 0,
    ...more,
  },
})
const eventRow = (more: Partial<EventRow> = {}): EventRow => {
  const { values: _, ...base } = telemetryRow({})
  return { ...base, kind: 'event', event: 'bed_exit', attributes: {}, ...more }
}
/** A row a minute. */
const everyMinute = (values: (i: number) => TelemetryRow['values'], length: number): TelemetryRow[] =>
  Array.from({ length }, (_, i) => {
    const rx = START_MS + i * 60_000
    return telemetryRow(values(i), { key: storeKey(rx, i), rx, bootChanged: i === 0, seq: i, position: i })
  })

/** `prepare` gives an empty store for each test. */
export function telemetryContract(prepare: () => Promise<ContractStore>): void {
  let store: ContractStore
  let telemetry: Telemetry
  const opened: Telemetry[] = []
  const open = () => {
    const handle = openTelemetry(store.description)
    opened.push(handle)
    return handle
  }
  beforeEach(async () => {
    store = await prepare()
    telemetry = open()
  })
  afterEach(async () => {
    for (const handle of opened.splice(0)) await handle.stop()
  })

  describe('writing', () => {
    it('gives back every row as it was written, in order, when a random stream is stored', async () => {
      const rows = makeStream({ seed: 1, messages: 3_000 })
      await writeAll(telemetry.sink, rows, 700, 1, 299)
      await expectStored(telemetry.source, rows)
    })

    it('stores each row once when batches are repeated with other boundaries', async () => {
      const rows = makeStream({ seed: 2, messages: 1_000 })
      await writeAll(telemetry.sink, rows.slice(0, 600), 200)
      await writeAll(telemetry.sink, rows.slice(150, 700), 170, 31)
      await writeAll(telemetry.sink, rows, 333)
      await writeAll(telemetry.sink, rows, 1_000)
      await expectStored(telemetry.source, rows)
    })

    it('keeps the position of what is stored, when it keeps one', async () => {
      const rows = makeStream({ seed: 3, messages: 100 })
      const before = await telemetry.sink.position()
      await telemetry.sink.write(rows, positionAfter(rows))
      await telemetry.stop()
      const after = await open().sink.position()
      expect([before, after]).toEqual(before === null ? [null, null] : [0, positionAfter(rows)])
    })

    it('takes a batch of 5,000 messages of five metrics, more than a megabyte', async () => {
      const texts = (i: number) => `state ${i} ${'x'.repeat(200)}`
      const rows = everyMinute(
        i => ({ heart_rate: 60 + i / 7, resp_rate: i, activity: -i, agitation: i % 2, bed_state: texts(i) }),
        5_000,
      )
      await telemetry.sink.write(rows, positionAfter(rows))
      await expectStored(telemetry.source, rows, { ...EVERYTHING, metrics: ['heart_rate', 'bed_state'] })
    })

    it('stores both when two writes are under way at once', async () => {
      const rows = makeStream({ seed: 4, messages: 2_000 })
      const [first, second] = [rows.slice(0, 1_000), rows.slice(1_000)]
      await Promise.all([
        telemetry.sink.write(first, positionAfter(first)),
        telemetry.sink.write(second, positionAfter(second)),
      ])
      await expectStored(telemetry.source, rows)
    })

    it('loses nothing of two writes under way when the first is refused and both are repeated', async () => {
      const rows = makeStream({ seed: 5, messages: 200 })
      const [first, second] = [rows.slice(0, 100), rows.slice(100)]
      const poison = telemetryRow({ heart_rate: Number.NaN }, { position: first[0]?.position as number })
      const outcomes = await Promise.allSettled([
        telemetry.sink.write([poison, ...first], positionAfter(first)),
        telemetry.sink.write(second, positionAfter(second)),
      ])
      expect(outcomes[0].status).toBe('rejected')
      await telemetry.sink.write(first, positionAfter(first))
      await telemetry.sink.write(second, positionAfter(second))
      await expectStored(telemetry.source, rows)
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
      const write = telemetry.sink.write([good, { ...bad, position: 1 }], 2)
      await expect(write).rejects.toMatchObject({ name: 'AppError', code: 'store_refused' })
      expect(await telemetry.source.count(EVERYTHING)).toEqual({ telemetry: 0, events: 0 })
    })

    it('finds the fault when a sink loses one row', async () => {
      const rows = makeStream({ seed: 6, messages: 300 })
      const losing: TelemetrySink = {
        ...telemetry.sink,
        write: (batch, position) =>
          telemetry.sink.write(
            batch.filter(row => row !== rows[150]),
            position,
          ),
      }
      await writeAll(losing, rows, 100)
      await expect(expectStored(telemetry.source, rows)).rejects.toThrow()
    })
  })

  describe('failing', () => {
    const children: ChildProcess[] = []
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL')
    })

    /** Kills a writer in another process once it has told of `commits` batches; returns how many rows it told of. */
    async function killWriterAfter(commits: number, order: WriterOrder): Promise<number> {
      const script = new URL('./telemetry/writer.ts', import.meta.url).pathname
      const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.push(child)
      let told = 0
      for await (const line of createInterface({ input: child.stdout })) {
        told = Number(line)
        if (--commits === 0) child.kill('SIGKILL')
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      return told
    }

    it('counts every row once when the writer was killed between commit and cursor, and repeats', async () => {
      const stream = { seed: 7, messages: 4_000 }
      const rows = makeStream(stream)
      const attempts = [
        { commits: 1, batch: 500 },
        { commits: 3, batch: 211 },
        { commits: 9, batch: 97 },
      ]
      for (const { commits, batch } of attempts) {
        const told = await killWriterAfter(commits, { store: store.description, stream, batch })
        const reader = open()
        const { telemetry: messages, events } = await reader.source.count(EVERYTHING)
        expect(messages + events).toBeGreaterThanOrEqual(told)
        const position = await reader.sink.position()
        if (position !== null) expect(position).toBeGreaterThanOrEqual(positionAfter(rows.slice(0, told)))
        await reader.stop()
      }
      await writeAll(telemetry.sink, rows, 450)
      await expectStored(telemetry.source, rows)
    })

    it('stores what was refused meanwhile, and keeps what was stored, when the store was away', async () => {
      const rows = makeStream({ seed: 8, messages: 900 })
      const [first, second] = [rows.slice(0, 600), rows.slice(600)]
      await writeAll(telemetry.sink, first, 300)
      const away = await store.takeAway(telemetry)
      telemetry = away.handle
      opened.push(telemetry)
      const refused: { code?: string } = await telemetry.sink.write(second, positionAfter(second)).catch(error => error)
      expect(away.codes).toContain(refused?.code)
      const unread: { code?: string } = await telemetry.source.count(EVERYTHING).catch(error => error)
      expect(away.codes).toContain(unread?.code)
      await away.bringBack()
      await persist(() => telemetry.sink.write(second, positionAfter(second)))
      await expectStored(telemetry.source, rows)
    })

    it('has stored all that was under way when it stops, and takes nothing after', async () => {
      const rows = makeStream({ seed: 9, messages: 1_500 })
      const writes = [...batches(rows, 500)].map(batch => telemetry.sink.write(batch, positionAfter(batch)))
      await telemetry.stop()
      await Promise.all(writes)
      await expect(telemetry.sink.write(rows, positionAfter(rows))).rejects.toMatchObject({ code: 'store_unavailable' })
      await expectStored(open().source, rows)
    })
  })

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
      await telemetry.sink.write([...rows, last], 11)
      for (const [fromMs, toMs] of [
        [0, 300_000],
        [300_000, 300_001],
        [299_999, 300_000],
        [1, 600_000],
      ] as const) {
        const query = { ...EVERYTHING, fromMs: START_MS + fromMs, toMs: START_MS + toMs }
        await expectStored(telemetry.source, [...rows, last], query)
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
      await telemetry.sink.write(
        [...rows, eventRow({ key: storeKey(START_MS, 9), seq: 5, bootChanged: false, position: 5 })],
        6,
      )
      const query = { ...EVERYTHING, ...part }
      expect(await collect(telemetry.source.scan(query))).toEqual([])
      expect(await telemetry.source.count(query)).toEqual({ telemetry: 0, events: 0 })
      expect(await telemetry.source.events({ ...query, limit: 5 })).toEqual([])
      const device = query.devices ? (query.devices[0] ?? deviceName(99)) : deviceName(0)
      expect(await telemetry.source.buckets({ ...query, device, metric: 'heart_rate', buckets: 10 })).toEqual([])
    })

    it('filters by device, profile and metric', async () => {
      const rows = makeStream({ seed: 10, messages: 800 })
      await writeAll(telemetry.sink, rows, 400)
      for (const part of [
        { devices: [deviceName(2), deviceName(5)] },
        { profiles: ['vital.spot_set' as TelemetryRow['profile']] },
        { metrics: ['bed_state', 'agitation'] },
        { metrics: ['bed_state'] },
        { devices: [deviceName(1)], profiles: ['vital.spot_set' as TelemetryRow['profile']], metrics: ['resp_rate'] },
      ]) {
        const query = { ...EVERYTHING, ...part }
        expectEqual(await collect(telemetry.source.scan(query)), readingsIn(rows, query))
        expect(await telemetry.source.count(query)).toEqual(countIn(rows, query))
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
      await telemetry.sink.write(rows, 8)
      await expectStored(telemetry.source, rows)
      const scanned = await collect(telemetry.source.scan(EVERYTHING))
      expect(scanned.map(reading => reading.value)).toEqual([0, 41, 1, 42, 2, 3, 4, 99])
    })

    it('sees a write at once when it has returned', async () => {
      const rows = makeStream({ seed: 11, messages: 200, events: 0 })
      let stored = 0
      for (const batch of batches(rows, 20)) {
        await telemetry.sink.write(batch, positionAfter(batch))
        stored += batch.length
        expect((await telemetry.source.count(EVERYTHING)).telemetry).toBe(stored)
      }
    })

    it('can be left in the middle of a scan, and scanned again', async () => {
      const rows = makeStream({ seed: 12, messages: 3_000 })
      await writeAll(telemetry.sink, rows, 1_000)
      for await (const reading of telemetry.source.scan(EVERYTHING)) {
        expect(reading.facility).toBe(FACILITY)
        break
      }
      await expectStored(telemetry.source, rows)
    })
  })

  describe('buckets', () => {
    const close = (wanted: ReturnType<typeof bucketsIn>) =>
      wanted.map(bucket => ({ ...bucket, mean: bucket.mean === null ? null : expect.closeTo(bucket.mean, 9) }))

    it('agree with plain arithmetic for numbers, booleans and text', async () => {
      const rows = makeStream({ seed: 13, messages: 2_000, devices: 2 })
      await writeAll(telemetry.sink, rows, 1_000)
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
          expect(await telemetry.source.buckets(query)).toEqual(close(bucketsIn(rows, query)))
        }
    })

    it('leave gaps as gaps', async () => {
      const rows = everyMinute(i => ({ heart_rate: i }), 180).filter((_, i) => i < 30 || i >= 120)
      await telemetry.sink.write(rows, positionAfter(rows))
      const query = {
        facility: FACILITY,
        device: deviceName(0),
        metric: 'heart_rate',
        fromMs: START_MS,
        toMs: START_MS + 3 * HOUR_MS,
        buckets: 18,
      }
      const found = await telemetry.source.buckets(query)
      expect(found.map(bucket => (bucket.startMs - START_MS) / 600_000)).toEqual([0, 1, 2, 12, 13, 14, 15, 16, 17])
      expect(found).toEqual(close(bucketsIn(rows, query)))
    })
  })

  describe('events', () => {
    it('come newest first, page by page, each once', async () => {
      const rows = makeStream({ seed: 14, messages: 1_000, events: 0.3 })
      await writeAll(telemetry.sink, rows, 500)
      expectEqual(await allEvents(telemetry.source, EVERYTHING, 7), eventsIn(rows, EVERYTHING))
      const some = { ...EVERYTHING, devices: [deviceName(3)] }
      expectEqual(await allEvents(telemetry.source, some, 10), eventsIn(rows, some))
      const page = await telemetry.source.events({ ...some, limit: 10 })
      expect(page).toHaveLength(10)
    })

    it('of several devices that share a key are never parted by a page', async () => {
      const rows = [0, 1, 2, 3].map(i =>
        eventRow({ device: deviceName(i), key: storeKey(START_MS + (i > 0 ? 1 : 0), 0), seq: 0, position: i }),
      )
      await telemetry.sink.write(rows, 4)
      expectEqual(await allEvents(telemetry.source, EVERYTHING, 2), eventsIn(rows, EVERYTHING))
    })
  })

  describe('extract', () => {
    it('holds exactly what a scan gives, in its order', async () => {
      const rows = makeStream({ seed: 15, messages: 5_000 })
      await writeAll(telemetry.sink, rows, 2_500)
      const query = { ...EVERYTHING, devices: [0, 1, 2, 4].map(deviceName) }
      const wanted = readingsIn(rows, query)
      const file = `${store.folder}/it's a range.parquet`
      const told: number[] = []
      expect(await telemetry.source.extract(query, file, n => told.push(n))).toEqual({ readings: wanted.length })
      expect(told.at(-1)).toBe(wanted.length)
      expect(readdirSync(store.folder).filter(name => name.startsWith("it's"))).toEqual(["it's a range.parquet"])
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
      const file = `${store.folder}/empty.parquet`
      expect(await telemetry.source.extract({ ...EVERYTHING, devices: [] }, file)).toEqual({ readings: 0 })
      expect(existsSync(file)).toBe(true)
    })

    it('leaves nothing behind when it is cancelled', async () => {
      const rows = makeStream({ seed: 16, messages: 20_000 })
      await writeAll(telemetry.sink, rows, 5_000)
      const before = readdirSync(store.folder)
      const file = `${store.folder}/cancelled.parquet`
      await expect(
        telemetry.source.extract(EVERYTHING, file, undefined, AbortSignal.abort(new Error('no more'))),
      ).rejects.toThrow('no more')
      const controller = new AbortController()
      const extract = telemetry.source.extract(EVERYTHING, file, undefined, controller.signal)
      setTimeout(() => controller.abort(new Error('enough')), 20)
      await expect(extract).rejects.toThrow('enough')
      expect(readdirSync(store.folder)).toEqual(before)
      expect((await telemetry.source.count(EVERYTHING)).telemetry).toBe(countIn(rows, EVERYTHING).telemetry)
    })
  })
}
