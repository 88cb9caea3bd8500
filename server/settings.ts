/** What a server is started with, and what runs then. */
import type { TelemetrySource } from '../core/ports.ts'
import type { Registry } from '../core/registry.ts'
import type { Authority } from './auth/authority.ts'
import type { Knocking } from './broker/knocking.ts'
import type { RateLimits } from './http/rate-limit.ts'
import type { Log } from './log.ts'
import type { BrokerAddress } from './mqtt.ts'
import type { TlsPair } from './tls-pair.ts'

export interface ServerSettings {
  /** 0: any free one. */
  httpPort: number
  dataDir: string
  publicUrl: string | undefined
  /** Null: plain HTTP. Who opened it ends it. */
  tls: TlsPair | null
  broker: BrokerAddress
  /** Where devices reach the broker with TLS; none: where this server does. */
  mqttsPort?: number | null
  /** True for an outside broker, whose accounts the server keeps; the embedded one asks the registry itself. */
  manageBroker: boolean
  /** Signs links to files; at least 32 random characters. */
  sessionSecret: string
  signingKeyFile: string
  /** True where devices are simulated: every dataset then says so. */
  demonstration?: boolean
  /** The built dashboard; default: `dashboard/dist` of this package. */
  dashboardDir?: string
  /** Other limits than the usual: for tests and benchmarks. */
  rateLimits?: RateLimits
  /** Checks every answer against its schema: for tests. */
  checkResponses?: boolean
}

export interface ServerOptions {
  /** Both stay open when the server stops; who made them ends them. */
  registry: Registry
  source: TelemetrySource
  config: ServerSettings
  log: Log
  clock?: () => number
  /** The broker in this process, which asks the registry at each sign-in. */
  embedded?: EmbeddedBroker | undefined
  /** Another than the contract's: for tests that take a rule away. */
  authority?: Authority | undefined
}

export interface EmbeddedBroker {
  /** Ends the connection of a device that was made with this credential. */
  disconnect(clientId: string, username?: string): void
  knocking: Knocking
}

export interface RunningServer {
  url: string
  port: number
}
export interface MimamoriServer {
  /** Resolves when requests are answered. Throws AppErrors `port_unavailable`, `broker_unavailable`. */
  start(): Promise<RunningServer>
  stop(): Promise<void>
}
