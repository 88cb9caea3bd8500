/** The devices' connections: few, each for many devices, and some for one device with its own credential. */
import mqtt, { type MqttClient } from 'mqtt'
import { clientIdOf } from '../../core/ids.ts'
import { FACILITY } from './process-config.ts'

export interface Links {
  /** Whether the connection of a device is up. */
  up(device: string): boolean
  /** QoS 1. `done` is called with the PUBACK, or with an error when there will be none. */
  publish(device: string, topic: string, payload: string | Buffer, done: (error?: Error | null) => void): void
  onMessage(listener: (topic: string, payload: Buffer) => void): void
  stop(): Promise<void>
}

export interface LinksOptions {
  url: string
  /** These have a connection of their own, under their own name. */
  alone: readonly string[]
  /** These share connections. */
  shared: readonly string[]
  hubs: number
  /** Each connection subscribes what its devices are told. */
  subscribe: (device: string) => string[]
}

export function openLinks({ url, alone, shared, hubs, subscribe }: LinksOptions): Links {
  const byDevice = new Map<string, MqttClient>()
  const clients: MqttClient[] = []
  let listener: (topic: string, payload: Buffer) => void = () => undefined
  for (const device of alone) open(clientIdOf(FACILITY, device), device, [device])
  for (let hub = 0; hub < hubs; hub += 1)
    open(
      `hub-${hub}`,
      'hub',
      shared.filter((_, i) => i % hubs === hub),
    )

  return {
    up: device => byDevice.get(device)?.connected === true,
    publish: (device, topic, payload, done) => void byDevice.get(device)?.publish(topic, payload, { qos: 1 }, done),
    onMessage(given) {
      listener = given
    },
    async stop() {
      await Promise.all(clients.map(client => client.endAsync(true)))
    },
  }

  function open(clientId: string, username: string, devices: readonly string[]): void {
    const client = mqtt.connect(url, {
      clientId,
      username,
      password: username,
      clean: true,
      resubscribe: false,
      reconnectPeriod: 150,
      connectTimeout: 3_000,
      keepalive: 20,
      queueQoSZero: false,
    })
    client.on('error', () => undefined)
    client.on('message', (topic, payload) => listener(topic, payload))
    client.on('connect', () => {
      const topics = devices.flatMap(subscribe)
      if (topics.length > 0) client.subscribe(topics, { qos: 1 }, () => undefined)
    })
    clients.push(client)
    for (const device of devices) byDevice.set(device, client)
  }
}
