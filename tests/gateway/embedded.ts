/** The embedded broker and a gateway in one process, as standalone composes them, with devices that speak real MQTT. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { clientIdOf } from '../../core/ids.ts'
import { facilityTopic } from '../../core/topics.ts'
import { type Broker, type BrokerIdentity, createBroker } from '../../gateway/broker.ts'
import { createGateway, type Gateway, type GatewayDeps } from '../../gateway/gateway.ts'
import { type MemorySink, memorySink, registryOf } from './fixtures.ts'
import { quiet } from './quiet-log.ts'

export interface Embedded {
  port: number
  broker: Broker
  gateway: Gateway
  sink: MemorySink
  folder: string
  fatal: Error[]
  /** Connects a device with its own credential; everything about it can be overridden. */
  device(device: string, options?: IClientOptions): Promise<MqttClient>
  platform(): Promise<MqttClient>
  stop(): Promise<void>
}

/** The password of every account is its user name. */
const accounts: Record<string, BrokerIdentity> = {
  mat1: { kind: 'device', facility: 'demo', device: 'mat1' },
  mat2: { kind: 'device', facility: 'demo', device: 'mat2' },
  ghost: { kind: 'device', facility: 'demo', device: 'ghost' },
  server: { kind: 'platform' },
}

export async function startEmbedded(options: Partial<GatewayDeps> & { devices?: string[] } = {}): Promise<Embedded> {
  const folder = options.spoolDir ?? (await mkdtemp(join(tmpdir(), 'mimamori-gateway-')))
  const sink = memorySink()
  const fatal: Error[] = []
  const identityOf = (name: string): BrokerIdentity | null => {
    const further = options.devices?.includes(name)
      ? ({ kind: 'device', facility: 'demo', device: name } as const)
      : null
    return accounts[name] ?? further
  }
  const broker = createBroker({
    port: 0,
    host: '127.0.0.1',
    authenticate: async (_id, username, password) => (password === username ? identityOf(username) : null),
    ingest: (packet, done, ticket) => gateway.ingest(packet, done, ticket),
    log: quiet,
  })
  const gateway = createGateway({
    facilities: 'all',
    sink,
    source: sink,
    spoolDir: folder,
    spoolMaxBytes: 1e9,
    bus: broker.bus,
    log: quiet,
    fatal: error => void fatal.push(error),
    ...options,
  })
  await broker.start()
  await gateway.start()
  const registry = JSON.stringify(registryOf('demo', options.devices ?? ['mat1', 'mat2']))
  await broker.bus.publish(facilityTopic('demo', 'registry'), registry, { qos: 1, retain: true })
  const port = await broker.listen()
  const clients: MqttClient[] = []
  const connect = async (given: IClientOptions): Promise<MqttClient> => {
    const client = await mqtt.connectAsync(
      `mqtt://127.0.0.1:${port}`,
      { protocolVersion: 4, reconnectPeriod: 0, ...given },
      false,
    )
    // Ends of connections are what these tests look for, by the close event.
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }
  return {
    port,
    broker,
    gateway,
    sink,
    folder,
    fatal,
    device: (device, given = {}) =>
      connect({ clientId: clientIdOf('demo', device), username: device, password: device, ...given }),
    platform: () => connect({ clientId: 'server-1', username: 'server', password: 'server' }),
    async stop() {
      for (const client of clients) client.end(true)
      await broker.stop()
      await gateway.stop()
      if (!options.spoolDir) await rm(folder, { recursive: true, force: true })
    },
  }
}
