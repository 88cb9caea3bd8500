/** MQTT 3.1.1 packets and a bare connection for tests: what a client library would mend, refuse or hide is sent and seen as it is. */
import { connect, type Socket } from 'node:net'

/** Control packet types [MQTT-2.2.1]. */
const CONNECT = 1
export const CONNACK = 2
export const PUBLISH = 3
export const PUBACK = 4
export const PUBREC = 5
export const PUBREL = 6
export const PUBCOMP = 7
const SUBSCRIBE = 8
export const SUBACK = 9
const UNSUBSCRIBE = 10
export const UNSUBACK = 11
export const PINGREQ = 12
export const PINGRESP = 13
const DISCONNECT = 14

export interface RawPacket {
  type: number
  /** The low four bits of the first byte. */
  flags: number
  body: Buffer
}

/** A packet of any type and any body; `length` announces another length than the body's. */
export function packet(type: number, flags: number, body: Uint8Array, length = body.length): Buffer {
  return Buffer.concat([Buffer.from([(type << 4) | flags, ...remainingLength(length)]), body])
}

/** [MQTT-2.2.3] */
function remainingLength(length: number): number[] {
  const bytes: number[] = []
  let rest = length
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return bytes
}

const u16 = (value: number): Buffer => Buffer.from([(value >> 8) & 0xff, value & 0xff])
/** A text or bytes with the two bytes of length before them. */
export const field = (text: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([u16(bytes.length), bytes])
}

export interface Will {
  topic: string
  payload: string
  qos?: number
  retain?: boolean
}
export interface ConnectOptions {
  clientId: string
  username?: string
  password?: string
  clean?: boolean
  /** Seconds; 0: none. */
  keepalive?: number
  will?: Will
  protocol?: string
  level?: number
  /** The lowest bit of the connect flags, which must be 0. */
  reserved?: boolean
}

export function connectPacket(options: ConnectOptions): Buffer {
  const { clientId, username, password, clean = true, keepalive = 0, will, protocol = 'MQTT', level = 4 } = options
  const flags =
    (options.reserved ? 0x01 : 0) |
    (clean ? 0x02 : 0) |
    (will ? 0x04 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0) : 0) |
    (password === undefined ? 0 : 0x40) |
    (username === undefined ? 0 : 0x80)
  const parts = [field(protocol), Buffer.from([level, flags]), u16(keepalive), field(clientId)]
  if (will) parts.push(field(will.topic), field(will.payload))
  if (username !== undefined) parts.push(field(username))
  if (password !== undefined) parts.push(field(password))
  return packet(CONNECT, 0, Buffer.concat(parts))
}

export interface PublishOptions {
  topic: string | Uint8Array
  payload?: string | Uint8Array
  qos?: number
  id?: number
  retain?: boolean
  dup?: boolean
}

export function publishPacket({ topic, payload = '', qos = 0, id = 0, retain, dup }: PublishOptions): Buffer {
  const flags = (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  const head = qos > 0 ? [field(topic), u16(id)] : [field(topic)]
  return packet(PUBLISH, flags, Buffer.concat([...head, Buffer.from(payload)]))
}

export const subscribePacket = (id: number, filters: readonly (readonly [filter: string, qos: number])[]): Buffer =>
  packet(
    SUBSCRIBE,
    2,
    Buffer.concat([u16(id), ...filters.map(([filter, qos]) => Buffer.concat([field(filter), Buffer.from([qos])]))]),
  )
export const unsubscribePacket = (id: number, filters: readonly string[]): Buffer =>
  packet(UNSUBSCRIBE, 2, Buffer.concat([u16(id), ...filters.map(filter => field(filter))]))
/** PUBACK, PUBREC, PUBREL, PUBCOMP: nothing but the packet's number. */
export const answerPacket = (type: number, id: number): Buffer => packet(type, type === PUBREL ? 2 : 0, u16(id))
export const pingPacket = (): Buffer => packet(PINGREQ, 0, Buffer.alloc(0))
export const disconnectPacket = (): Buffer => packet(DISCONNECT, 0, Buffer.alloc(0))

export interface RawPublish {
  topic: string
  payload: string
  qos: number
  id: number
  retain: boolean
  dup: boolean
}

export function readPublish({ flags, body }: RawPacket): RawPublish {
  const length = body.readUInt16BE(0)
  const qos = (flags >> 1) & 3
  const end = 2 + length + (qos > 0 ? 2 : 0)
  return {
    topic: body.toString('utf8', 2, 2 + length),
    payload: body.toString('utf8', end),
    qos,
    id: qos > 0 ? body.readUInt16BE(2 + length) : 0,
    retain: (flags & 1) === 1,
    dup: (flags & 8) === 8,
  }
}

/** The number that an answer speaks of. */
export const idOf = (answer: RawPacket): number => answer.body.readUInt16BE(0)

/** Cuts whole packets out of a stream; what is left stands at its end. */
export function cutPackets(stream: Buffer): { packets: RawPacket[]; rest: Buffer } {
  const packets: RawPacket[] = []
  let at = 0
  for (;;) {
    let length = 0
    let next = at + 1
    for (let shift = 0; ; shift += 1, next += 1) {
      const byte = stream[next]
      if (byte === undefined) return { packets, rest: stream.subarray(at) }
      length += (byte & 0x7f) * 128 ** shift
      if (byte < 0x80) break
    }
    next += 1
    const first = stream[at] as number
    if (next + length > stream.length) return { packets, rest: stream.subarray(at) }
    packets.push({ type: first >> 4, flags: first & 15, body: stream.subarray(next, next + length) })
    at = next + length
  }
}

export interface RawConnection {
  send(...bytes: Uint8Array[]): void
  /** Takes the oldest packet of a type that was not taken yet; waits for it. Rejects when the connection ends before. */
  next(type: number): Promise<RawPacket>
  /** All that came, in order. */
  received: readonly RawPacket[]
  publishes(): RawPublish[]
  closed: Promise<void>
  isClosed(): boolean
  /** Stops and resumes reading from the socket. */
  socket: Socket
  /** Ends without DISCONNECT. */
  drop(): void
}

/** @param answers PUBLISH and PUBREL of the broker are answered at once, as a client does that takes everything */
export function openRaw(port: number, answers = false): RawConnection {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const received: RawPacket[] = []
  const taken = new Set<RawPacket>()
  const waiting = new Set<() => void>()
  let rest: Buffer = Buffer.alloc(0)
  let ended = false
  const closed = new Promise<void>(resolve =>
    socket.once('close', () => {
      ended = true
      wake()
      resolve()
    }),
  )
  // How a connection ends is seen by its close.
  socket.on('error', () => undefined)
  socket.on('data', chunk => {
    const cut = cutPackets(rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk)
    rest = cut.rest
    for (const one of cut.packets) {
      received.push(one)
      const answer = answers ? answerTo(one) : null
      if (answer) socket.write(answer)
    }
    wake()
  })

  return {
    send: (...bytes) => void socket.write(Buffer.concat(bytes)),
    async next(type) {
      for (;;) {
        const found = received.find(one => one.type === type && !taken.has(one))
        if (found) {
          taken.add(found)
          return found
        }
        if (ended) throw new Error(`the connection ended before a packet of type ${type} came`)
        await new Promise<void>(resolve => waiting.add(resolve))
      }
    },
    received,
    publishes: () => received.filter(one => one.type === PUBLISH).map(readPublish),
    closed,
    isClosed: () => ended,
    socket,
    drop: () => void socket.destroy(),
  }

  function wake(): void {
    for (const go of waiting) go()
    waiting.clear()
  }
}

function answerTo(one: RawPacket): Buffer | null {
  if (one.type === PUBREL) return answerPacket(PUBCOMP, idOf(one))
  if (one.type !== PUBLISH) return null
  const { qos, id } = readPublish(one)
  return qos === 0 ? null : answerPacket(qos === 1 ? PUBACK : PUBREC, id)
}

/** Connects and waits for CONNACK. */
export async function connectRaw(port: number, options: ConnectOptions, answers = false) {
  const connection = openRaw(port, answers)
  connection.send(connectPacket(options))
  const { body } = await connection.next(CONNACK)
  return Object.assign(connection, { sessionPresent: body[0] === 1, returnCode: body[1] as number })
}
