/** A connection to an outside broker whose packets are acknowledged only when they are done with. Hides the mqtt library. */
import { randomBytes } from 'node:crypto'
import mqtt, { type IClientOptions, type IPublishPacket } from 'mqtt'
import { AppError } from '../core/errors.ts'
import { type AckQueue, createAckQueue } from './ack-queue.ts'
import type { BusMessage } from './bus.ts'
import { errorFields, type Log } from './log.ts'

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
  /** Called in the order of arrival; the packet is acknowledged when `done` is called, in that order too. */
  onPacket(message: BusMessage, done: () => void): void
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
  /** Subscribes with QoS 1 now, if connected, and at every later connection. */
  subscribe(topics: readonly string[]): void
  stop(): Promise<void>
}

const SESSION_EXPIRY_S = 30 * 86_400
const TAKEN_OVER = 0x8e
/** Tells MQTT.js to send no PUBACK and to go on with the next packet. Nowhere documented: tests/contract/broker-outside.test.ts holds it. */
const DEFER = new Error('acknowledged later')

export function connectLink(options: LinkOptions): Link {
  const { address, clientId, log, keepaliveS = 30, maxHeld = 5_000, maxHeldBytes = 16 * 1024 * 1024 } = options
  const client = mqtt.connect(address.url, {
    ...credentials(address),
    clientId,
    protocolVersion: 5,
    clean: false,
    resubscribe: false,
    queueQoSZero: false,
    reconnectPeriod: 1_000,
    keepalive: keepaliveS,
    // A hint only: Mosquitto 2.0.11 goes beyond it. The cap below is what holds.
    properties: { sessionExpiryInterval: SESSION_EXPIRY_S, receiveMaximum: 2_000 },
    ...(options.will
      ? { will: { ...options.will, payload: Buffer.from(options.will.payload), qos: 1, retain: true } }
      : {}),
  } as IClientOptions)
  const topics = new Set<string>()
  let acks: AckQueue = createAckQueue(() => undefined)
  let held = 0
  let heldBytes = 0
  let resume: (() => void) | null = null
  let pinging: NodeJS.Timeout | undefined
  let away = false

  client.on('connect', ({ sessionPresent }) => {
    const { stream } = client
    acks.close()
    acks = createAckQueue(packets => {
      if (client.connected && client.stream === stream) stream.write(packets)
    })
    log.info({ client_id: clientId, session_present: sessionPresent }, 'connected to the broker')
    away = false
    subscribeNow([...topics])
  })
  client.on('close', () => {
    // What was not acknowledged comes again on the next connection; its place in this one's order is void.
    acks.close()
    resume = null
    clearInterval(pinging)
    if (!away) log.warn({ client_id: clientId }, 'no connection to the broker, trying again every second')
    away = true
  })
  client.on('error', error => log.warn({ client_id: clientId, ...errorFields(error) }, 'the broker refuses or fails'))
  client.on('disconnect', packet => {
    if (packet.reasonCode === TAKEN_OVER) options.onTakenOver()
  })

  client.handleMessage = (packet, next) => {
    receive(packet)
    if (held < maxHeld && heldBytes < maxHeldBytes) next(DEFER)
    else pause(() => next(DEFER))
  }

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

  function receive({ topic, payload, qos, retain, messageId }: IPublishPacket): void {
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload)
    const acknowledge = qos === 1 && messageId !== undefined ? acks.hold(messageId) : null
    held += 1
    heldBytes += bytes.length
    options.onPacket({ topic, payload: bytes, retained: retain }, () => {
      held -= 1
      heldBytes -= bytes.length
      acknowledge?.()
      if (resume && held <= maxHeld / 2 && heldBytes <= maxHeldBytes / 2) {
        clearInterval(pinging)
        const go = resume
        resume = null
        go()
      }
    })
  }

  /** While MQTT.js waits for us it reads nothing, not even the broker's answer to a ping: so we keep the connection alive ourselves. */
  function pause(go: () => void): void {
    resume = go
    clearInterval(pinging)
    pinging = setInterval(
      () => {
        client.sendPing()
        client.reschedulePing(true)
      },
      (keepaliveS * 1_000) / 2,
    )
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

const credentials = ({ username, password, ca }: BrokerAddress): IClientOptions => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
  ...(ca === undefined ? {} : { ca }),
})
