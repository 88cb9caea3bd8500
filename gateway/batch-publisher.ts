/** Publishes many small retained messages in one write: a thousand devices a second are told what is safe, and the MQTT library makes many objects and writes for each. */
import { AppError } from '../core/errors.ts'

export interface RetainedMessage {
  topic: string
  payload: string
}

/** Of one connection, MQTT 5, QoS 1. */
export interface BatchPublisher {
  /** Resolves when the broker has acknowledged all; rejects when it refuses one, or when the connection ends first. */
  publish(messages: readonly RetainedMessage[]): Promise<void>
  /** @returns whether the packet acknowledged was one of ours */
  acknowledged(messageId: number, reasonCode: number): boolean
  close(): void
}

/** Packet ids from here on are ours, those below the library's. */
export const FIRST_OWN_ID = 0x8000
const LAST_ID = 0xffff
const PUBLISH_QOS1_RETAIN = 0x33
/** Reason codes from here on are failures. [MQTT5 2.4] */
const FAILURE = 0x80

interface Batch {
  left: number
  resolve(): void
  reject(error: Error): void
}

/** @param write takes whole packets */
export function createBatchPublisher(write: (packets: Uint8Array) => void): BatchPublisher {
  const underWay = new Map<number, Batch>()
  let nextId = FIRST_OWN_ID
  let closed = false

  return {
    publish(messages) {
      if (messages.length === 0) return Promise.resolve()
      if (closed || underWay.size + messages.length > LAST_ID - FIRST_OWN_ID + 1) return Promise.reject(unavailable())
      return new Promise((resolve, reject) => {
        const batch: Batch = { left: messages.length, resolve, reject }
        write(Buffer.concat(messages.map(message => packetOf(message, takeId(batch)))))
      })
    },
    acknowledged(messageId, reasonCode) {
      if (messageId < FIRST_OWN_ID) return false
      const batch = underWay.get(messageId)
      if (!batch) return true
      underWay.delete(messageId)
      batch.left -= 1
      if (reasonCode >= FAILURE)
        batch.reject(new AppError('broker_refused', `the broker refuses a message: ${reasonCode}`))
      else if (batch.left === 0) batch.resolve()
      return true
    },
    close() {
      closed = true
      for (const batch of new Set(underWay.values())) batch.reject(unavailable())
      underWay.clear()
    },
  }

  function takeId(batch: Batch): number {
    while (underWay.has(nextId)) nextId = idAfter(nextId)
    const id = nextId
    underWay.set(id, batch)
    nextId = idAfter(id)
    return id
  }
}

const idAfter = (id: number): number => (id === LAST_ID ? FIRST_OWN_ID : id + 1)

const unavailable = (): AppError =>
  new AppError('broker_unavailable', 'no connection to the broker', { retryable: true })

function packetOf({ topic, payload }: RetainedMessage, id: number): Buffer {
  const topicBytes = Buffer.byteLength(topic)
  // Topic with its length, packet id, no properties.
  const remaining = 2 + topicBytes + 2 + 1 + Buffer.byteLength(payload)
  const packet = Buffer.allocUnsafe(1 + bytesOfLength(remaining) + remaining)
  packet[0] = PUBLISH_QOS1_RETAIN
  let at = putLength(packet, 1, remaining)
  at = packet.writeUInt16BE(topicBytes, at)
  at += packet.write(topic, at)
  at = packet.writeUInt16BE(id, at)
  at = packet.writeUInt8(0, at)
  packet.write(payload, at)
  return packet
}

/** Seven bits a byte, lowest first. [MQTT5 1.5.5] */
function bytesOfLength(length: number): number {
  return length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4
}

function putLength(packet: Buffer, from: number, length: number): number {
  let at = from
  for (let rest = length; ; rest >>= 7) {
    packet[at++] = rest > 127 ? (rest & 0x7f) | 0x80 : rest
    if (rest <= 127) return at
  }
}

/** Library ids: those below ours, one after another; one that is still in use is passed over. */
export function createIdProvider() {
  const inUse = new Set<number>()
  let last = 0
  const register = (id: number): boolean => {
    if (id >= FIRST_OWN_ID || inUse.has(id)) return false
    inUse.add(id)
    return true
  }
  return {
    allocate(): number | null {
      for (let tries = 1; tries < FIRST_OWN_ID; tries += 1) {
        last = last + 1 < FIRST_OWN_ID ? last + 1 : 1
        if (register(last)) return last
      }
      return null
    },
    getLastAllocated: (): number | null => last || null,
    register,
    deallocate: (id: number): void => void inUse.delete(id),
    clear: (): void => inUse.clear(),
  }
}
