/** What a facility no longer keeps leaves the real stores, is settled first, and is known to the ledger: no row turns red for it, and others still do. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import { HOUR_MS, type LedgerRow, type QueryMessage } from '../../core/ledger.ts'
import type { TelemetrySink } from '../../core/ports.ts'
import { createGatewayQueries } from '../../server/gateway-queries.ts'
import { connectBus } from '../../server/mqtt.ts'
import { createDuckdbTelemetry, type Telemetry } from '../../storage/telemetry/duckdb.ts'
import { createInfluxTelemetry } from '../../storage/telemetry/influx.ts'
import { startEmbedded } from '../gateway/embedded.ts'
import { bedExit, telemetry, until } from '../gateway/fixtures.ts'
import { quiet } from '../gateway/quiet-log.ts'
import { describeWith } from '../servers/find.ts'
import { influxd, startInfluxd } from '../servers/influxd.ts'

const DAY_MS = 86_400_000
const THEN = Math.floor((Date.now() - 60 * DAY_MS) / HOUR_MS) * HOUR_MS + 600_000
const THAT_DAY = { from: THEN - HOUR_MS, to: THEN + 20 * HOUR_MS }
const EVER = { facility: 'demo' as FacilityId, fromMs: 0, toMs: THEN + 90 * DAY_MS }

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A house in which 40 messages of each of two mats came sixty days ago; 40 days have gone by since. */
async function begin(store: Telemetry, sink: TelemetrySink = store.sink) {
  const clock = { nowMs: THEN }
  const { raw: _, ...rows } = sink
  const house = await startEmbedded({ sink: rows, source: store.source, clock: () => clock.nowMs })
  ends.push(house.stop)
  const bus = await connectBus({ url: `mqtt://127.0.0.1:${house.port}`, username: 'server', password: 'server' }, quiet)
  ends.push(bus.stop)
  const queries = await createGatewayQueries({ bus })
  const mats = { mat1: await house.device('mat1'), mat2: await house.device('mat2') }
  const seqs = { mat1: 0, mat2: 0 }
  const send = async (mat: keyof typeof mats, count: number, ts: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      const seq = seqs[mat]++
      const isEvent = seq % 8 === 5
      const payload = isEvent ? bedExit('b', seq, { ts: ts + i }) : telemetry('b', seq, { ts: ts + i })
      await mats[mat].publishAsync(`mimamori/v1/demo/${mat}/${isEvent ? 'event' : 'telemetry'}`, payload, { qos: 1 })
    }
  }
  const ledger = async (filter: QueryMessage['filter'] = {}): Promise<LedgerRow[]> =>
    (await queries.ask('demo', 'ledger', { filter, limit: 1_000 })).items
  const remove = (filter: QueryMessage['filter']) => queries.ask('demo', 'remove', { filter })
  const settled = (hour: number) =>
    until('the hour is recounted', async () => {
      const rows = await ledger({ from: hour, to: hour + HOUR_MS })
      return rows.length > 0 && rows.every(row => row.recounted !== null && row.spooled === 0)
    })
  await send('mat1', 40, THEN)
  await send('mat2', 40, THEN)
  clock.nowMs += 40 * DAY_MS
  await settled(THEN - 600_000)
  return { clock, house, send, ledger, remove, settled }
}

function removalContract(open: () => Promise<Telemetry>): void {
  test('goes when its hours are settled, stays until then, and is accounted for to the message', async () => {
    const store = await open()
    const { clock, send, ledger, remove, settled } = await begin(store)
    const now = clock.nowMs
    await send('mat1', 12, now)
    // Forty days late, in an hour that is not over.
    await send('mat1', 1, THEN + HOUR_MS)
    await until('stored', async () => (await ledger()).every(row => row.spooled === 0))
    expect((await remove(THAT_DAY)).items).toEqual([{ messages: 40, kept: [{ device: 'mat1', hours: 1 }] }])
    expect(await store.source.count({ ...EVER, devices: ['mat2' as never] })).toEqual({ telemetry: 0, events: 0 })
    const before = await store.source.count(EVER)
    expect(before.telemetry + before.events).toBe(53)

    clock.nowMs += 2 * HOUR_MS
    await settled(now - 600_000)
    expect((await remove(THAT_DAY)).items).toEqual([{ messages: 41, kept: [] }])
    expect((await remove(THAT_DAY)).items).toEqual([{ messages: 0, kept: [] }])
    const left = await store.source.count(EVER)
    expect(left.telemetry + left.events).toBe(12)

    const rows = await ledger({ recount: true })
    expect(
      rows.map(({ device, stored, removed, recounted, red }) => ({ device, stored, removed, recounted, red })),
    ).toEqual([
      { device: 'mat1', stored: 13, removed: 1, recounted: 12, red: [] },
      { device: 'mat1', stored: 40, removed: 40, recounted: 0, red: [] },
      { device: 'mat2', stored: 40, removed: 40, recounted: 0, red: [] },
    ])
    // What goes without having been ordered still shows, in a row of which something was removed too.
    await store.sink.remove({ facility: EVER.facility, fromMs: now, toMs: now + 1 })
    expect((await ledger({ recount: true }))[0]).toMatchObject({
      stored: 13,
      removed: 1,
      recounted: 11,
      red: ['recount'],
    })
  })

  test('takes only the devices that are named, and refuses what is younger than thirty days', async () => {
    const store = await open()
    const { clock, ledger, remove } = await begin(store)
    expect((await remove({ ...THAT_DAY, devices: ['mat2', 'nobody'] })).items).toEqual([{ messages: 40, kept: [] }])
    expect(await store.source.count(EVER)).toEqual({ telemetry: 35, events: 5 })
    const young = clock.nowMs - 30 * DAY_MS
    for (const filter of [{}, { from: young - 1, to: young + 1 }, { from: 5, to: 5 }, { from: 0, to: 32 * DAY_MS }])
      await expect(remove(filter)).rejects.toMatchObject({ code: 'bad_query' })
    expect((await ledger()).map(row => [row.device, row.removed])).toEqual([
      ['mat1', 0],
      ['mat2', 40],
    ])
  })

  test('is ended later when it was broken off in the middle, before anything is recounted', async () => {
    const store = await open()
    let faults = 1
    const broken: TelemetrySink = {
      ...store.sink,
      async remove(query, signal) {
        await store.sink.remove({ ...query, devices: ['mat1'] }, signal)
        if (faults-- > 0) throw new AppError('store_unavailable', 'gone in the middle', { retryable: true })
        await store.sink.remove(query, signal)
      },
    }
    const { ledger, remove } = await begin(store, broken)
    await expect(remove(THAT_DAY)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(
      (await ledger({ recount: true })).map(({ stored, removed, recounted, red }) => [stored, removed, recounted, red]),
    ).toEqual([
      [40, 40, 0, []],
      [40, 40, 0, []],
    ])
  })
}

describe('measurements that a facility no longer keeps, in a DuckDB file', () => {
  removalContract(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mimamori-removal-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const store = createDuckdbTelemetry({ file: join(folder, 'telemetry.duckdb') })
    ends.push(store.stop)
    return store
  })
})

describeWith(influxd, 'measurements that a facility no longer keeps, in InfluxDB', () => {
  removalContract(async () => {
    const server = await startInfluxd()
    ends.push(() => server.stop())
    const { url, token, org, bucket } = server
    const store = createInfluxTelemetry({ url, token, org, bucket })
    ends.push(store.stop)
    return store
  })
})
