/** The gateway's answers on the query topic, and a ledger that turns red, over the embedded broker with the server's own client. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../core/errors.ts'
import { type LedgerRow, MAX_ANSWER_BYTES } from '../../core/ledger.ts'
import type { GatewayMessage } from '../../core/platform-messages.ts'
import type { GatewayDeps } from '../../gateway/gateway.ts'
import { createGatewayQueries, type GatewayQueries } from '../../server/gateway-queries.ts'
import { type Bus, connectBus } from '../../server/mqtt.ts'
import { type Embedded, startEmbedded } from './embedded.ts'
import { bedExit, telemetry, until } from './fixtures.ts'
import { quiet } from './quiet-log.ts'

let folder: string
let house: Embedded
let mat1: MqttClient
let bus: Bus
let queries: GatewayQueries
let alarms: [code: string, active: boolean][]
/** How far the gateway's clock is ahead of ours. */
let aheadMs = 0
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mimamori-queries-'))
  aheadMs = 0
  await begin()
})
afterEach(async () => {
  await end()
  await rm(folder, { recursive: true, force: true })
})

async function begin(options: Partial<GatewayDeps> = {}): Promise<void> {
  alarms = []
  house = await startEmbedded({
    spoolDir: folder,
    raise: (_facility, code, active) => void alarms.push([code, active]),
    clock: () => Date.now() + aheadMs,
    ...options,
  })
  mat1 = await house.device('mat1')
  bus = await connectBus({ url: `mqtt://127.0.0.1:${house.port}`, username: 'server', password: 'server' }, quiet)
  queries = await createGatewayQueries({ bus })
}
async function end(): Promise<void> {
  queries.stop()
  await bus.stop()
  await house.stop()
}
async function again(options: Partial<GatewayDeps> = {}): Promise<void> {
  const { sink } = house
  await end()
  await begin({ sink, source: sink, ...options })
  house.sink = sink
}

const send = (payload: string | Buffer, leaf = 'telemetry'): Promise<unknown> =>
  mat1.publishAsync(`mimamori/v1/demo/mat1/${leaf}`, payload, { qos: 1 })
const ledger = async (recount = false): Promise<LedgerRow[]> =>
  (await queries.ask('demo', 'ledger', { filter: { recount } })).items

/** All pages, and how many there were. */
async function all<A extends 'ledger' | 'rejections' | 'conflicts' | 'dead-letters'>(ask: A, limit: number) {
  const items: Awaited<ReturnType<typeof queries.ask<A>>>['items'] = []
  let pages = 0
  for (let after: string | null | undefined; after !== null; pages += 1) {
    const page = await queries.ask('demo', ask, { limit, ...(after === undefined ? {} : { after }) })
    items.push(...page.items)
    after = page.next
  }
  return { items, pages }
}

describe('ledger', () => {
  test('counts packets, fates, gaps and what is stored, and balances', async () => {
    const message = telemetry('b', 0)
    const one = (seq: number) => ({ boot: 'b', seq, ts: Date.now(), metrics: { heart_rate: 70 } })
    await send(message)
    await send(message)
    await send(telemetry('b', 4))
    await send(telemetry('b', 2))
    await send(JSON.stringify({ v: 1, messages: [one(5), one(6), one(6), one(7)] }))
    await send(bedExit('b', 8), 'event')
    await send(telemetry('b', 9, { metrics: { heart_rate: 999 } }))
    await send(telemetry('b', 10, { metrics: { heart_rate: 70, colour: 1 } }))
    await send('{')
    await send('{"v":1,"state":"online"}', 'status')
    await until('stored', async () => (await ledger()).every(row => row.spooled === 0 && row.accepted === 8))
    const [row, ...others] = await ledger(true)
    expect(others).toEqual([])
    expect(row).toMatchObject({
      ...{ device: 'mat1', packets: 9, committed: 12, accepted: 8, duplicate: 2, conflicting: 0, refused: 2 },
      // Numbers 1 to 3 were skipped, 2 came after all.
      ...{ received: 9, missing: 3, recovered: 1, expected: 11, partly_refused: 1 },
      ...{ stored: 8, dead_lettered: 0, recounted: 8, red: [] },
    })
    expect(house.gateway.totals('demo')).toMatchObject({ missing: 3, recovered: 1, expected: 11, balanced: true })
  })

  test('is red once one message was swallowed after parsing, alarms, and is so after a restart', async () => {
    let swallow = false
    await again({
      around: judge => ({
        judge: (packet, rxMs) => {
          const judged = judge.judge(packet, rxMs)
          return swallow ? { ...judged, entries: [], accepted: [], messages: 0 } : judged
        },
      }),
    })
    await send(telemetry('b', 0))
    expect((await ledger()).flatMap(row => row.red)).toEqual([])
    swallow = true
    await send(telemetry('b', 1))
    swallow = false
    await send(telemetry('b', 2))
    await until('red', async () => (await ledger()).some(row => row.red.includes('packets')))
    expect((await ledger()).find(row => row.red.length > 0)).toMatchObject({ device: '', red: ['packets'] })
    await until('alarm', () => alarms.some(([code, active]) => code === 'ledger_unbalanced' && active))
    expect(house.gateway.totals('demo').balanced).toBe(false)
    await again()
    expect((await ledger()).flatMap(row => row.red)).toEqual(['packets'])
    const beats: GatewayMessage[] = []
    const server = await house.platform()
    server.on('message', (_topic, payload) => void beats.push(JSON.parse(payload.toString()) as GatewayMessage))
    await server.subscribeAsync('mimamori/v1/demo/gateway', { qos: 1 })
    await until('heartbeat', () => beats.some(beat => beat.totals?.balanced === false))
    const { body } = await house.gateway.metrics.text()
    expect(body).toMatch(/mimamori_ledger\{facility="demo",column="red"\} 1/)
  })

  test('is red once one message of a batch was swallowed after parsing', async () => {
    await again({
      around: judge => ({
        judge: (packet, rxMs) => {
          const judged = judge.judge(packet, rxMs)
          return judged.entries.length < 3 ? judged : { ...judged, entries: judged.entries.toSpliced(1, 1) }
        },
      }),
    })
    const one = (seq: number) => ({ boot: 'b', seq, ts: Date.now(), metrics: { heart_rate: 70 } })
    await send(JSON.stringify({ v: 1, messages: [one(0), one(1), one(2)] }))
    await until('red', async () => (await ledger()).some(row => row.red.includes('fates')))
    await until('alarm', () => alarms.some(([code, active]) => code === 'ledger_unbalanced' && active))
  })

  test('is red at the next recount once a stored row is gone, and green when it is back', async () => {
    for (let seq = 0; seq < 20; seq += 1) await send(telemetry('b', seq))
    await until('stored', async () => (await ledger()).every(row => row.stored === 20))
    expect(await ledger(true)).toMatchObject([{ recounted: 20, red: [] }])
    const [gone] = house.sink.rows.splice(7, 1)
    expect(await ledger(true)).toMatchObject([{ stored: 20, recounted: 19, red: ['recount'] }])
    await until('alarm', () => alarms.some(([code, active]) => code === 'ledger_unbalanced' && active))
    // The hour closes: it is recounted by itself, and stays red over a restart.
    aheadMs = 2 * 3_600_000
    await until('closed and recounted', async () => {
      const [row] = await ledger()
      return row?.recounted === 19 && row.red.includes('recount') && (row.recounted_at ?? 0) > Date.now() + aheadMs / 2
    })
    await again()
    expect(await ledger()).toMatchObject([{ recounted: 19, red: ['recount'] }])
    expect(house.gateway.totals('demo').balanced).toBe(false)
    if (gone) house.sink.rows.push(gone)
    expect(await ledger(true)).toMatchObject([{ recounted: 20, red: [] }])
    await until('alarm ended', () => alarms.at(-1)?.[1] === false && house.gateway.totals('demo').balanced)
  })

  test('store_unavailable when a recount is asked for and the store is away; without a recount it answers', async () => {
    const { sink } = house
    await again({
      source: {
        countByDevice: async () => {
          throw new AppError('store_busy', 'away', { retryable: true })
        },
      },
    })
    house.sink = sink
    await send(telemetry('b', 0))
    await until('counted', async () => (await ledger()).some(row => row.accepted === 1))
    await expect(ledger(true)).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describe('what was put aside', () => {
  test('rejections come newest first, by pages, each once, filtered', async () => {
    for (let i = 0; i < 25; i += 1) await send(i % 5 === 0 ? '{' : telemetry('b', i, { metrics: { heart_rate: 999 } }))
    await until('kept', async () => (await queries.ask('demo', 'rejections')).items.length === 25)
    const { items, pages } = await all('rejections', 7)
    expect(pages).toBe(4)
    expect(items.map(item => item.seq)).toEqual(
      Array.from({ length: 25 }, (_, i) => 24 - i).map(i => (i % 5 === 0 ? null : i)),
    )
    expect([...items.map(item => item.id)].sort().reverse()).toEqual(items.map(item => item.id))
    expect(items[4]).toMatchObject({
      device: 'mat1',
      reason: 'not_json',
      part: false,
      raw: '{',
      base64: false,
      bytes: 1,
    })
    const filtered = await queries.ask('demo', 'rejections', { filter: { reason: 'not_json', device: 'mat1' } })
    expect(filtered.items.length).toBe(5)
    expect((await queries.ask('demo', 'rejections', { filter: { device: 'mat2' } })).items).toEqual([])
    expect((await queries.ask('demo', 'rejections', { filter: { from: Date.now() + 60_000 } })).items).toEqual([])
    expect((await queries.ask('sunny', 'rejections', { timeoutMs: 5_000 })).items).toEqual([])
  })

  test('large ones come in answers of at most 256 kB, the largest cut to fit', async () => {
    let largest = 0
    const server = await house.platform()
    server.on('message', (_topic, payload) => {
      largest = Math.max(largest, payload.length)
    })
    await server.subscribeAsync('mimamori/v1/demo/answer', { qos: 1 })
    for (let i = 0; i < 12; i += 1) await send(`{"${'x'.repeat(60_000)}`)
    // Each of these characters is six in JSON, and seven when that is put into JSON once more.
    await send(JSON.stringify({ v: 1, messages: [], odd: '\u0001'.repeat(42_000) }))
    await until('kept', async () => (await all('rejections', 100)).items.length === 13)
    const { items, pages } = await all('rejections', 100)
    expect(pages).toBeGreaterThan(2)
    expect(new Set(items.map(item => item.id)).size).toBe(13)
    expect(items[0]?.raw.length).toBeGreaterThan(10_000)
    expect(largest).toBeGreaterThan(100_000)
    expect(largest).toBeLessThanOrEqual(MAX_ANSWER_BYTES)
  })

  test('conflicts are listed with both kinds of reason to be there', async () => {
    await send(telemetry('b', 0))
    await send(telemetry('b', 0, { metrics: { heart_rate: 199 } }))
    await until('kept', async () => (await queries.ask('demo', 'conflicts')).items.length === 1)
    expect((await queries.ask('demo', 'conflicts')).items).toMatchObject([
      { device: 'mat1', kind: 'conflicting', boot: 'b', seq: 0, raw: expect.stringContaining('199') },
    ])
  })
})

describe('dead letters', () => {
  const refuse = (odd: boolean) => {
    house.sink.before = rows => {
      if (odd && rows.some(row => row.seq % 2 === 1)) throw new AppError('store_refused', 'type conflict')
    }
  }

  test('are listed, replayed once the cause is gone, and the ledger stays balanced throughout', async () => {
    refuse(true)
    for (let seq = 0; seq < 30; seq += 1) await send(telemetry('b', seq))
    await until('buried', async () => (await ledger()).every(row => row.dead_lettered === 15 && row.spooled === 0))
    await until('alarm', () => alarms.some(([code, active]) => code === 'dead_letters' && active))
    const { items } = await all('dead-letters', 4)
    expect(items.map(item => item.seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => 2 * i + 1))
    expect(items[0]).toMatchObject({ device: 'mat1', reason: 'store_refused', boot: 'b', replayed_at: null })

    const tried = await queries.ask('demo', 'replay-dead-letters')
    expect(tried.items.length).toBe(15)
    expect(tried.items.every(item => item.replayed_at === null)).toBe(true)

    refuse(false)
    const chosen = items.slice(0, 2).map(item => item.id)
    const replayed = await queries.ask('demo', 'replay-dead-letters', { filter: { ids: chosen } })
    expect(replayed.items.map(item => [item.id, item.replayed_at !== null])).toEqual(chosen.map(id => [id, true]))
    expect(await ledger(true)).toMatchObject([{ stored: 17, dead_lettered: 13, recounted: 17, red: [] }])

    await again()
    expect(await ledger(true)).toMatchObject([{ stored: 17, dead_lettered: 13, recounted: 17, red: [] }])
    const first = await queries.ask('demo', 'replay-dead-letters', { limit: 10 })
    expect([first.items.length, first.next === null]).toEqual([10, false])
    const rest = await queries.ask('demo', 'replay-dead-letters', { limit: 10, after: first.next ?? '' })
    expect([rest.items.length, rest.next]).toEqual([3, null])
    expect(await ledger(true)).toMatchObject([{ stored: 30, dead_lettered: 0, spooled: 0, recounted: 30, red: [] }])
    expect(house.gateway.totals('demo')).toMatchObject({ stored: 30, dead_lettered: 0, spooled: 0, balanced: true })
    await until('alarm ended', () => alarms.findLast(([code]) => code === 'dead_letters')?.[1] === false)
    expect(house.sink.rows.map(row => row.seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i))
    expect((await queries.ask('demo', 'replay-dead-letters')).items).toEqual([])
    expect((await all('dead-letters', 100)).items.every(item => item.replayed_at !== null)).toBe(true)
  })

  test('what the store took before it went away stays taken, and the answer says that it is away', async () => {
    refuse(true)
    for (let seq = 0; seq < 300; seq += 1) await send(telemetry('b', seq))
    await until('buried', async () => (await ledger()).every(row => row.dead_lettered === 150 && row.spooled === 0))
    let writes = 0
    house.sink.before = () => {
      writes += 1
      if (writes > 1) throw new AppError('store_unavailable', 'away', { retryable: true })
    }
    const asked = queries.ask('demo', 'replay-dead-letters', { limit: 150 })
    await expect(asked).rejects.toMatchObject({ code: 'store_unavailable', retryable: true })
    expect(await ledger(true)).toMatchObject([{ stored: 250, dead_lettered: 50, recounted: 250, red: [] }])
  })
})

describe('questions', () => {
  const ask = (payload: string) => bus.publish('mimamori/v1/demo/query', payload, { qos: 1 })
  async function answers(): Promise<{ id: string; error?: string }[]> {
    const got: { id: string; error?: string }[] = []
    const server = await house.platform()
    server.on('message', (_topic, payload) => void got.push(JSON.parse(payload.toString())))
    await server.subscribeAsync('mimamori/v1/demo/answer', { qos: 1 })
    return got
  }

  test('bad ones are answered with bad_query where they have an id, else with nothing', async () => {
    const got = await answers()
    for (const payload of ['', '{', 'null', '[]', '{"ask":"ledger"}', `{"id":"${'x'.repeat(65)}","ask":"ledger"}`])
      await ask(payload)
    await ask('{"id":"1","ask":"people"}')
    await ask('{"id":"2","ask":"ledger","limit":0}')
    await ask('{"id":"3","ask":"ledger","after":"nowhere"}')
    await ask('{"id":"4","ask":"rejections","after":"nowhere"}')
    await ask('{"id":"5","ask":"ledger"}')
    await until('answered', () => got.length === 5)
    expect(got.map(({ id, error }) => [id, error]).sort()).toEqual([
      ...['1', '2', '3', '4'].map(id => [id, 'bad_query']),
      ['5', undefined],
    ])
  })

  test('a slow one holds up neither messages nor other questions', async () => {
    let release = (): void => undefined
    const { sink } = house
    await again({
      source: {
        countByDevice: () => new Promise(resolve => (release = () => resolve(new Map([['mat1', 1]])))),
      },
    })
    house.sink = sink
    await send(telemetry('b', 0))
    await until('stored', async () => (await ledger()).some(row => row.stored === 1))
    const slow = ledger(true)
    for (let seq = 1; seq < 20; seq += 1) await send(telemetry('b', seq))
    await until('counted', async () => (await ledger()).some(row => row.accepted === 20))
    release()
    expect(await slow).toMatchObject([{ recounted: 1, red: [] }])
  })
})
