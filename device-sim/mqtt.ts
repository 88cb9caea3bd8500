/** The door to MQTT.js for devices: one connection from open to close; whoever holds it decides about reconnecting. */
import { connect, type MqttClient } from 'mqtt'
import { AppError } from '../core/errors.ts'

export interface MqttOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  url: string
  clientId: string
  username: string
  password: string
  /** 4 is MQTT 3.1.1 (what the embedded broker speaks), 5 is MQTT 5. */
  protocol?: 4 | 5
  /** Seconds; the broker gives the will after one and a half of them without a word. */
  keepaliveS?: number
  will: { topic: string; payload: string }
  onMessage: (topic: string, payload: Buffer) => void
}

export interface MqttConnection {
  /** QoS 1. Resolves at the PUBACK; rejects when the connection ends first, and then nothing is known of the message. */
  publish(topic: string, payload: string, retain?: boolean): Promise<void>
  subscribe(topics: string[]): Promise<void>
  /** Resolves when the connection is over, whoever ended it. */
  closed: Promise<void>
  /** Says DISCONNECT, so that the will is not given. */
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10_000
/** A polite end waits for PUBACKs; this long. */
const CLOSE_PATIENCE_MS = 2_000

/**
 * Opens a connection with a clean session: what must survive is in the device's outbox, not in the broker.
 * @throws AppError `mqtt_refused` (the broker said no) or `mqtt_unreachable`; both retryable, as credentials may be enrolled later.
 */
export function openMqtt(options: MqttOptions): Promise<MqttConnection> {
  return new Promise((resolve, reject) => {
    const client = connect(options.url, {
      clientId: options.clientId,
      username: options.username,
      password: options.password,
      protocolVersion: options.protocol ?? 4,
      keepalive: options.keepaliveS ?? 60,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      will: { topic: options.will.topic, payload: Buffer.from(options.will.payload), qos: 1, retain: true },
    })
    let cause: unknown
    client.on('error', error => {
      cause = error
    })
    client.on('message', (topic, payload) => options.onMessage(topic, payload))
    const closed = new Promise<void>(done => client.once('close', () => done()))
    client.once('connect', () => resolve(connectionOf(client, closed)))
    closed.then(
      () => {
        client.end(true)
        reject(openFailure(cause))
      },
      () => undefined,
    )
  })
}

function connectionOf(client: MqttClient, closed: Promise<void>): MqttConnection {
  const lost = closed.then(() => {
    throw new AppError('mqtt_closed', 'the connection to the broker ended', { retryable: true })
  })
  lost.catch(() => undefined)
  return {
    closed,
    publish: (topic, payload, retain = false) => {
      const acknowledged = new Promise<void>((done, failed) =>
        client.publish(topic, payload, { qos: 1, retain }, error => (error ? failed(error) : done())),
      )
      return Promise.race([acknowledged, lost])
    },
    subscribe: async topics => {
      const granted = client.subscribeAsync(topics, { qos: 1 })
      granted.catch(() => undefined)
      await Promise.race([granted, lost])
    },
    close: async () => {
      client.end(false)
      const patience = setTimeout(() => client.end(true), CLOSE_PATIENCE_MS)
      await closed
      clearTimeout(patience)
    },
  }
}

function openFailure(cause: unknown): AppError {
  const refused = typeof cause === 'object' && cause !== null && typeof Reflect.get(cause, 'code') === 'number'
  return refused
    ? new AppError('mqtt_refused', `the broker refused the connection: ${(cause as Error).message}`, {
        retryable: true,
        cause,
      })
    : new AppError('mqtt_unreachable', 'the broker cannot be reached', { retryable: true, cause })
}
