/** Cuts the QoS 1 PUBLISH packets out of a stream of MQTT packets and hands on the rest unread: nearly all of a gateway's traffic needs no client library. */

export interface ScannedPublish {
  topic: string
  /** A view of the stream's own bytes: good until the call returns. */
  payload: Buffer
  messageId: number
  retain: boolean
}

export interface PublishScanner {
  /** Follows the stream. False: a packet is longer than allowed, or its length is none; nothing more may be pushed. */
  push(chunk: Buffer): boolean
}

export interface ScannerOptions {
  /** MQTT 5 has properties in front of the payload. */
  version: 4 | 5
  /** Of a packet without its fixed header. */
  maxBytes: number
  /** Looks at every packet before anybody takes it; false ends the stream. */
  check?(bytes: Buffer, from: number, bodyAt: number, end: number): boolean
  /** Called in the order of the stream. False: not for us, the packet goes with the rest. */
  publish(packet: ScannedPublish): boolean
  /** A PINGREQ, in the order of the stream; false as above. */
  ping?(): boolean
  /** A PUBACK, in the order of the stream; false as above. */
  puback?(messageId: number, reasonCode: number): boolean
  /** Whole packets of all other kinds, in the order of the stream; also PUBLISH packets that are malformed. */
  rest(bytes: Buffer): void
}

/** Type 3 with QoS 1; DUP and RETAIN may be set. [MQTT-3.3.1] */
const QOS1_PUBLISH = 0x32
const TYPE_AND_QOS = 0xf6
const RETAIN = 0x01
const PINGREQ = 0xc0
const PUBACK = 0x40
/** [MQTT-2.2.3]: seven bits a byte, lowest first, at most four bytes. */
const MAX_LENGTH_BYTES = 4
const EMPTY = Buffer.alloc(0)

export function createPublishScanner({
  version,
  maxBytes,
  check,
  publish,
  ping,
  puback,
  rest,
}: ScannerOptions): PublishScanner {
  /** The beginning of a packet whose end is still to come. */
  let begun: Buffer[] = []
  let begunBytes = 0
  /** So many bytes must be there before it is worth looking again. */
  let wanted = 0

  return {
    push(chunk) {
      begun.push(chunk)
      begunBytes += chunk.length
      if (begunBytes < wanted) return true
      const bytes = begun.length === 1 ? chunk : Buffer.concat(begun, begunBytes)
      const end = scan(bytes)
      if (end < 0) return false
      begun = end < bytes.length ? [bytes.subarray(end)] : []
      begunBytes = bytes.length - end
      return true
    },
  }

  /** @returns where the first packet begins that is not whole; -1: the stream is broken */
  function scan(bytes: Buffer): number {
    let at = 0
    let restFrom = 0
    wanted = 0
    while (at + 2 <= bytes.length) {
      let bodyAt = at + 1
      let length = 0
      let byte = 0x80
      for (let i = 0; byte >= 0x80 && bodyAt < bytes.length; i += 1) {
        if (i === MAX_LENGTH_BYTES) return -1
        byte = bytes[bodyAt]!
        length += (byte & 0x7f) * 128 ** i
        bodyAt += 1
      }
      if (byte >= 0x80) {
        if (bodyAt - at > MAX_LENGTH_BYTES) return -1
        break
      }
      if (length > maxBytes) return -1
      const end = bodyAt + length
      if (end > bytes.length) {
        wanted = end - at
        break
      }
      if (check && !check(bytes, at, bodyAt, end)) return -1
      if ((bytes[at]! & TYPE_AND_QOS) === QOS1_PUBLISH) {
        const packet = readPublish(bytes, at, bodyAt, end)
        if (packet) {
          if (restFrom < at) rest(bytes.subarray(restFrom, at))
          restFrom = publish(packet) ? end : at
        }
      } else if (ping && bytes[at] === PINGREQ && length === 0) {
        if (restFrom < at) rest(bytes.subarray(restFrom, at))
        restFrom = ping() ? end : at
      } else if (puback && bytes[at] === PUBACK && length >= 2) {
        if (restFrom < at) rest(bytes.subarray(restFrom, at))
        // Without a reason code: success. [MQTT5 3.4.2.1]
        const reasonCode = length > 2 ? bytes[bodyAt + 2]! : 0
        restFrom = puback(bytes.readUInt16BE(bodyAt), reasonCode) ? end : at
      }
      at = end
    }
    if (restFrom < at) rest(bytes.subarray(restFrom, at))
    return at
  }

  /** Null: malformed. */
  function readPublish(bytes: Buffer, at: number, bodyAt: number, end: number): ScannedPublish | null {
    if (bodyAt + 2 > end) return null
    const idAt = bodyAt + 2 + bytes.readUInt16BE(bodyAt)
    if (idAt + 2 > end) return null
    const messageId = bytes.readUInt16BE(idAt)
    const payloadAt = version === 5 ? behindProperties(bytes, idAt + 2, end) : idAt + 2
    if (messageId === 0 || payloadAt > end) return null
    return {
      topic: bytes.toString('utf8', bodyAt + 2, idAt),
      payload: payloadAt === end ? EMPTY : bytes.subarray(payloadAt, end),
      messageId,
      retain: (bytes[at]! & RETAIN) !== 0,
    }
  }
}

/** Where the payload begins; beyond `end` when the length of the properties is none. [MQTT5-2.2.2] */
function behindProperties(bytes: Buffer, from: number, end: number): number {
  let length = 0
  for (let i = 0; i < MAX_LENGTH_BYTES && from + i < end; i += 1) {
    const byte = bytes[from + i]!
    length += (byte & 0x7f) * 128 ** i
    if (byte < 0x80) return from + i + 1 + length
  }
  return end + 1
}
