/** Makes spoilt MQTT connections: each follows from the seed and its number alone. */

import {
  answerPacket,
  connectPacket,
  disconnectPacket,
  PUBACK,
  PUBCOMP,
  PUBREC,
  PUBREL,
  packet,
  pingPacket,
  publishPacket,
  subscribePacket,
  unsubscribePacket,
} from '../contract/mqtt-raw.ts'
import { createRandom, mix, type Random } from '../faults/random.ts'
import { byteMutations, CANARY, randomBytes } from './mutate.ts'

export interface FuzzConnection {
  device: string
  /** CONNECT, if there is one, and what follows; the last one is an untouched PINGREQ. */
  packets: Buffer[]
  /** The same bytes as they are handed to the socket. */
  chunks: Buffer[]
  /** What was done to each packet. */
  how: string[]
}

const FILTERS = [
  '#',
  '+/+',
  '/',
  '',
  '$SYS/#',
  'mimamori/v1/+/+/telemetry',
  'a/#/b',
  'a\u0000b',
  'x/'.repeat(300),
  '+'.repeat(500),
  '漢/字',
]

/** A telemetry message that is accepted; its numbers are nobody else's. */
export const messageOf = (connection: number, index: number): string =>
  JSON.stringify({ v: 1, boot: `c${connection}`, seq: index, ts: Date.now(), metrics: { heart_rate: 60 } })

/** @param connection its number; also the boot of its messages */
export function fuzzConnection(seed: number, connection: number, devices: readonly string[]): FuzzConnection {
  const random = createRandom(mix(seed, connection))
  const device = devices[connection % devices.length]!
  const topic = `mimamori/v1/demo/${device}/${random.pick(['telemetry', 'event', 'status', 'receipt'])}`
  const packets: Buffer[] = []
  const how: string[] = []
  const connect = connectPacket({
    clientId: `demo.${device}`,
    username: device,
    password: random.chance(0.93) ? device : 'wrong',
    clean: random.chance(0.8),
    keepalive: random.pick([0, 60]),
    ...(random.chance(0.1)
      ? { will: { topic: `mimamori/v1/demo/${device}/status`, payload: CANARY, qos: random.int(0, 2) } }
      : {}),
  })
  // Without a good CONNECT the first packet is the last one that is looked at.
  const greeting = random.chance(0.85) ? 'connect' : random.pick(['none', 'spoilt'])
  if (greeting !== 'none') packets.push(greeting === 'connect' ? connect : spoiltPacket(random, connect).bytes)
  if (greeting !== 'none') how.push(greeting)
  // The first bad packet mostly ends a connection: what comes behind it is hardly looked at.
  const calm = random.chance(0.4)
  const [before, count] = calm ? [0, random.int(5, 30)] : [random.int(0, 3), random.int(2, 8)]
  for (let index = 0; index < count; index += 1) {
    const sound = index < before || random.chance(calm ? 0.95 : 0.1)
    const packet = sound ? soundPacket(random, device, connection, index) : anyPacket(random, topic, connect)
    const given =
      sound || random.chance(0.25) ? { bytes: packet, name: sound ? 'sound' : 'odd' } : spoiltPacket(random, packet)
    packets.push(given.bytes)
    how.push(given.name)
  }
  packets.push(pingPacket())
  how.push('ping')
  return { device, packets, chunks: cut(random, Buffer.concat(packets)), how }
}

function soundPacket(random: Random, device: string, connection: number, index: number): Buffer {
  if (random.chance(0.1)) return pingPacket()
  const topic = `mimamori/v1/demo/${device}/telemetry`
  return publishPacket({
    topic,
    payload: messageOf(connection, index),
    qos: 1,
    id: index + 1,
    dup: random.chance(0.1),
  })
}

/** Of every type, well formed but for what it says. */
function anyPacket(random: Random, topic: string, connect: Buffer): Buffer {
  const id = random.chance(0.1) ? random.pick([0, 65_535]) : random.int(1_000, 60_000)
  const payload = random.pick(['', '{', CANARY, 'x'.repeat(3_000), randomBytes(random, 50)])
  const to = random.chance(0.6)
    ? topic
    : random.pick([...FILTERS, 'mimamori/v1/demo/mat2/telemetry', 'mimamori/v1/demo/registry'])
  const makers: (() => Buffer)[] = [
    () =>
      publishPacket({
        topic: to,
        payload,
        qos: random.int(0, 3),
        id,
        retain: random.chance(0.3),
        dup: random.chance(0.3),
      }),
    () =>
      subscribePacket(
        id,
        Array.from({ length: random.int(0, 5) }, () => [random.pick(FILTERS), random.int(0, 4)] as const),
      ),
    () =>
      unsubscribePacket(
        id,
        Array.from({ length: random.int(0, 5) }, () => random.pick(FILTERS)),
      ),
    () => answerPacket(random.pick([PUBACK, PUBREC, PUBREL, PUBCOMP]), id),
    () => packet(random.int(0, 15), random.int(0, 15), randomBytes(random, random.int(0, 30))),
    () => pingPacket(),
    () => (random.chance(0.2) ? disconnectPacket() : pingPacket()),
    () => (random.chance(0.2) ? connect : pingPacket()),
  ]
  return random.chance(0.5) ? makers[0]!() : random.pick(makers)()
}

function spoiltPacket(random: Random, packet: Buffer): { bytes: Buffer; name: string } {
  const kind = random.pick(['length', 'flags', 'bytes', 'bytes', 'cut short'])
  if (kind === 'length') {
    const lengths = [
      [0],
      [0x7f],
      [0x80],
      [0xff, 0xff, 0xff, 0x7f],
      [0xff, 0xff, 0xff, 0xff],
      [0x80, 0x80, 0x80, 0x80, 0x01],
      [random.int(0, 127)],
    ]
    return {
      bytes: Buffer.concat([packet.subarray(0, 1), Buffer.from(random.pick(lengths)), packet.subarray(2)]),
      name: kind,
    }
  }
  if (kind === 'flags') {
    const bytes = Buffer.from(packet)
    bytes[0] = random.chance(0.5) ? (bytes[0]! & 0xf0) | random.int(0, 15) : random.int(0, 255)
    return { bytes, name: kind }
  }
  if (kind === 'cut short') return { bytes: packet.subarray(0, random.int(1, packet.length)), name: kind }
  // Behind the length, so that the stream goes on.
  const name = random.pick(['flip', 'replace', 'nul', 'replace', 'flip', 'delete', 'insert'])
  const bodyAt = packet[1]! < 0x80 ? 2 : 3
  return {
    bytes: Buffer.concat([packet.subarray(0, bodyAt), byteMutations[name]!(random, packet.subarray(bodyAt))]),
    name,
  }
}

function cut(random: Random, stream: Buffer): Buffer[] {
  const longest = random.pick([7, 200, 1e6, 1e6])
  const chunks: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    const size = random.int(1, longest)
    chunks.push(stream.subarray(at, at + size))
    at += size
  }
  return chunks
}
