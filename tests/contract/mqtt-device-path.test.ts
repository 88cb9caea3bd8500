/** What a device may rely on at the embedded broker while the gateway is slow, full or busy: order of PUBACKs, keepalive, wills, and an end to what it may send. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Broker, type BrokerIdentity, createBroker } from '../../gateway/broker.ts'
import type { DevicePacket, PacketOutcome } from '../../gateway/bus.ts'
import { until } from '../gateway/fixtures.ts'
import { quiet } from '../gateway/quiet-log.ts'
import {
  type ConnectOptions,
  connectPacket,
  connectRaw,
  idOf,
  openRaw,
  PINGRESP,
  PUBACK,
  pingPacket,
  publishPacket,
  type RawConnection,
  SUBACK,
  subscribePacket,
  type Will,
} from './mqtt-raw.ts'

const TELEMETRY = 'mimamori/v1/demo/mat1/telemetry'
const STATUS = 'mimamori/v1/demo/mat1/status'
const accounts: Record<string, BrokerIdentity> = {
  mat1: { kind: 'device', facility: 'demo', device: 'mat1' },
  server: { kind: 'platform' },
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

let broker: Broker
let port: number
/** How the gateway of a test takes a packet. */
let ingest: (packet: DevicePacket, done: (outcome?: PacketOutcome) => void) => void
let taken: DevicePacket[]
const open: RawConnection[] = []

beforeEach(async () => {
  taken = []
  ingest = (_packet, done) => setImmediate(() => done())
  broker = createBroker({
    port: 0,
    host: '127.0.0.1',
    authenticate: async (_id, username) => accounts[username] ?? null,
    ingest(packet, done, ticket) {
      taken.push(packet)
      ingest(packet, outcome => done(ticket, outcome))
    },
    log: quiet,
  })
  await broker.start()
  port = await broker.listen()
})
afterEach(async () => {
  for (const connection of open.splice(0)) connection.drop()
  await broker.stop()
})

const asMat1 = (more: Partial<ConnectOptions> = {}): ConnectOptions => ({
  clientId: 'demo.mat1',
  username: 'mat1',
  password: 'x',
  ...more,
})

async function connected(options: ConnectOptions) {
  const connection = await connectRaw(port, options)
  open.push(connection)
  expect(connection.returnCode).toBe(0)
  return connection
}

const acknowledged = (connection: RawConnection): number[] =>
  connection.received.filter(({ type }) => type === PUBACK).map(idOf)
const pongs = (connection: RawConnection): number => connection.received.filter(({ type }) => type === PINGRESP).length

/** Holds back every packet until `release`. */
function fullGateway(): { release(): void } {
  const held: (() => void)[] = []
  ingest = (_packet, done) => void held.push(done)
  return {
    release() {
      ingest = (_packet, done) => done()
      for (const done of held.splice(0)) done()
    },
  }
}

/** Sends PINGREQ often enough and nothing else, until so much time has gone by. */
async function pingFor(connection: RawConnection, ms: number): Promise<void> {
  const endMs = performance.now() + ms
  const timer = setInterval(() => connection.send(pingPacket()), 400)
  try {
    await until('the time is over', () => connection.isClosed() || performance.now() > endMs)
  } finally {
    clearInterval(timer)
  }
}

describe('PUBACKs come in the order of the PUBLISHes [MQTT-4.6.0-2]', () => {
  test('when a device has 500 under way and the gateway is done with the last ones first', async () => {
    const held: (() => void)[] = []
    ingest = (_packet, done) => void held.push(done)
    const mat1 = await connected(asMat1())
    mat1.send(...upTo(500).map(id => publishPacket({ topic: TELEMETRY, payload: '{}', qos: 1, id })))
    await until('all are taken', () => held.length === 500)
    for (const done of held.toReversed()) done()
    await until('all PUBACKs', () => acknowledged(mat1).length === 500)
    expect(acknowledged(mat1)).toEqual(upTo(500))
  })

  test('when statuses, which the library keeps, lie among its telemetry', async () => {
    const mat1 = await connected(asMat1())
    const topicOf = (id: number): string => (id % 7 === 0 ? STATUS : TELEMETRY)
    mat1.send(...upTo(500).map(id => publishPacket({ topic: topicOf(id), payload: '{}', qos: 1, id })))
    await until('all PUBACKs', () => acknowledged(mat1).length === 500)
    expect(acknowledged(mat1)).toEqual(upTo(500))
  })

  test('when an earlier one is held back for its rate', async () => {
    ingest = (packet, done) => done({ close: false, holdMs: packet.topic === TELEMETRY ? 300 : 0 })
    const mat1 = await connected(asMat1())
    mat1.send(
      publishPacket({ topic: TELEMETRY, payload: '{}', qos: 1, id: 1 }),
      publishPacket({ topic: STATUS, payload: '{}', qos: 1, id: 2 }),
    )
    await until('both PUBACKs', () => acknowledged(mat1).length === 2)
    expect(acknowledged(mat1)).toEqual([1, 2])
  })

  test('when it does not wait for CONNACK', async () => {
    const mat1 = openRaw(port)
    open.push(mat1)
    const one = (id: number): Buffer => publishPacket({ topic: TELEMETRY, payload: '{}', qos: 1, id })
    mat1.send(connectPacket(asMat1()), ...upTo(20).map(one))
    for (const id of upTo(480)) {
      mat1.send(one(20 + id))
      if (id % 20 === 0) await new Promise(setImmediate)
    }
    await until('all PUBACKs', () => acknowledged(mat1).length === 500)
    expect(acknowledged(mat1)).toEqual(upTo(500))
  })
})

describe('while the gateway takes nothing, a device stays connected and its PINGREQ is answered', () => {
  test.each([
    ['telemetry', [TELEMETRY], 3],
    ['a status', [STATUS], 1],
    ['a status and telemetry', [STATUS, TELEMETRY], 6],
    // Above what is read of a device that is not acknowledged.
    ['so much telemetry that it is not read any more', [TELEMETRY], 3_000],
  ])('with %s under way', async (_what, topics, count) => {
    const gateway = fullGateway()
    const mat1 = await connected(asMat1({ keepalive: 1 }))
    mat1.send(
      ...upTo(count).map(id => publishPacket({ topic: topics[id % topics.length]!, payload: '{}', qos: 1, id })),
    )
    await pingFor(mat1, 3_500)
    expect(mat1.isClosed()).toBe(false)
    const before = pongs(mat1)
    expect(before).toBeGreaterThan(0)
    mat1.send(pingPacket())
    await until('one more PINGRESP', () => pongs(mat1) > before)
    expect(acknowledged(mat1)).toEqual([])
    gateway.release()
    await until('all PUBACKs', () => acknowledged(mat1).length === count)
    expect(acknowledged(mat1)).toEqual(upTo(count))
    expect(taken).toHaveLength(count)
  })
})

describe('keepalive [MQTT-3.1.2-24]', () => {
  const will: Will = { topic: STATUS, payload: '{"v":1,"state":"offline"}', qos: 1, retain: true }

  test('a device that is silent for one and a half times as long is cut, and its will is published', async () => {
    const server = await connected({ clientId: 'server-1', username: 'server', password: 'x' })
    server.send(subscribePacket(1, [[STATUS, 1]]))
    await server.next(SUBACK)
    const beganMs = performance.now()
    const mat1 = await connected(asMat1({ keepalive: 1, will }))
    await mat1.closed
    expect(performance.now() - beganMs).toBeGreaterThan(1_500)
    await until('the will', () => server.publishes().length === 1)
    expect(server.publishes()[0]).toMatchObject({ topic: STATUS, payload: will.payload })
    expect(taken.map(({ topic }) => topic)).toEqual([STATUS])
  })

  test('a device that sends only telemetry, which the library never sees, stays connected', async () => {
    const mat1 = await connected(asMat1({ keepalive: 1 }))
    const endMs = performance.now() + 3_500
    let id = 0
    const timer = setInterval(() => {
      id += 1
      mat1.send(publishPacket({ topic: TELEMETRY, payload: '{}', qos: 1, id }))
    }, 400)
    try {
      await until('the time is over', () => mat1.isClosed() || performance.now() > endMs)
    } finally {
      clearInterval(timer)
    }
    expect(mat1.isClosed()).toBe(false)
    await until('all PUBACKs', () => acknowledged(mat1).length === id)
  })
})

describe('a packet above 1 MiB', () => {
  test.each([
    ['as telemetry', TELEMETRY],
    ['as a status', STATUS],
  ])('%s ends the connection and does not reach the gateway', async (_what, topic) => {
    const mat1 = await connected(asMat1())
    const header = 2 + topic.length + 2
    mat1.send(publishPacket({ topic, payload: Buffer.alloc(1_048_576 - header + 1, 32), qos: 1, id: 1 }))
    await mat1.closed
    expect(taken).toEqual([])
    const again = await connected(asMat1())
    again.send(publishPacket({ topic, payload: Buffer.alloc(1_048_576 - header, 32), qos: 1, id: 1 }))
    await until('PUBACK', () => acknowledged(again).length === 1)
  })
})
