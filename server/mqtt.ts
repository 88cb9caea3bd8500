/** The server's way to the broker: connect, publish, listen; hides the mqtt library. */
import { randomBytes } from 'node:crypto'
import mqtt from 'mqtt'
import { AppError } from '../core/errors.ts'

export interface BrokerAddress {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  url: string
  username?: string
  password?: string
  /** PEM; without it the system's authorities are trusted. */
  ca?: string
  /** Of this server's connection; any number of servers run side by side, so the default is random. */
  clientId?: string
}

export interface BusMessage {
  topic: string
  payload: Buffer
  /** True for what the broker had kept from before we subscribed. */
  retained: boolean
}
export type BusListener = (message: BusMessage) => void

/** A connection that comes back by itself and subscribes again; nothing is published twice by it. */
export interface Bus {
  connected(): boolean
  /** Resolves when the broker has acknowledged (QoS 1) or taken (QoS 0) it; rejects with `broker_unavailable` after 10 s. */
  publish(topic: string, payload: string, options: { qos: 0 | 1; retain?: boolean }): Promise<void>
  /**
   * Calls `listener` for every message whose topic `matches` says yes to; resolves once the broker has granted the filters.
   * A listener must not throw. Returns the way to stop listening (the subscription itself stays).
   */
  subscribe(
    filters: readonly string[],
    qos: 0 | 1,
    matches: (topic: string) => boolean,
    listener: BusListener,
  ): Promise<() => void>
  /** Called at every later connection, after the subscriptions are back. */
  onReconnect(listener: () => void): void
  stop(): Promise<void>
}

const ANSWER_MS = 10_000

/** Connects; rejects with `broker_unavailable` when the broker cannot be reached or refuses within 15 s. */
export async function connectBus(
  address: BrokerAddress,
  log: { warn(fields: object, text: string): void; info(fields: object, text: string): void },
): Promise<Bus> {
  const client = mqtt.connect(address.url, {
    clientId: address.clientId ?? `server-${randomBytes(6).toString('hex')}`,
    username: address.username,
    password: address.password,
    ca: address.ca,
    clean: true,
    resubscribe: true,
    reconnectPeriod: 1_000,
    connectTimeout: 10_000,
    keepalive: 15,
  })
  const listeners = new Set<{ matches: (topic: string) => boolean; listener: BusListener }>()
  const onReconnect: (() => void)[] = []
  let connections = 0
  let lost = false

  client.on('message', (topic, payload, packet) => {
    for (const { matches, listener } of listeners)
      if (matches(topic)) listener({ topic, payload, retained: packet.retain === true })
  })
  client.on('connect', () => {
    connections += 1
    if (connections > 1) for (const listener of onReconnect) listener()
    if (lost) log.info({}, 'broker is back')
    lost = false
  })
  client.on('close', () => {
    if (connections > 0 && !lost && !client.disconnecting) {
      lost = true
      log.warn({}, 'broker connection lost, trying again every second')
    }
  })
  let lastError: Error | null = null
  client.on('error', error => {
    lastError = error
  })

  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => fail(lastError ?? new Error('no answer within 15 s')), 15_000)
    const done = () => {
      clearTimeout(timer)
      client.off('connect', succeed)
      client.off('error', refused)
    }
    const succeed = () => {
      done()
      resolve()
    }
    const fail = (cause: Error) => {
      done()
      client.end(true)
      reject(
        new AppError('broker_unavailable', `no broker at ${address.url}: ${cause.message}`, { retryable: true, cause }),
      )
    }
    // A refusal of our credentials does not get better by itself; everything else may.
    const refused = (error: Error) => {
      if ('code' in error && typeof error.code === 'number') fail(error)
    }
    client.on('connect', succeed)
    client.on('error', refused)
  })

  return {
    connected: () => client.connected,
    publish: (topic, payload, { qos, retain = false }) =>
      withinTime(
        client.publishAsync(topic, payload, { qos, retain }).then(() => undefined),
        `publishing on ${topic}`,
      ),
    async subscribe(filters, qos, matches, listener) {
      const entry = { matches, listener }
      listeners.add(entry)
      const grants = await withinTime(client.subscribeAsync([...filters], { qos }), `subscribing ${filters.join(', ')}`)
      const refused = grants.find(grant => grant.qos >= 128)
      if (refused) throw new AppError('broker_refused', `the broker refuses the subscription ${refused.topic}`)
      return () => listeners.delete(entry)
    },
    onReconnect: listener => {
      onReconnect.push(listener)
    },
    async stop() {
      await client.endAsync()
    },
  }
}

function withinTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new AppError('broker_unavailable', `${what}: no answer from the broker within 10 s`, { retryable: true }),
        ),
      ANSWER_MS,
    )
  })
  return Promise.race([
    work.catch((cause: unknown) => {
      if (cause instanceof AppError) throw cause
      throw new AppError('broker_unavailable', `${what}: ${String(cause)}`, { retryable: true, cause })
    }),
    late,
  ]).finally(() => clearTimeout(timer))
}

/** What an address leaves out is what its scheme says. */
export function portOf(url: string): { port: number; tls: boolean } {
  const { protocol, port } = new URL(url)
  const tls = protocol === 'mqtts:'
  return { port: Number(port) || (tls ? 8883 : 1883), tls }
}
