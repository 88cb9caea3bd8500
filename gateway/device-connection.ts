/** One connection to the embedded broker: what a device publishes on its own topics goes straight to the gateway, the rest to the broker's library. */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAckQueue } from './ack-queue.ts'
import type { Ingest, PacketOutcome } from './bus.ts'
import { createHeld, type HeldLimits } from './held.ts'
import { isWellFormed } from './packet-form.ts'
import { createPublishScanner } from './publish-scanner.ts'
import type { ReadTurns } from './read-turns.ts'
import { tapSocket } from './tapped-stream.ts'

export interface DeviceConnection {
  /** For the library. */
  stream: Duplex
  /**
   * Now and then: ends the connection when nothing has come for one and a half times as long as the client said [MQTT-3.1.2-24]; reads a little
   * where reading is paused, for the client's PINGREQ stands behind what it has sent.
   */
  keepAlive(nowMs: number): void
  /** Calls `acknowledge`, which has the library write the PUBACK of a packet of QoS 1, when those of all packets before it are written. */
  inTurn(messageId: number, acknowledge: () => void): void
}

export interface DeviceConnectionDeps {
  socket: Socket
  maxPacketBytes: number
  /** Bytes held by all connections together. */
  shared: NonNullable<HeldLimits['shared']>
  /** Of all connections together. */
  turns: ReadTurns
  ingest: Ingest
  /** Whether the client is signed in. */
  connected(): boolean
  /** Whether the client is signed in and what it publishes on this topic is the gateway's alone. */
  mayTake(topic: string): boolean
  /** Seconds; 0: the client asked for none, or is not signed in yet. */
  keepaliveS(): number
  /** So many packets that went straight to the gateway were acknowledged, or have lost their connection. */
  acknowledged(packets: number): void
  /** Ends the connection in good order, without acknowledging. */
  close(): void
}

/** A client that has so much under way is not read until half of it is done. */
const MAX_HELD = 2_000
const MAX_HELD_BYTES = 4 * 1024 * 1024
/** Ends the topic of an event. Where it stands elsewhere, something comes before its turn; where it is cut in two, an event after it. */
const EVENT = Buffer.from('/event')
const PINGRESP = Buffer.from([0xd0, 0])

export function createDeviceConnection(deps: DeviceConnectionDeps): DeviceConnection {
  const acks = createAckQueue(packets => void tapped.stream.write(packets), deps.acknowledged)
  /** Places in the order of packets that went to the library; a client may use a number again before it was acknowledged. */
  const turns = new Map<number, ((acknowledge: () => void) => void)[]>()
  const held = createHeld(
    { packets: MAX_HELD, bytes: MAX_HELD_BYTES, shared: deps.shared },
    { pause: () => tapped.pause(), resume: () => tapped.resume() },
  )
  const tapped = tapSocket(deps.socket, {
    turns: deps.turns,
    urgent: chunk => chunk.includes(EVENT),
    scannerOf: rest =>
      createPublishScanner({ version: 4, maxBytes: deps.maxPacketBytes, check: isWellFormed, rest, publish, ping }),
  })
  tapped.stream.once('close', () => {
    acks.close()
    held.end()
  })

  return {
    stream: tapped.stream,
    keepAlive(nowMs) {
      const limitMs = deps.keepaliveS() * 1_500
      if (limitMs === 0) return
      // While we do not read we cannot know.
      if (tapped.paused()) {
        if (held.hasReserve()) tapped.readOnce()
      } else if (nowMs - tapped.heardMs() > limitMs) tapped.stream.destroy(new Error('keep alive timeout'))
    },
    inTurn(messageId, acknowledge) {
      const [turn, ...later] = turns.get(messageId) ?? []
      if (later.length > 0) turns.set(messageId, later)
      else turns.delete(messageId)
      if (turn) turn(acknowledge)
      else acknowledge()
    },
  }

  /** Answered here, because the library reads on only when the gateway is done with what it was given. */
  function ping(): boolean {
    if (!deps.connected()) return false
    tapped.stream.write(PINGRESP)
    return true
  }

  function publish({ topic, payload, messageId }: { topic: string; payload: Buffer; messageId: number }): boolean {
    if (!deps.mayTake(topic)) {
      turns.set(messageId, [...(turns.get(messageId) ?? []), acks.turn()])
      return false
    }
    held.add(payload.length)
    deps.ingest({ topic, payload, retained: false }, done, acks.hold(messageId, payload.length))
    return true
  }

  function done(ticket: number, outcome?: PacketOutcome): void {
    if (outcome?.close) {
      acks.close()
      deps.close()
    }
    const holdMs = outcome?.holdMs ?? 0
    if (holdMs === 0) {
      held.remove(acks.finish(ticket))
      return
    }
    // Never so long that the client would think us gone.
    const keepaliveMs = deps.keepaliveS() * 1_000
    const inTimeMs = keepaliveMs > 0 ? Math.min(holdMs, keepaliveMs / 2) : holdMs
    setTimeout(() => void acks.finish(ticket), inTimeMs)
    held.remove(acks.bytesOf(ticket))
  }
}
