/** The gateway behind its embedded broker: fates, rejections, receipts, live messages, restarts, a store in trouble. */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../core/errors.ts'
import type { ReceiptMessage } from '../../core/messages.ts'
import { gatewayMessageSchema, type LiveMessage, liveMessageSchema } from '../../core/platform-messages.ts'
import { keyTimeMs } from '../../core/readings.ts'
import type { RejectedMessage } from '../../core/rejections.ts'
import { type Embedded, startEmbedded } from './embedded.ts'
import { bedExit, registryOf, telemetry, until } from './fixtures.ts'

const topic = (leaf: string, device = 'mat1'): string => `mimamori/v1/demo/${device}/${leaf}`
const HOUR_MS = 3_600_000

let folder: string
let house: Embedded
let mat1: MqttClient
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mimamori-gateway-'))
  await begin()
})
afterEach(async () => {
  await house.stop()
  await rm(folder, { recursive: true, force: true })
})

async function begin(): Promise<void> {
  house = await startEmbedded({ spoolDir: folder })
  mat1 = await house.device('mat1')
}

const send = (payload: string | Buffer, leaf = 'telemetry'): Promise<unknown> =>
  mat1.publishAsync(topic(leaf), payload, { qos: 1 })

/** Everything that arrives on a topic from now on, parsed. */
async function listen<T>(client: MqttClient, filter: string): Promise<T[]> {
  const got: T[] = []
  client.on('message', (to, payload) => {
    if (to === filter) got.push(JSON.parse(payload.toString()) as T)
  })
  await client.subscribeAsync(filter, { qos: 1 })
  return got
}

async function asideLines(kind: string): Promise<Record<string, unknown>[]> {
  const names = await readdir(join(folder, 'aside')).catch(() => [])
  const texts = await Promise.all(
    names.filter(name => name.startsWith(kind)).map(name => readFile(join(folder, 'aside', name), 'utf8')),
  )
  return texts.flatMap(text => text.trimEnd().split('\n')).map(line => JSON.parse(line) as Record<string, unknown>)
}

describe('fates', () => {
  test('an accepted message becomes one row, with the key that the guarantee asks for', async () => {
    const ts = Date.now() - 1_000
    await send(telemetry('b1', 0, { ts, metrics: { heart_rate: 72, bed_state: 'asleep', agitation: false } }))
    await send(telemetry('b1', 1, { ts }))
    await send(bedExit('b2', 0, { ts }), 'event')
    await until('stored', () => house.sink.rows.length === 3)
    const [first, second, third] = house.sink.rows
    expect(first).toMatchObject({
      kind: 'telemetry',
      facility: 'demo',
      device: 'mat1',
      profile: 'bed.sleep_mat',
      key: BigInt(ts) * 1_000_000n,
      boot: 'b1',
      bootChanged: true,
      seq: 0,
      marks: [],
      values: { heart_rate: 72, bed_state: 'asleep', agitation: 0 },
    })
    expect(second).toMatchObject({ key: BigInt(ts) * 1_000_000n + 1n, bootChanged: false, seq: 1 })
    expect(third).toMatchObject({
      kind: 'event',
      event: 'bed_exit',
      attributes: {},
      key: BigInt(ts) * 1_000_000n + 2n,
      bootChanged: true,
    })
    expect(keyTimeMs(third?.key ?? 0n)).toBe(ts)
    expect(second?.position).toBeGreaterThan(first?.position ?? Number.POSITIVE_INFINITY)
  })

  test('a repeat is a duplicate, another content is conflicting and kept aside, and neither is stored', async () => {
    const message = telemetry('b', 5)
    await send(message)
    await send(message)
    await send(JSON.stringify({ fw: '9', ...JSON.parse(message) }))
    await send(telemetry('b', 5, { ts: 1_790_000_000_000, metrics: { heart_rate: 199 } }))
    expect(house.gateway.totals('demo')).toMatchObject({ accepted: 1, duplicate: 2, conflicting: 1, refused: 0 })
    await until('kept aside', async () => (await asideLines('conflicts')).length === 1)
    expect((await asideLines('conflicts'))[0]).toMatchObject({
      k: 'c',
      d: 'mat1',
      b: 'b',
      s: 5,
      raw: expect.stringContaining('199'),
    })
    await until('stored', () => house.sink.rows.length === 1)
  })

  test('a batch is judged message by message under one acknowledgement', async () => {
    const rejected = await listen<RejectedMessage>(mat1, topic('rejected'))
    const one = (seq: unknown, heart = 70) => ({ boot: 'b', seq, ts: Date.now(), metrics: { heart_rate: heart } })
    await send(JSON.stringify({ v: 1, messages: [one(0), one(1), one(1), one(2, 999), one('x'), one(4)] }))
    expect(house.gateway.totals('demo')).toMatchObject({ accepted: 3, duplicate: 1, refused: 2 })
    await until('rejections', () => rejected.length === 2)
    expect(rejected.map(({ seq, reason }) => [seq, reason])).toEqual([
      [2, 'out_of_range'],
      [undefined, 'schema'],
    ])
    await until('kept', async () => (await asideLines('rejections')).length === 2)
    expect((await asideLines('rejections')).map(line => line.raw)).toEqual([
      expect.stringMatching(/^\{"boot":"b","seq":2.*999/),
      expect.stringContaining('"x"'),
    ])
  })

  test('late and suspect data are stored with their marks', async () => {
    await send(telemetry('b', 0, { ts: Date.now() - HOUR_MS }))
    await send(telemetry('b', 1, { ts: Date.now() + 10 * 60_000 }))
    await until('stored', () => house.sink.rows.length === 2)
    expect(house.sink.rows.map(row => row.marks)).toEqual([['late'], ['clock_suspect']])
  })
})

describe('rejections', () => {
  const now = Date.now()
  test.each([
    ['not_json', '{', {}],
    ['schema', JSON.stringify({ v: 1, boot: 'b', seq: 7 }), { boot: 'b', seq: 7 }],
    ['schema', telemetry('b', 7, { ts: 'yesterday' }), { boot: 'b', seq: 7 }],
    ['version', telemetry('b', 7, { v: 2 }), { boot: 'b', seq: 7 }],
    ['too_large', telemetry('b', 7, { metrics: { heart_rate: 'x'.repeat(70_000) } }), {}],
    ['unknown_metric', telemetry('b', 7, { metrics: { colour: 1 } }), { boot: 'b', seq: 7, fields: ['colour'] }],
    ['out_of_range', telemetry('b', 7, { metrics: { heart_rate: 999 } }), { fields: ['heart_rate'] }],
    ['future_time', telemetry('b', 7, { ts: now + 25 * HOUR_MS }), { boot: 'b', seq: 7 }],
    ['too_old', telemetry('b', 7, { ts: Date.UTC(2024, 0, 1) }), { boot: 'b', seq: 7 }],
  ])('%s reaches the publisher and is kept whole', async (reason, payload, more) => {
    const rejected = await listen<RejectedMessage>(mat1, topic('rejected'))
    await send(payload)
    await until('rejection', () => rejected.length === 1)
    const sha256 = createHash('sha256').update(payload).digest('hex')
    expect(rejected[0]).toMatchObject({ reason, final: true, sha256, ...more })
    expect(house.gateway.totals('demo')).toMatchObject({ accepted: 0, refused: 1 })
    await until('kept', async () => (await asideLines('rejections')).length === 1)
    const [kept] = await asideLines('rejections')
    expect(kept).toMatchObject({ k: 'r', reason, sha256, topic: topic('telemetry'), bytes: payload.length })
    expect(kept?.raw).toBe(reason === 'too_large' ? payload.slice(0, 4096) : payload)
  })

  test('a message with one bad metric keeps the rest, and the bad one is told', async () => {
    const rejected = await listen<RejectedMessage>(mat1, topic('rejected'))
    await send(telemetry('b', 0, { metrics: { heart_rate: 70, resp_rate: 999, colour: 1 } }))
    await until('rejection', () => rejected.length === 1)
    expect(rejected[0]).toMatchObject({ reason: 'unknown_metric', fields: ['resp_rate', 'colour'], seq: 0 })
    expect(house.gateway.totals('demo')).toMatchObject({ accepted: 1, refused: 0 })
    await until('stored', () => house.sink.rows.length === 1)
    expect(house.sink.rows[0]).toMatchObject({ marks: ['partly_refused'], values: { heart_rate: 70 } })
  })

  test('bytes that are no text are kept as they came', async () => {
    await send(Buffer.from([0, 255, 254]))
    await until('kept', async () => (await asideLines('rejections')).length === 1)
    expect((await asideLines('rejections'))[0]).toMatchObject({ raw: 'AP/+', base64: 1 })
  })

  test('a bad status is refused, a good one is outside the ledger', async () => {
    await send('{"v":1,"state":"sleepy"}', 'status')
    await send('{"v":1,"state":"online"}', 'status')
    expect(house.gateway.totals('demo')).toMatchObject({ accepted: 0, duplicate: 0, refused: 1 })
  })
})

describe('receipts', () => {
  test('they cover what is on disk, with its gaps, boot by boot, and also what was refused for good', async () => {
    const receipts = await listen<ReceiptMessage>(mat1, topic('receipt'))
    for (const seq of [0, 1, 4]) await send(telemetry('x', seq))
    await send(telemetry('x', 5, { metrics: { heart_rate: 999 } }))
    await send(telemetry('y', 2))
    await until('both boots', () => ['x', 'y'].every(boot => receipts.some(receipt => receipt.boot === boot)))
    await until('all of x', () => receipts.some(({ boot, seq }) => boot === 'x' && seq === 5))
    expect(receipts.findLast(receipt => receipt.boot === 'x')).toEqual({ boot: 'x', seq: 5, gaps: [[2, 3]] })
    expect(receipts.findLast(receipt => receipt.boot === 'y')).toEqual({ boot: 'y', seq: 2, gaps: [[0, 1]] })
    const before = receipts.length
    await send(telemetry('x', 4))
    await until('a repeat is receipted too', () => receipts.length > before)
  })

  test('they are retained, and come at most once a second', async () => {
    const receipts = await listen<ReceiptMessage>(mat1, topic('receipt'))
    const beganMs = performance.now()
    for (let seq = 0; performance.now() - beganMs < 1_500; seq += 1) await send(telemetry('x', seq))
    expect(receipts.length).toBeLessThanOrEqual(2)
    const server = await house.platform()
    const retained = await listen<ReceiptMessage>(server, topic('receipt'))
    await until('retained', () => retained.length > 0)
  })
})

describe('live', () => {
  async function live(): Promise<LiveMessage[]> {
    return listen<LiveMessage>(await house.platform(), 'mimamori/v1/demo/live')
  }

  test('newest values, freshness and place states come within two seconds; late data never become newest', async () => {
    const messages = await live()
    await send(telemetry('b', 0, { metrics: { heart_rate: 71, bed_state: 'asleep' } }))
    await send(telemetry('b', 1, { ts: Date.now() - HOUR_MS, metrics: { heart_rate: 150, bed_state: 'out_of_bed' } }))
    await until('live', () => messages.some(message => message.devices.some(device => device.newest.heart_rate)), 2_500)
    for (const message of messages) liveMessageSchema.parse(message)
    const device = messages.flatMap(message => message.devices).findLast(found => found.id === 'mat1')
    expect(device).toMatchObject({ freshness: 'fresh', newest: { heart_rate: { v: 71 }, bed_state: { v: 'asleep' } } })
    const place = messages.flatMap(message => message.places).findLast(found => found.id === 'room-mat1')
    expect(place).toMatchObject({ state: 'asleep', freshness: 'fresh' })
    const other = messages.flatMap(message => message.places).findLast(found => found.id === 'room-mat2')
    expect(other).toMatchObject({ state: 'not_installed' })
  })

  test('events are told with their age, and numbers follow without holes', async () => {
    const messages = await live()
    await send(bedExit('b', 0), 'event')
    await send(bedExit('b', 1, { ts: Date.now() - HOUR_MS }), 'event')
    await until('events', () => messages.flatMap(message => message.events).length === 2)
    expect(messages.flatMap(message => message.events).map(event => [event.seq, event.late])).toEqual([
      [0, false],
      [1, true],
    ])
    await until('three messages', () => messages.length >= 3)
    const numbers = messages.map(message => message.n)
    expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i))
  })

  test('a change of the registry is followed by a full message, without a restart', async () => {
    const messages = await live()
    await until('a partial message', () => messages.some(message => !message.full))
    const before = messages.length
    const registry = JSON.stringify(registryOf('demo', ['mat1', 'new1'], 2))
    await house.broker.bus.publish('mimamori/v1/demo/registry', registry, { qos: 1, retain: true })
    await until('a full message', () => messages.slice(before).some(message => message.full))
    expect(messages.findLast(message => message.full)?.devices.map(device => device.id)).toEqual(['mat1', 'new1'])
  })

  test('a heartbeat with the ledger is retained', async () => {
    const beats = await listen<unknown>(await house.platform(), 'mimamori/v1/demo/gateway')
    await until('heartbeat', () => beats.length > 0)
    expect(gatewayMessageSchema.parse(beats[0])).toMatchObject({ state: 'online', totals: { accepted: 0 } })
  })
})

describe('restart', () => {
  test('what was received is still known, the board is not forgotten, and rows keep their keys', async () => {
    const message = telemetry('b', 0, { metrics: { heart_rate: 66 } })
    await send(message)
    await send(telemetry('b', 1))
    await until('stored', () => house.sink.rows.length === 2)
    const keys = house.sink.rows.map(row => row.key)
    await house.stop()
    await begin()
    await send(message)
    await send(telemetry('b', 2))
    expect(house.gateway.totals('demo')).toMatchObject({ accepted: 3, duplicate: 1 })
    await until('stored', () => house.sink.rows.some(row => row.seq === 2))
    const row = house.sink.rows.find(found => found.seq === 2)
    expect(row?.bootChanged).toBe(false)
    expect(keys).not.toContain(row?.key)
    expect(Number((row?.key ?? 0n) % 1_000_000n)).toBe(2)
    const live = await listen<LiveMessage>(await house.platform(), 'mimamori/v1/demo/live')
    await until('full message', () => live.some(found => found.full))
    expect(live.find(found => found.full)?.devices[0]?.newest.heart_rate).toBeDefined()
  })
})

describe('a store in trouble', () => {
  const rowsOf = () => house.sink.rows.map(row => row.seq)

  test.each(['store_unavailable', 'store_busy', 'store_denied'])(
    '%s: messages are acknowledged, wait, and arrive',
    async code => {
      let away = true
      house.sink.before = () => {
        if (away) throw new AppError(code, 'away', { retryable: true })
      }
      for (let seq = 0; seq < 20; seq += 1) await send(telemetry('b', seq))
      expect(house.gateway.totals('demo')).toMatchObject({ accepted: 20, stored: 0, spooled: 20 })
      away = false
      await until('stored', () => house.sink.rows.length === 20)
      // Two writes are under way at once, so the second may arrive before the first.
      expect(rowsOf().sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, seq) => seq))
      await until('counted', () => house.gateway.totals('demo').spooled === 0)
    },
  )

  test('a batch that is too large is halved until it fits', async () => {
    house.sink.before = rows => {
      if (rows.length > 3) throw new AppError('store_too_large', 'too large')
    }
    await Promise.all(Array.from({ length: 40 }, (_, seq) => send(telemetry('b', seq))))
    await until('stored', () => house.gateway.totals('demo').stored === 40)
    expect(house.sink.rows.length).toBe(40)
    expect(house.gateway.totals('demo').dead_lettered).toBe(0)
  })

  test('the one row that the store refuses becomes a dead letter, and the others are stored', async () => {
    house.sink.before = rows => {
      if (rows.some(row => row.seq === 13)) throw new AppError('store_refused', 'type conflict')
    }
    await Promise.all(Array.from({ length: 40 }, (_, seq) => send(telemetry('b', seq))))
    await until('stored', () => house.sink.rows.length === 39)
    await until('counted', () => house.gateway.totals('demo').dead_lettered === 1)
    expect(house.gateway.totals('demo')).toMatchObject({ accepted: 40, stored: 39, spooled: 0 })
    expect(await asideLines('dead-letters')).toMatchObject([{ device: 'mat1', seq: 13, reason: 'store_refused' }])
  })

  test('what waits is stored by the next process', async () => {
    house.sink.before = () => {
      throw new AppError('store_unavailable', 'away', { retryable: true })
    }
    for (let seq = 0; seq < 5; seq += 1) await send(telemetry('b', seq))
    await house.stop()
    await begin()
    await until('stored', () => house.sink.rows.length === 5)
  })
})
