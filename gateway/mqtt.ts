/** A connection to an outside broker whose packets are acknowledged only when they are done with. Hides the mqtt library. */
import { randomBytes } from 'node:crypto'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import mqtt, { type IClientOptions } from 'mqtt'
import { AppError } from '../core/errors.ts'
import { MAX_PACKET_BYTES } from '../core/messages.ts'
import { createAckQueue } from './ack-queue.ts'
import { type BatchPublisher, createBatchPublisher, createIdProvider, type RetainedMessage } from './batch-publisher.ts'
import type { BusMessage, PacketDone } from './bus.ts'
import { createHeld } from './held.ts'
import { errorFields, type Log } from './log.ts'
import { createPublishScanner } from './publish-scanner.ts'
import { createReadTurns } from './read-turns.ts'
import { type TappedStream, tapSocket } from './tapped-stream.ts'

export interface BrokerAddress {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  url: string
  username?: string | undefined
  password?: string | undefined
  /** PEM; without it the system's authorities are trusted. */
  ca?: string | undefined
}

export interface LinkOptions {
  address: BrokerAddress
  clientId: string
  will?: { topic: string; payload: string }
  /** Called in the order of arrival; the packet is acknowledged when `done` is given its ticket, in that order too. */
  onPacket(message: BusMessage, done: PacketDone, ticket: number): void
  /** So many packets were acknowledged, or have lost their connection. */
  onAcknowledged?(packets: number): void
  /** At every connection: whether the broker still had our session, and with it what it had not delivered yet. */
  onSession?(present: boolean): void
  /** Another connection with our client id has taken our place. */
  onTakenOver(): void
  log: Log
  keepaliveS?: number
  /** Unacknowledged packets above which the socket is no longer read. */
  maxHeld?: number
  maxHeldBytes?: number
}

export interface Link {
  connected(): boolean
  /** Rejects with `broker_unavailable` while there is no connection: nothing is queued. */
  publish(topic: string, payload: string, options: { qos: 0 | 1; retain?: boolean }): Promise<void>
  /** Publishes retained messages with QoS 1, all in one write. Rejects as `publish` does, and when the connection ends before all are acknowledged. */
  publishAll(messages: readonly RetainedMessage[]): Promise<void>
  /** Subscribes with QoS 1 now, if connected, and at every later connection. */
  subscribe(topics: readonly string[]): void
  stop(): Promise<void>
}

const SESSION_EXPIRY_S = 30 * 86_400
const TAKEN_OVER = 0x8e
/** What the broker sends us besides what devices sent is small; a packet of a device has this and its topic. */
const MAX_BYTES = MAX_PACKET_BYTES + 65_536

export function connectLink(options: LinkOptions): Link {
  const { address, clientId, log, keepaliveS = 30, maxHeld = 5_000, maxHeldBytes = 16 * 1024 * 1024 } = options
  const topics = new Set<string>()
  let tap: TappedStream | null = null
  let batches: BatchPublisher | null = null
  let failure: Error | null = null
  let away = false

  const client = new mqtt.MqttClient(newStream, {
    ...credentials(address),
    clientId,
    protocolVersion: 5,
    clean: false,
    resubscribe: false,
    queueQoSZero: false,
    messageIdProvider: createIdProvider(),
    // The library would put together a text for each of its steps, for nobody.
    log: () => undefined,
    reconnectPeriod: 1_000,
    keepalive: keepaliveS,
    // A hint only: Mosquitto 2.0.11 goes beyond it. The limits of what is held are what counts.
    properties: { sessionExpiryInterval: SESSION_EXPIRY_S, receiveMaximum: 2_000 },
    ...(options.will
      ? { will: { ...options.will, payload: Buffer.from(options.will.payload), qos: 1, retain: true } }
      : {}),
  } as IClientOptions)

  client.on('connect', ({ sessionPresent }) => {
    log.info({ client_id: clientId, session_present: sessionPresent }, 'connected to the broker')
    away = false
    options.onSession?.(sessionPresent)
    subscribeNow([...topics])
  })
  client.on('close', () => {
    const why = failure ? errorFields(failure) : {}
    if (!away) log.warn({ client_id: clientId, ...why }, 'no connection to the broker, trying again every second')
    away = true
  })
  client.on('error', error => log.warn({ client_id: clientId, ...errorFields(error) }, 'the broker refuses or fails'))
  client.on('disconnect', packet => {
    if (packet.reasonCode === TAKEN_OVER) options.onTakenOver()
  })
  // Only what was published with QoS 0 comes this way: there is nothing to acknowledge.
  client.on('message', (topic, payload, { retain }) => {
    options.onPacket({ topic, payload, retained: retain === true }, () => options.onAcknowledged?.(1), 0)
  })
  // While nothing is read, the broker's answers to pings are not either: the connection is kept alive from here.
  const pinging = setInterval(
    () => {
      if (!client.connected || !tap?.paused()) return
      client.sendPing()
      client.reschedulePing(true)
    },
    (keepaliveS * 1_000) / 3,
  )

  return {
    connected: () => client.connected,
    publish: (topic, payload, { qos, retain = false }) =>
      new Promise((resolve, reject) => {
        if (!client.connected) {
          reject(new AppError('broker_unavailable', 'no connection to the broker', { retryable: true }))
          return
        }
        client.publish(topic, payload, { qos, retain }, error => (error ? reject(error) : resolve()))
      }),
    publishAll: messages =>
      client.connected && batches
        ? batches.publish(messages)
        : Promise.reject(new AppError('broker_unavailable', 'no connection to the broker', { retryable: true })),
    subscribe(more) {
      for (const topic of more) topics.add(topic)
      if (client.connected) subscribeNow(more)
    },
    async stop() {
      away = true
      clearInterval(pinging)
      await client.endAsync(true)
    },
  }

  /** Packet ids are per connection: each has its own order of acknowledgements, and what it still owes dies with it. */
  function newStream(): Duplex {
    const socket = openSocket(address)
    failure = null
    socket.on('error', error => {
      failure = error
    })
    const acks = createAckQueue(
      packets => void tapped.stream.write(packets),
      packets => options.onAcknowledged?.(packets),
    )
    const publisher = createBatchPublisher(packets => void tapped.stream.write(packets))
    const done = (ticket: number): void => held.remove(acks.finish(ticket))
    const held = createHeld(
      { packets: maxHeld, bytes: maxHeldBytes },
      { pause: () => tapped.pause(), resume: () => tapped.resume() },
    )
    const tapped = tapSocket(socket, {
      turns: createReadTurns(),
      scannerOf: rest =>
        createPublishScanner({
          version: 5,
          maxBytes: MAX_BYTES,
          rest,
          puback: publisher.acknowledged,
          publish({ topic, payload, messageId, retain }) {
            const ticket = acks.hold(messageId, payload.length)
            held.add(payload.length)
            options.onPacket({ topic, payload, retained: retain }, done, ticket)
            return true
          },
        }),
    })
    tapped.stream.once('close', () => {
      acks.close()
      held.end()
      publisher.close()
    })
    batches = publisher
    tap = tapped
    return tapped.stream
  }

  function subscribeNow(wanted: readonly string[]): void {
    if (wanted.length === 0) return
    client.subscribe([...wanted], { qos: 1 }, (error, granted) => {
      const refused = granted?.filter(grant => grant.qos >= 128).map(grant => grant.topic)
      if (error || refused?.length) log.error({ refused, ...errorFields(error) }, 'the broker refuses a subscription')
    })
  }
}

/**
 * What the broker keeps on some topics, read by a connection of its own that disturbs nobody.
 * Waits for the broker as long as it takes; throws `broker_unavailable` when it refuses our credentials.
 */
export async function readRetained(address: BrokerAddress, topics: readonly string[]): Promise<BusMessage[]> {
  const clientId = `gateway-probe-${randomBytes(6).toString('hex')}`
  const client = mqtt.connect(address.url, {
    ...credentials(address),
    clientId,
    protocolVersion: 5,
    reconnectPeriod: 1_000,
  })
  const messages: BusMessage[] = []
  client.on('message', (topic, payload) => messages.push({ topic, payload, retained: true }))
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      // A refusal has a reason code; what is only unreachable is tried again.
      client.on('error', cause => {
        if ('code' in cause && typeof cause.code === 'number')
          reject(new AppError('broker_unavailable', `the broker refuses us: ${cause.message}`, { cause }))
      })
    })
    await client.subscribeAsync([...topics], { qos: 0 })
    // Retained messages follow their SUBACK; when a second one has come, so have they.
    await client.subscribeAsync([...topics], { qos: 0 })
    return messages
  } finally {
    await client.endAsync(true)
  }
}

function openSocket({ url, ca }: BrokerAddress): Socket {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol !== 'mqtts:' && protocol !== 'tls:')
    return connectTcp({ host, port: Number(port || 1883), noDelay: true })
  const socket = connectTls({
    host,
    port: Number(port || 8883),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
  })
  return socket.setNoDelay(true)
}

const credentials = ({ username, password, ca }: BrokerAddress): IClientOptions => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
  ...(ca === undefined ? {} : { ca }),
})
