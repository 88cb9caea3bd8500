/** Topology two: Mosquitto, a gateway process, InfluxDB 2 and the server, each its own process; the receipt is the obligation. */
import { join } from 'node:path'
import type { DeviceId } from '../../core/ids.ts'
import { createInfluxTelemetry } from '../../storage/telemetry/influx.ts'
import { startInfluxd } from '../servers/influxd.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { FACILITY } from './process-config.ts'
import type { Rig } from './rig.ts'
import type { RigOptions } from './rig-embedded.ts'
import { startServerPart } from './server-part.ts'
import { startStoreProxy } from './store-proxy.ts'
import { startTcpProxy } from './tcp-proxy.ts'
import { createTorturedGateway } from './tortured-gateway.ts'

/** From the gateway to the store: TCP proxy, then HTTP proxy, then InfluxDB. */
export async function startOutsideRig({ bundle, dir, devices, sabotage, random }: RigOptions): Promise<Rig> {
  const ends: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of ends.reverse()) await end()
  }
  try {
    const [broker, store] = await Promise.all([
      startMosquitto({ dir: join(dir, 'mosquitto') }),
      startInfluxd({ dir: join(dir, 'influxd') }),
    ])
    ends.push(broker.stop, store.stop)
    const server = await startServerPart({
      bundle,
      dir: join(dir, 'server'),
      devices,
      brokerUrl: broker.url,
      influx: store,
    })
    ends.push(server.stop)
    const storeProxy = await startStoreProxy(store.url, count => Math.floor(random() * count))
    const [device, toBroker, toStore] = await Promise.all(
      [broker.port, broker.port, storeProxy.port].map(port => startTcpProxy({ port }, random)),
    )
    if (!device || !toBroker || !toStore) throw new Error('no proxies')
    ends.push(storeProxy.stop, device.stop, toBroker.stop, toStore.stop)
    const { token, org, bucket } = store
    const gateway = createTorturedGateway({
      bundle,
      dir,
      config: {
        kind: 'outside',
        spoolDir: join(dir, 'gateway'),
        devices,
        sabotage,
        brokerUrl: `mqtt://127.0.0.1:${toBroker.port}`,
        influx: { url: `http://127.0.0.1:${toStore.port}`, token, org, bucket },
      },
    })
    ends.push(async () => {
      gateway.mayEnd()
      await gateway.process.kill()
    })
    gateway.start()
    const reader = createInfluxTelemetry({ url: store.url, token, org, bucket, readTimeoutMs: 20_000 })
    ends.push(reader.stop)
    return {
      topology: 'outside',
      by: 'receipt',
      gateway,
      url: `mqtt://127.0.0.1:${device.port}`,
      brokerUrl: broker.url,
      proxies: { device, gateway: toBroker, store: toStore },
      programs: { broker, store, server: server.child },
      storeProxy,
      async isStored(name, ms) {
        const range = { facility: FACILITY, devices: [name as DeviceId], fromMs: ms, toMs: ms + 1 }
        try {
          for await (const _ of reader.source.scan(range)) return true
        } catch {
          // The store is down: asked again.
        }
        return false
      },
      openStore: async () => ({ source: reader.source, stop: async () => undefined }),
      serverReads: server.reads,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
