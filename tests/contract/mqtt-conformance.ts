/**
 * What MQTT 3.1.1 asks of a broker, as tests over bare sockets: what the ten interoperability tests of Eclipse Paho look at, and the normative
 * statements beside them that devices and the platform lean on.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import { until } from '../gateway/fixtures.ts'
import {
  answerPacket,
  CONNACK,
  connectPacket,
  connectRaw,
  disconnectPacket,
  field,
  idOf,
  openRaw,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  packet,
  pingPacket,
  publishPacket,
  type RawConnection,
  type RawPublish,
  readPublish,
  SUBACK,
  subscribePacket,
  UNSUBACK,
  unsubscribePacket,
  type Will,
} from './mqtt-raw.ts'

export interface Account {
  username?: string
  password?: string
}

export interface ConformanceBroker {
  port: number
  /** May do all. */
  all: Account
  /** Connects under `clientId` and may not subscribe `filter`. */
  limited: Account & { clientId: string; filter: string }
  stop(): Promise<void>
}

/** Where the standard leaves a choice, or a broker is known to differ; each is named in the test that it changes. */
export interface Exceptions {
  /** A client without a name may be given one or refused [MQTT-3.1.3-6]. */
  zeroLengthClientId: 'refused' | 'given'
  /** One message at the highest granted QoS, or one for each filter [MQTT-3.3.5-1]. `any`: one, at the QoS of either filter. */
  overlapping?: 'any'
}

/** Declares the tests; `makeBroker` is called once. */
export function mqttConformance(makeBroker: () => Promise<ConformanceBroker>, exceptions: Exceptions): void {
  let broker: ConformanceBroker
  let round = 0
  const open: RawConnection[] = []

  beforeAll(async () => {
    broker = await makeBroker()
  })
  afterEach(() => {
    for (const connection of open.splice(0)) connection.drop()
  })
  afterAll(() => broker?.stop())

  interface Given {
    clean?: boolean
    keepalive?: number
    will?: Will
  }

  /** A client that answers QoS 1 and 2 by itself, unless told to be mute. */
  async function client(clientId: string, given: Given & { mute?: boolean } = {}) {
    const { mute = false, ...options } = given
    const connection = await connectRaw(broker.port, { clientId, ...broker.all, ...options }, !mute)
    open.push(connection)
    let nextId = 1
    const self = {
      ...connection,
      isClosed: connection.isClosed,
      subscribe: async (...filters: [string, number][]): Promise<number[]> => {
        connection.send(subscribePacket(nextId++, filters))
        return [...(await connection.next(SUBACK)).body.subarray(2)]
      },
      unsubscribe: async (...filters: string[]): Promise<void> => {
        connection.send(unsubscribePacket(nextId++, filters))
        await connection.next(UNSUBACK)
      },
      /** Publishes to the end of its exchange. */
      publish: async (topic: string, payload: string, qos: number, more: { retain?: boolean } = {}): Promise<void> => {
        const id = nextId++
        connection.send(publishPacket({ topic, payload, qos, id, ...more }))
        if (qos === 1) await connection.next(PUBACK)
        if (qos === 2) {
          await connection.next(PUBREC)
          connection.send(answerPacket(PUBREL, id))
          await connection.next(PUBCOMP)
        }
      },
      /** The messages that came before one published now: nothing of an earlier time is still on its way. */
      heard: async (fence: string): Promise<RawPublish[]> => {
        const mark = `fence-${++round}`
        const sender = await client(`sender-${round}`)
        await sender.publish(fence, mark, 1)
        await until('the fence', () => connection.publishes().some(({ payload }) => payload === mark))
        return connection.publishes().filter(({ payload }) => !payload.startsWith('fence-'))
      },
      leave: async (): Promise<void> => {
        connection.send(disconnectPacket())
        await connection.closed
      },
    }
    return self
  }

  /** Names that no other test uses. */
  const fresh = (): string => `conformance/t${++round}`
  const bare = (): RawConnection => {
    const connection = openRaw(broker.port)
    open.push(connection)
    return connection
  }
  const lines = (messages: RawPublish[]): string[] => messages.map(({ payload, qos }) => `${payload} at ${qos}`)

  describe('basic', () => {
    it('brings a client its own messages of QoS 0, 1 and 2, each once', async () => {
      const topic = fresh()
      const one = await client('basic')
      await one.leave()
      const again = await client('basic')
      expect(await again.subscribe([topic, 2])).toEqual([2])
      for (const qos of [0, 1, 2]) await again.publish(topic, `qos ${qos}`, qos)
      await until('all three', () => again.publishes().length === 3)
      expect(lines(again.publishes()).sort()).toEqual(['qos 0 at 0', 'qos 1 at 1', 'qos 2 at 2'])
    })

    it('ends a connection at its second CONNECT [MQTT-3.1.0-2]', async () => {
      const one = await client('twice')
      one.send(connectPacket({ clientId: 'twice', ...broker.all }))
      await one.closed
      expect(one.received.filter(({ type }) => type === CONNACK)).toHaveLength(1)
    })

    it.each([
      ['another protocol name [MQTT-3.1.2-1]', { protocol: 'hj' }],
      ['an unknown protocol level [MQTT-3.1.2-2]', { level: 99 }],
      ['the reserved connect flag set [MQTT-3.1.2-3]', { reserved: true }],
    ])('does not admit %s', async (_what, wrong) => {
      const one = bare()
      one.send(connectPacket({ clientId: 'wrong', ...broker.all, ...wrong }))
      await one.closed
      expect(one.received.filter(({ body }) => body[1] === 0)).toEqual([])
    })

    it.each([
      ['PUBLISH', publishPacket({ topic: 'conformance/first', qos: 1, id: 1 })],
      ['SUBSCRIBE', subscribePacket(1, [['#', 0]])],
      ['PINGREQ', pingPacket()],
    ])('ends a connection that begins with %s [MQTT-3.1.0-1]', async (_what, first) => {
      const one = bare()
      one.send(first)
      await one.closed
      expect(one.received).toEqual([])
    })

    it('takes a stream that comes byte by byte, and one that comes whole', async () => {
      const topic = fresh()
      const stream = Buffer.concat([
        connectPacket({ clientId: 'slices', ...broker.all }),
        subscribePacket(1, [[topic, 1]]),
        publishPacket({ topic, payload: 'x'.repeat(200), qos: 1, id: 2 }),
        pingPacket(),
      ])
      for (const slices of [[...stream].map(byte => Buffer.from([byte])), [stream]]) {
        const one = bare()
        for (const slice of slices) {
          one.socket.write(slice)
          await new Promise(setImmediate)
        }
        for (const type of [CONNACK, SUBACK, PUBACK, PINGRESP, PUBLISH]) await one.next(type)
        one.drop()
        await one.closed
      }
    })

    it.each([
      ['a PUBLISH with QoS 3 [MQTT-3.3.1-4]', packet(PUBLISH, 6, Buffer.concat([field('a'), Buffer.from([0, 1])]))],
      ['a PUBLISH on a filter [MQTT-3.3.2-2]', publishPacket({ topic: 'conformance/+', qos: 1, id: 1 })],
      ['a PUBLISH on no topic [MQTT-4.7.3-1]', publishPacket({ topic: '', qos: 1, id: 1 })],
      ['a PUBLISH that is too short for its topic', packet(PUBLISH, 0, Buffer.from([0, 9, 97]))],
      ['a PUBLISH that is too short for its number', packet(PUBLISH, 2, field('conformance/x'))],
      [
        'a PUBLISH whose number would lie in the next packet',
        Buffer.concat([packet(PUBLISH, 2, field('conformance/x')), pingPacket()]),
      ],
      ['a PUBLISH of QoS 1 with the number 0 [MQTT-2.3.1-1]', publishPacket({ topic: 'conformance/x', qos: 1, id: 0 })],
      ['a PUBLISH on a topic with U+0000 [MQTT-1.5.3-2]', publishPacket({ topic: 'a\0b', qos: 1, id: 1 })],
      [
        'a PUBLISH on a topic that is no UTF-8 [MQTT-1.5.3-1]',
        publishPacket({ topic: Buffer.from([0x61, 0xff]), qos: 1, id: 1 }),
      ],
      ['a SUBSCRIBE to a filter with U+0000 [MQTT-1.5.3-2]', subscribePacket(1, [['a\0b', 0]])],
      ['a SUBSCRIBE with the number 0 [MQTT-2.3.1-1]', subscribePacket(0, [['a', 0]])],
      ['a SUBSCRIBE without a filter [MQTT-3.8.3-3]', packet(8, 2, Buffer.from([0, 1]))],
      ['a SUBSCRIBE with wrong flags [MQTT-3.8.1-1]', packet(8, 0, subscribePacket(1, [['a', 0]]).subarray(2))],
      ['a SUBSCRIBE with QoS 3 [MQTT-3-8.3-4]', subscribePacket(1, [['a', 3]])],
      ['a SUBSCRIBE with a level after # [MQTT-4.7.1-2]', subscribePacket(1, [['a/#/b', 0]])],
      ['a SUBSCRIBE with + inside a level [MQTT-4.7.1-3]', subscribePacket(1, [['a/b+', 0]])],
      ['an UNSUBSCRIBE without a filter [MQTT-3.10.3-2]', packet(10, 2, Buffer.from([0, 1]))],
      ['a PUBREL with wrong flags [MQTT-3.6.1-1]', packet(PUBREL, 0, Buffer.from([0, 1]))],
      ['a packet of type 0', packet(0, 0, Buffer.alloc(0))],
      ['a packet of type 15', packet(15, 0, Buffer.alloc(0))],
      ['a remaining length of five bytes', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1])],
    ])('ends a connection at %s', async (_what, wrong) => {
      const one = await client('malformed')
      one.send(wrong)
      await one.closed
      expect(one.received.filter(({ type }) => type !== CONNACK)).toEqual([])
    })

    it('answers PINGREQ [MQTT-3.12.4-1]', async () => {
      const one = await client('ping')
      one.send(pingPacket())
      await one.next(PINGRESP)
    })

    it('admits a client again elsewhere and ends its old connection [MQTT-3.1.4-2]', async () => {
      const old = await client('moved')
      const now = await client('moved')
      await old.closed
      now.send(pingPacket())
      await now.next(PINGRESP)
    })
  })

  describe('retained messages', () => {
    it('are brought by a wildcard with their flag, until they are cleared', async () => {
      const root = fresh()
      const one = await client('retained')
      for (const qos of [0, 1, 2]) await one.publish(`${root}/q${qos}`, `kept ${qos}`, qos, { retain: true })
      // QoS 0 has no answer: one's own later message shows that it was taken.
      await one.subscribe([`${root}/+`, 2], [`${root}-fence`, 1])
      await until('all three', () => one.publishes().length >= 3)
      const kept = one.publishes()
      expect(lines(kept).sort()).toEqual(['kept 0 at 0', 'kept 1 at 1', 'kept 2 at 2'])
      expect(kept.every(({ retain }) => retain)).toBe(true)
      for (const qos of [0, 1, 2]) await one.publish(`${root}/q${qos}`, '', qos, { retain: true })
      const late = await client('retained-late')
      await late.subscribe([`${root}/+`, 2], [`${root}-fence`, 1])
      expect(await late.heard(`${root}-fence`)).toEqual([])
    })

    it('come without the flag to who was there already [MQTT-3.3.1-9], and only the last one later', async () => {
      const topic = fresh()
      const there = await client('there')
      await there.subscribe([topic, 1])
      const sender = await client('keeper')
      for (const text of ['first', 'second']) await sender.publish(topic, text, 1, { retain: true })
      await until('both', () => there.publishes().length === 2)
      expect(there.publishes().map(({ payload, retain }) => [payload, retain])).toEqual([
        ['first', false],
        ['second', false],
      ])
      const later = await client('later')
      await later.subscribe([topic, 1])
      expect(readPublish(await later.next(PUBLISH))).toMatchObject({ payload: 'second', retain: true })
    })
  })

  describe('client id of no length', () => {
    it('is refused where it asks for a lasting session [MQTT-3.1.3-8]', async () => {
      const one = bare()
      one.send(connectPacket({ clientId: '', clean: false, ...broker.all }))
      await one.closed
      expect(one.received.filter(({ type, body }) => type === CONNACK && body[1] === 0)).toEqual([])
    })

    it(`is ${exceptions.zeroLengthClientId} with a clean session`, async () => {
      const one = bare()
      one.send(connectPacket({ clientId: '', clean: true, ...broker.all }))
      if (exceptions.zeroLengthClientId === 'given')
        return expect((await one.next(CONNACK)).body).toEqual(Buffer.from([0, 0]))
      expect((await one.next(CONNACK)).body).toEqual(Buffer.from([0, 2]))
      await one.closed
    })
  })

  describe('lasting sessions', () => {
    it('keep messages of QoS 1 and 2 for a client that is away, and say so in CONNACK [MQTT-3.2.2-2]', async () => {
      const root = fresh()
      const away = await client('away', { clean: false })
      expect(away.sessionPresent).toBe(false)
      await away.subscribe([`${root}/+`, 2])
      await away.leave()
      const sender = await client('sends')
      for (const qos of [0, 1, 2]) await sender.publish(`${root}/q${qos}`, `qos ${qos}`, qos)
      const back = await client('away', { clean: false })
      expect(back.sessionPresent).toBe(true)
      const heard = await back.heard(`${root}/fence`)
      // Of QoS 0 a broker may keep or drop what comes meanwhile [MQTT-3.1.2-5].
      expect(lines(heard.filter(({ qos }) => qos > 0))).toEqual(['qos 1 at 1', 'qos 2 at 2'])
    })

    it('end with a clean one of the same client [MQTT-3.1.2-6]', async () => {
      const topic = fresh()
      const lasting = await client('cleaned', { clean: false })
      await lasting.subscribe([topic, 1])
      await lasting.leave()
      const clean = await client('cleaned')
      expect(clean.sessionPresent).toBe(false)
      await clean.leave()
      const sender = await client('sends-more')
      await sender.publish(topic, 'for nobody', 1)
      const back = await client('cleaned', { clean: false })
      expect(back.sessionPresent).toBe(false)
      await back.subscribe([`${topic}-fence`, 1])
      expect(await back.heard(`${topic}-fence`)).toEqual([])
      await back.leave()
    })

    it('send again what was not acknowledged, with DUP and the same number [MQTT-4.4.0-1]', async () => {
      const root = fresh()
      const mute = await client('mute', { clean: false, mute: true })
      await mute.subscribe([`${root}/+`, 2])
      const sender = await client('speaks')
      await sender.publish(`${root}/one`, 'one', 1)
      await sender.publish(`${root}/two`, 'two', 2)
      await until('both', () => mute.publishes().length === 2)
      const first = mute.publishes()
      expect(first.map(({ dup }) => dup)).toEqual([false, false])
      mute.drop()
      await mute.closed
      const back = await client('mute', { clean: false })
      await until('both again', () => back.publishes().length >= 2)
      const again = back.publishes().slice(0, 2)
      expect(again.map(({ payload, id, qos }) => [payload, id, qos])).toEqual(
        first.map(({ payload, id, qos }) => [payload, id, qos]),
      )
      expect(again.map(({ dup }) => dup)).toEqual([true, true])
      await back.leave()
    })

    it('bring nothing again that was acknowledged', async () => {
      const root = fresh()
      const one = await client('acked', { clean: false })
      await one.subscribe([`${root}/+`, 1])
      const sender = await client('acked-sender')
      for (const text of ['a', 'b', 'c']) await sender.publish(`${root}/x`, text, 1)
      await until('all', () => one.publishes().length === 3)
      // Answered in order: the answer to a PINGREQ shows that the PUBACKs before it were read.
      one.send(pingPacket())
      await one.next(PINGRESP)
      await one.leave()
      const back = await client('acked', { clean: false })
      expect(await back.heard(`${root}/fence`)).toEqual([])
      await back.leave()
    })
  })

  describe('QoS 2', () => {
    it('brings a message once however often it is sent before PUBREL [MQTT-4.3.3-2]', async () => {
      const topic = fresh()
      const hears = await client('hears')
      await hears.subscribe([topic, 2], [`${topic}-fence`, 1])
      for (const dup of [false, true, true]) {
        const sender = await client('repeats', { clean: false })
        sender.send(publishPacket({ topic, payload: 'once', qos: 2, id: 7, dup }))
        expect(idOf(await sender.next(PUBREC))).toBe(7)
        sender.drop()
        await sender.closed
      }
      const sender = await client('repeats', { clean: false })
      sender.send(answerPacket(PUBREL, 7))
      expect(idOf(await sender.next(PUBCOMP))).toBe(7)
      // A number that is free again stands for a new message.
      sender.send(publishPacket({ topic, payload: 'anew', qos: 2, id: 7 }))
      await sender.next(PUBREC)
      sender.send(answerPacket(PUBREL, 7))
      await sender.next(PUBCOMP)
      expect(lines(await hears.heard(`${topic}-fence`))).toEqual(['once at 2', 'anew at 2'])
    })
  })

  describe('will', () => {
    const willed = (topic: string, more: Partial<Will> = {}): Will => ({ topic, payload: 'gone', qos: 1, ...more })

    it('is published once when a connection breaks', async () => {
      const topic = fresh()
      const watcher = await client('watcher')
      await watcher.subscribe([topic, 2])
      const mortal = await client('mortal', { will: willed(topic) })
      mortal.drop()
      await until('the will', () => watcher.publishes().length > 0)
      await watcher.subscribe([`${topic}-fence`, 1])
      expect(lines(await watcher.heard(`${topic}-fence`))).toEqual(['gone at 1'])
    })

    it('is not published after DISCONNECT [MQTT-3.14.4-3]', async () => {
      const topic = fresh()
      const watcher = await client('watcher-2')
      await watcher.subscribe([topic, 2], [`${topic}-fence`, 1])
      const polite = await client('polite', { will: willed(topic) })
      await polite.leave()
      expect(await watcher.heard(`${topic}-fence`)).toEqual([])
    })

    it('is published when the connection ends for a fault in it', async () => {
      const topic = fresh()
      const watcher = await client('watcher-3')
      await watcher.subscribe([topic, 2])
      const faulty = await client('faulty', { will: willed(topic) })
      faulty.send(packet(15, 0, Buffer.alloc(0)))
      await until('the will', () => watcher.publishes().length === 1)
    })

    it('is kept when it says so [MQTT-3.1.2-17]', async () => {
      const topic = fresh()
      const watcher = await client('watcher-4')
      await watcher.subscribe([topic, 1])
      const mortal = await client('mortal-4', { will: willed(topic, { retain: true }) })
      mortal.drop()
      await until('the will', () => watcher.publishes().length === 1)
      const later = await client('later-4')
      await later.subscribe([topic, 1])
      expect(readPublish(await later.next(PUBLISH))).toMatchObject({ payload: 'gone', retain: true })
    })
  })

  describe('keepalive', () => {
    it('ends the connection of a client that is silent for one and a half times as long, and publishes its will', async () => {
      const topic = fresh()
      const watcher = await client('watcher-5')
      await watcher.subscribe([topic, 2])
      const silent = await client('silent', { keepalive: 1, will: { topic, payload: 'silent', qos: 1 } })
      const talking = await client('talking', { keepalive: 1 })
      const timer = setInterval(() => talking.send(pingPacket()), 300)
      try {
        await silent.closed
        await until('the will', () => watcher.publishes().length === 1)
        expect(watcher.publishes()).toMatchObject([{ payload: 'silent' }])
        expect(talking.isClosed()).toBe(false)
      } finally {
        clearInterval(timer)
      }
    })
  })

  describe('filters', () => {
    const matching: [filter: string, topic: string, matches: boolean][] = [
      ['#', 'a/b', true],
      ['a/#', 'a', true],
      ['a/#', 'a/b/c', true],
      ['a/#', 'ab', false],
      ['+', 'a', true],
      ['+', 'a/b', false],
      ['+', '/a', false],
      ['+/+', '/a', true],
      ['/+', '/a', true],
      ['/+', 'a', false],
      ['a/+', 'a/', true],
      ['a/+', 'a', false],
      ['a/+/c', 'a//c', true],
      ['a/b', 'A/b', false],
      ['a/b', 'a/b/', false],
      ['+/b/#', 'a/b', true],
      ['a b/ü', 'a b/ü', true],
    ]
    test.each(matching)('%s takes %s: %s', async (filter, topic, matches) => {
      const fence = fresh()
      const one = await client('matching')
      await one.subscribe([filter, 1], [fence, 1])
      const sender = await client('matched')
      await sender.publish(topic, 'x', 1)
      const heard = await one.heard(fence)
      expect(heard.some(message => message.topic === topic)).toBe(matches)
    })

    it.each(['#', '+/+'])('%s takes no topic that begins with $ [MQTT-4.7.2-1]', async filter => {
      const fence = fresh()
      const one = await client('dollar')
      await one.subscribe([filter, 1], [fence, 1])
      const sender = await client('dollar-sender')
      // A broker may refuse to take it at all.
      sender.send(publishPacket({ topic: '$conformance/x', payload: 'hidden', qos: 1, id: 1 }))
      await Promise.race([sender.next(PUBACK).catch(() => undefined), sender.closed])
      expect((await one.heard(fence)).map(({ payload }) => payload)).not.toContain('hidden')
    })

    it('that overlap bring one message at the highest QoS, or one each [MQTT-3.3.5-1]', async () => {
      const root = fresh()
      const one = await client('overlapping')
      await one.subscribe([`${root}/#`, 2], [`${root}/+`, 1])
      const sender = await client('overlapping-sender')
      await sender.publish(`${root}/x`, 'message', 2)
      const qos = (await one.heard(`${root}/fence`)).map(message => message.qos).sort()
      const expected = exceptions.overlapping === 'any' ? [[1], [2], [1, 2]] : [[2], [1, 2]]
      expect(expected).toContainEqual(qos)
    })

    it('bring a message at the lower of its own and the granted QoS [MQTT-3.8.4-6]', async () => {
      const topic = fresh()
      const sender = await client('lowered-sender')
      for (const granted of [0, 1, 2]) {
        const one = await client(`lowered-${granted}`)
        expect(await one.subscribe([topic, granted])).toEqual([granted])
        for (const qos of [0, 1, 2]) await sender.publish(topic, `sent ${qos}`, qos)
        await until('all', () => one.publishes().length === 3)
        const got = Object.fromEntries(one.publishes().map(({ payload, qos }) => [payload, qos]))
        expect(got).toEqual({ 'sent 0': 0, 'sent 1': Math.min(1, granted), 'sent 2': granted })
      }
    })

    it('are replaced when subscribed again, and what is kept is brought again [MQTT-3.8.4-3]', async () => {
      const topic = fresh()
      const one = await client('replaces')
      await one.publish(topic, 'kept', 1, { retain: true })
      await one.subscribe([topic, 0])
      await until('the first', () => one.publishes().length === 1)
      await one.subscribe([topic, 1])
      await until('the second', () => one.publishes().length === 2)
      await one.publish(topic, 'live', 1)
      await one.subscribe([`${topic}-fence`, 1])
      const live = (await one.heard(`${topic}-fence`)).filter(({ payload }) => payload === 'live')
      expect(lines(live)).toEqual(['live at 1'])
    })

    it('that are given back bring nothing more; UNSUBACK comes also for one that was never asked for', async () => {
      const topic = fresh()
      const one = await client('gives-back')
      await one.subscribe([topic, 1], [`${topic}-fence`, 1])
      const sender = await client('gives-back-sender')
      await sender.publish(topic, 'before', 1)
      await one.unsubscribe(topic, 'never/asked/for')
      await sender.publish(topic, 'after', 1)
      expect((await one.heard(`${topic}-fence`)).map(({ payload }) => payload)).toEqual(['before'])
    })

    it('that are not allowed are answered by 0x80, others beside them granted [MQTT-3.9.3-2]', async () => {
      const { filter, ...account } = broker.limited
      const one = await connectRaw(broker.port, account)
      open.push(one)
      expect(one.returnCode).toBe(0)
      one.send(subscribePacket(1, [[filter, 2]]))
      expect((await one.next(SUBACK)).body).toEqual(Buffer.from([0, 1, 0x80]))
    })
  })

  describe('order', () => {
    it('of messages of one publisher is kept, and their PUBACKs come in their order [MQTT-4.6.0-2]', async () => {
      const topic = fresh()
      const hears = await client('hears-order')
      await hears.subscribe([topic, 1])
      const sender = await client('sends-order')
      const ids = Array.from({ length: 500 }, (_, i) => i + 1)
      sender.send(...ids.map(id => publishPacket({ topic, payload: String(id), qos: 1, id })))
      await until('all', () => hears.publishes().length === ids.length)
      expect(hears.publishes().map(({ payload }) => Number(payload))).toEqual(ids)
      await until('all PUBACKs', () => sender.received.filter(({ type }) => type === PUBACK).length === ids.length)
      expect(sender.received.filter(({ type }) => type === PUBACK).map(idOf)).toEqual(ids)
    })
  })
}
