/** Topology one: broker, gateway and DuckDB in one process; the PUBACK is the obligation. */
import { join } from 'node:path'
import { createDuckdbTelemetry } from '../../storage/telemetry/duckdb.ts'
import { freePort } from '../servers/child.ts'
import type { Bundle } from './bundle.ts'
import type { Sabotage } from './process-config.ts'
import type { Rig } from './rig.ts'
import { startTcpProxy } from './tcp-proxy.ts'
import { createTorturedGateway } from './tortured-gateway.ts'

export interface RigOptions {
  bundle: Bundle
  /** Belongs to this rig. */
  dir: string
  devices: readonly string[]
  sabotage: Sabotage
  random: () => number
}

export async function startEmbeddedRig({ bundle, dir, devices, sabotage, random }: RigOptions): Promise<Rig> {
  const port = await freePort()
  const device = await startTcpProxy({ port }, random)
  const config = { kind: 'embedded', dir, port, spoolDir: join(dir, 'gateway'), devices, sabotage } as const
  const gateway = createTorturedGateway({ bundle, dir, config })
  gateway.start()
  return {
    topology: 'embedded',
    by: 'puback',
    gateway,
    url: `mqtt://127.0.0.1:${device.port}`,
    brokerUrl: `mqtt://127.0.0.1:${port}`,
    proxies: { device },
    programs: {},
    isStored: async (name, ms) =>
      gateway.ready() && gateway.process.ask<boolean>({ ask: 'stored', device: name, ms }, 2_000).catch(() => false),
    async openStore() {
      return createDuckdbTelemetry({ file: join(dir, 'telemetry.duckdb') })
    },
    serverReads: () => 0,
    async stop() {
      gateway.mayEnd()
      await gateway.process.kill()
      await device.stop()
    },
  }
}
