/** Puts the whole platform together in one process: broker, gateway, store, registry, server; hides the order of start and stop. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from '../core/registry.ts'
import { type BrokerIdentity, createBroker } from '../gateway/broker.ts'
import { createGateway } from '../gateway/gateway.ts'
import { createPacketBalance } from '../gateway/ledger/packet-balance.ts'
import type { Log } from '../gateway/log.ts'
import type { Authority } from '../server/auth/authority.ts'
import { createKnocking } from '../server/broker/knocking.ts'
import { createSigningKey } from '../server/export/sign/key-file.ts'
import type { RateLimits } from '../server/http/rate-limit.ts'
import { createServer } from '../server/server.ts'
import { openTlsPair } from '../server/tls-pair.ts'
import { createDuckdbTelemetry } from '../storage/telemetry/duckdb.ts'
import type { StandaloneConfig } from './config.ts'
import { keptSecret } from './secrets.ts'

export interface PlatformDeps {
  config: StandaloneConfig
  /** Opened last of all that may be in use elsewhere, so that a second process changes nothing. */
  openRegistry: () => Promise<Registry>
  log: Log
  /** Called when going on could lose messages; the process must end. */
  fatal: (error: Error) => void
  /** Other rules and limits than the usual: for tests. */
  server?: { authority?: Authority; rateLimits?: RateLimits }
}

export interface Platform {
  url: string
  mqttPort: number
  mqttsPort: number | null
  registry: Registry
  stop(): Promise<void>
}

/** Starts everything; resolves when the board is served. Throws AppErrors such as `store_locked`, `port_in_use`, `port_unavailable`. */
export async function startPlatform({
  config,
  openRegistry,
  log,
  fatal,
  server: others = {},
}: PlatformDeps): Promise<Platform> {
  const ends: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let end = ends.pop(); end; end = ends.pop()) await end()
  }
  try {
    mkdirSync(config.dataDir, { recursive: true })
    const store = createDuckdbTelemetry({ file: join(config.dataDir, 'telemetry.duckdb') })
    ends.push(store.stop)
    // The file is opened now: a second process ends here, before it touches anything.
    await store.sink.position()
    const registry = await openRegistry()
    ends.push(registry.stop)

    const knocking = createKnocking(Date.now)
    const serverPassword = randomBytes(24).toString('base64url')
    const balance = createPacketBalance()
    const tls = config.tlsFiles && (await openTlsPair(config.tlsFiles, { log }))
    if (tls) ends.push(async () => tls.stop())
    const broker = createBroker({
      port: config.mqttPort,
      tls: tls && config.mqttsPort !== null ? { port: config.mqttsPort, pair: tls } : null,
      authenticate: (clientId, username, password) => admit(clientId, username, password),
      ingest: (packet, done, ticket) => gateway.ingest(packet, done, ticket),
      acknowledged: balance.acknowledged,
      log,
    })
    const gateway = createGateway({
      facilities: 'all',
      sink: store.sink,
      source: store.source,
      spoolDir: config.spoolDir,
      spoolMaxBytes: config.spoolMaxBytes,
      balance,
      bus: broker.bus,
      log,
      fatal,
    })
    const admit = async (clientId: string, username: string, password: string): Promise<BrokerIdentity | null> => {
      if (username === 'server') return password === serverPassword ? { kind: 'platform' } : null
      const device = await registry.credentials.authenticate(clientId, username, password, Date.now())
      if (!device) {
        knocking.note(clientId, username)
        return null
      }
      // Before the gateway knows the facility, every device of it would be a stranger.
      await gateway.known(device.facility)
      return { kind: 'device', ...device }
    }
    await broker.start()
    await gateway.start()
    ends.push(gateway.stop)
    const mqttPort = await broker.listen()
    // Ended before the gateway, which then commits what had come in.
    ends.push(broker.stop)

    const signingKeyFile = join(config.dataDir, 'signing.key')
    if (!existsSync(signingKeyFile)) await createSigningKey(signingKeyFile)
    const server = createServer({
      registry,
      source: store.source,
      config: {
        httpPort: config.httpPort,
        dataDir: config.dataDir,
        publicUrl: config.publicUrl,
        tls,
        broker: { url: `mqtt://127.0.0.1:${mqttPort}`, username: 'server', password: serverPassword },
        mqttsPort: broker.tlsPort(),
        manageBroker: false,
        demonstration: config.demo,
        sessionSecret: keptSecret(join(config.dataDir, 'session-secret')),
        signingKeyFile,
        ...(others.rateLimits && { rateLimits: others.rateLimits }),
      },
      embedded: { disconnect: broker.disconnect, knocking },
      authority: others.authority,
      log,
    })
    const { url } = await server.start()
    ends.push(server.stop)
    return { url, mqttPort, mqttsPort: broker.tlsPort(), registry, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
