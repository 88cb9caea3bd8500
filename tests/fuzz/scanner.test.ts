/** The publish scanner held against an MQTT library's parser: streams of packets, whole and spoilt, cut anywhere. */
import { generate, type Packet, parser } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { createPublishScanner } from '../../gateway/publish-scanner.ts'
import { createRandom, type Random } from '../faults/random.ts'
import { randomBytes } from './mutate.ts'

type Seen = { topic: string; payload: string; messageId: number; retain: boolean } | { rest: string }
const MAX_BYTES = 5_000

function somePacket(random: Random, version: 4 | 5): Buffer {
  const messageId = random.int(1, 65_535)
  const qos = random.pick([0, 1, 1, 1, 2] as const)
  const properties =
    version === 5 && random.chance(0.5)
      ? { properties: { messageExpiryInterval: 9, userProperties: { key: 'x'.repeat(random.pick([1, 200])) } } }
      : {}
  const publish: Packet = {
    cmd: 'publish',
    topic: random.pick(['a', 'mimamori/v1/demo/mat1/telemetry', '漢/字', 'x'.repeat(300)]),
    payload: randomBytes(random, random.pick([0, 1, 20, 120, 128, 300, 2_000])),
    qos,
    messageId,
    retain: random.chance(0.2),
    dup: qos > 0 && random.chance(0.2),
    ...properties,
  }
  const others: Packet[] = [
    { cmd: 'pingreq' },
    { cmd: 'subscribe', messageId, subscriptions: [{ topic: 'a/#', qos: 1 }] },
    { cmd: 'unsubscribe', messageId, unsubscriptions: ['a'] },
    { cmd: 'puback', messageId },
    { cmd: 'pubrel', messageId },
    { cmd: 'connect', clientId: 'c', protocolId: 'MQTT', protocolVersion: version, keepalive: 0 },
    { cmd: 'disconnect' },
  ]
  return generate(random.chance(0.7) ? publish : random.pick(others), { protocolVersion: version })
}

/** Frames by their lengths alone. `broken`: where the stream stops being one; -1: nowhere. */
function framesOf(stream: Buffer): { frames: Buffer[]; end: number; broken: boolean } {
  const frames: Buffer[] = []
  let end = 0
  for (;;) {
    let length = 0
    let digits = 0
    for (;;) {
      const byte = stream[end + 1 + digits]
      if (digits === 4) return { frames, end, broken: true }
      if (byte === undefined) return { frames, end, broken: false }
      length += (byte % 128) * 128 ** digits
      digits += 1
      if (byte < 128) break
    }
    if (length > MAX_BYTES) return { frames, end, broken: true }
    const next = end + 1 + digits + length
    if (next > stream.length) return { frames, end, broken: false }
    frames.push(stream.subarray(end, next))
    end = next
  }
}

/** What the library makes of one frame; null: nothing. */
function read(frame: Buffer, version: 4 | 5): Packet | null {
  const reader = parser({ protocolVersion: version })
  let found: Packet | null = null
  reader.on('packet', packet => {
    found = packet
  })
  reader.on('error', () => undefined)
  try {
    reader.parse(Buffer.from(frame))
  } catch {
    return null
  }
  return found
}

/** Gives the stream in pieces, each between bytes that must not be read. */
function scan(random: Random, stream: Buffer, version: 4 | 5, wants: (topic: string) => boolean) {
  const seen: Seen[] = []
  const scanner = createPublishScanner({
    version,
    maxBytes: MAX_BYTES,
    publish({ topic, payload, messageId, retain }) {
      if (!wants(topic)) return false
      seen.push({ topic, payload: payload.toString('hex'), messageId, retain })
      return true
    },
    rest: bytes => void seen.push({ rest: bytes.toString('hex') }),
  })
  const longest = random.pick([1, 3, 50, 4_000, 1e6])
  for (let at = 0; at < stream.length; ) {
    const size = Math.min(random.int(1, longest), stream.length - at)
    const among = Buffer.alloc(size + 64, random.pick([0x00, 0x32, 0x7f, 0xff]))
    stream.copy(among, 32, at, at + size)
    if (!scanner.push(among.subarray(32, 32 + size))) return { seen, ended: true }
    at += size
  }
  return { seen, ended: false }
}

function joined(seen: readonly Seen[]): Seen[] {
  const out: Seen[] = []
  for (const one of seen) {
    const last = out.at(-1)
    if ('rest' in one && last && 'rest' in last) out[out.length - 1] = { rest: last.rest + one.rest }
    else out.push(one)
  }
  return out
}

describe.each([4, 5] as const)('MQTT version %i', version => {
  test('the same publishes, and the rest byte for byte, from whole packets cut anywhere', () => {
    for (let round = 0; round < 1_500; round += 1) {
      const random = createRandom(round * 2 + version)
      const stream = Buffer.concat(Array.from({ length: random.int(1, 12) }, () => somePacket(random, version)))
      const wants = (topic: string): boolean => topic !== 'a'
      const expected = framesOf(stream).frames.map((frame): Seen => {
        const packet = read(frame, version)
        return packet?.cmd === 'publish' && packet.qos === 1 && wants(packet.topic)
          ? {
              topic: packet.topic,
              payload: Buffer.from(packet.payload).toString('hex'),
              messageId: packet.messageId ?? 0,
              retain: packet.retain,
            }
          : { rest: frame.toString('hex') }
      })
      const { seen, ended } = scan(random, stream, version, wants)
      expect(ended, `round ${round}`).toBe(false)
      expect(joined(seen), `round ${round}`).toEqual(joined(expected))
    }
  }, 60_000)

  test('spoilt streams: whatever the library can read is read alike, all whole frames are accounted for, broken lengths end it', () => {
    let broken = 0
    let malformed = 0
    for (let round = 0; round < 4_000; round += 1) {
      const random = createRandom(100_000 + round * 2 + version)
      let stream: Buffer = Buffer.concat(Array.from({ length: random.int(1, 6) }, () => somePacket(random, version)))
      for (let i = random.int(1, 4); i > 0; i -= 1) stream = spoilt(random, stream)
      const reference = framesOf(stream)
      const { seen, ended } = scan(random, stream, version, () => true)
      expect(ended, `round ${round}`).toBe(reference.broken)
      if (reference.broken) broken += 1
      malformed += check(round, seen, reference.frames, version, ended)
    }
    expect(Math.min(broken, malformed)).toBeGreaterThan(100)
  }, 60_000)
})

/** @returns how many frames the library could not read */
function check(
  round: number,
  given: readonly Seen[],
  frames: readonly Buffer[],
  version: 4 | 5,
  ended: boolean,
): number {
  const seen = [...given]
  const legible = (packet: Packet, frame: Buffer): boolean => version === 4 || isFaithful(packet, frame)
  let rest = ''
  let unread = 0
  for (const frame of frames) {
    const packet = read(frame, version)
    if (!packet) unread += 1
    const hex = frame.toString('hex')
    const next = seen[0]
    if (rest === '' && next && 'rest' in next) {
      rest = next.rest
      seen.shift()
    }
    if (rest !== '') {
      // A publish that the library reads must not be among the rest.
      const taken =
        packet?.cmd === 'publish' && packet.qos === 1 && (packet.messageId ?? 0) > 0 && legible(packet, frame)
      expect(rest.startsWith(hex) && !taken, `round ${round}: ${hex}`).toBe(true)
      rest = rest.slice(hex.length)
      continue
    }
    // What ended the stream may have come in the same piece as frames that were whole.
    if (!next) {
      expect(ended, `round ${round}: ${hex} is missing`).toBe(true)
      return unread
    }
    if ('rest' in next) throw new Error('unreachable')
    seen.shift()
    expect(frame[0]! & 0xf6, `round ${round}`).toBe(0x32)
    expect(hex.endsWith(next.payload), `round ${round}: ${hex}`).toBe(true)
    if (packet?.cmd === 'publish' && legible(packet, frame))
      expect(next, `round ${round}: ${hex}`).toEqual({
        topic: packet.topic,
        payload: Buffer.from(packet.payload).toString('hex'),
        messageId: packet.messageId,
        retain: packet.retain,
      })
  }
  expect(seen.length + rest.length, `round ${round}: more than came`).toBe(0)
  return unread
}

/** The library reads properties on beyond the end that their length gives them, where the scanner keeps to the length. */
function isFaithful(packet: Packet, frame: Buffer): boolean {
  try {
    return generate(packet, { protocolVersion: 5 }).equals(frame)
  } catch {
    return false
  }
}

function spoilt(random: Random, stream: Buffer): Buffer {
  const at = random.int(0, stream.length - 1)
  const copy = Buffer.from(stream)
  if (random.chance(0.5)) {
    copy[at] = random.pick([0, 0x32, 0x34, 0x36, 0x7f, 0x80, 0xff, random.int(0, 255)])
    return copy
  }
  return random.chance(0.5)
    ? Buffer.concat([copy.subarray(0, at), randomBytes(random, random.int(1, 6)), copy.subarray(at)])
    : Buffer.concat([copy.subarray(0, at), copy.subarray(Math.min(stream.length, at + random.int(1, 6)))])
}
