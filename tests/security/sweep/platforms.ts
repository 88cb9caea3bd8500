/** The whole platform in this process, on the embedded broker or on Mosquitto as we ship it, with real parts and no limits on requests. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FacilityId } from '../../../core/ids.ts'
import type { Registry } from '../../../core/registry.ts'
import { createGateway } from '../../../gateway/gateway.ts'
import { createPacketBalance } from '../../../gateway/ledger/packet-balance.ts'
import { createLog } from '../../../gateway/log.ts'
import { createOutsideBroker } from '../../../gateway/outside-broker.ts'
import type { Authority } from '../../../server/auth/authority.ts'
import { createSigningKey } from '../../../server/export/sign/key-file.ts'
import { createServer } from '../../../server/server.ts'
import { parseConfig } from '../../../standalone/config.ts'
import { startPlatform } from '../../../standalone/platform.ts'
import { parseIdentityKeys } from '../../../storage/registry/identity-keys.ts'
import { createRegistry } from '../../../storage/registry/registry.ts'
import { createDuckdbTelemetry } from '../../../storage/telemetry/duckdb.ts'
import { startSecuredMosquitto } from '../../servers/mosquitto.ts'

export interface SweptPlatform {
  url: string
  mqttPort: number
  registry: Registry
  gatewayFigures(): Promise<string>
  /** An account at the broker that hears everything; null where there is none. */
  all: { username: string; password: string } | null
  stop(): Promise<void>
}
interface Options {
  dataDir: string
  authority: Authority
  /** Which the gateway serves; they are made afterwards. */
  facilities: readonly FacilityId[]
}
export type StartPlatform = (options: Options) => Promise<SweptPlatform>

const NO_LIMIT = { perSecond: 1e6, burst: 1e6 }
const RATE_LIMITS = { address: NO_LIMIT, user: NO_LIMIT, token: NO_LIMIT }
const fatal = (error: Error): never => {
  throw error
}
const openRegistry = (dataDir: string): Promise<Registry> =>
  createRegistry({ file: join(dataDir, 'registry.sqlite') }, parseIdentityKeys(randomBytes(32).toString('base64')))

export const startEmbedded: StartPlatform = async ({ dataDir, authority }) => {
  const parsed = parseConfig({ DATA_DIR: dataDir, HTTP_PORT: '0', MQTT_PORT: '0', DEMO: 'false' })
  if ('errors' in parsed) throw new Error(parsed.errors.join())
  const platform = await startPlatform({
    config: parsed.config,
    openRegistry: () => openRegistry(dataDir),
    log: createLog('silent'),
    fatal,
    server: { authority, rateLimits: RATE_LIMITS },
  })
  return { ...platform, gatewayFigures: async () => '', all: null }
}

/** Server and gateway with the accounts that deploy/ gives them, and an account for the test that may hear everything. */
export const startOnMosquitto: StartPlatform = async ({ dataDir, authority, facilities }) => {
  const mosquitto = await startSecuredMosquitto()
  const all = { username: 'hears-everything', password: 'an-account-of-this-test-alone' }
  const hear = (acltype: string) => ({ acltype, topic: '#', allow: true })
  await mosquitto.control(
    { command: 'createRole', rolename: all.username, acls: [hear('publishClientReceive'), hear('subscribePattern')] },
    { command: 'createClient', ...all, roles: [{ rolename: all.username }] },
  )
  const registry = await openRegistry(dataDir)
  const telemetry = createDuckdbTelemetry({ file: join(dataDir, 'telemetry.duckdb') })
  const signingKeyFile = join(dataDir, 'signing.key')
  await createSigningKey(signingKeyFile)
  const log = createLog('silent')
  const server = createServer({
    ...{ registry, source: telemetry.source, authority, log },
    config: {
      ...{ httpPort: 0, dataDir, publicUrl: undefined, tls: null, manageBroker: true, rateLimits: RATE_LIMITS },
      broker: { url: mosquitto.url, ...mosquitto.server },
      sessionSecret: randomBytes(32).toString('base64url'),
      signingKeyFile,
    },
  })
  const { port } = await server.start()
  const balance = createPacketBalance()
  const broker = createOutsideBroker({
    ...{ address: { url: mosquitto.url, ...mosquitto.gateway }, facilities, instance: 'swept', formerly: null },
    ingest: (packet, done, ticket) => gateway.ingest(packet, done, ticket),
    onSession: (...session) => gateway.session(...session),
    ...{ balance, clock: Date.now, log, fatal },
  })
  const gateway = createGateway({
    ...{ facilities, sink: telemetry.sink, source: telemetry.source, balance, bus: broker.bus, log, fatal },
    ...{ spoolDir: join(dataDir, 'spool'), spoolMaxBytes: 1e9, instance: 'swept' },
  })
  await gateway.start()
  broker.connect()
  for (const facility of facilities) void gateway.known(facility).then(() => broker.open(facility))
  return {
    ...{ url: `http://127.0.0.1:${port}`, mqttPort: mosquitto.port, registry, all },
    gatewayFigures: async () => (await gateway.metrics.text()).body,
    async stop() {
      await gateway.stop()
      await broker.stop()
      await server.stop()
      await telemetry.stop()
      await registry.stop()
      await mosquitto.stop()
    },
  }
}
