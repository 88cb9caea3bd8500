/** What a round needs of the system under test, however it is put together. */
import type { TelemetrySource } from '../../core/ports.ts'
import type { Child } from '../servers/child.ts'
import type { StoreProxy } from './store-proxy.ts'
import type { TcpProxy } from './tcp-proxy.ts'
import type { TorturedGateway } from './tortured-gateway.ts'
import type { SafeBy } from './traffic.ts'

export const TOPOLOGIES = ['embedded', 'outside'] as const
export type Topology = (typeof TOPOLOGIES)[number]

export interface Rig {
  topology: Topology
  by: SafeBy
  gateway: TorturedGateway
  /** Where devices connect: through `proxies.device`. */
  url: string
  /** The broker itself. */
  brokerUrl: string
  /** Connections that can be spoilt. */
  proxies: Partial<Record<'device' | 'gateway' | 'store', TcpProxy>> & { device: TcpProxy }
  /** Programs beside the gateway that can be killed. */
  programs: Partial<Record<'broker' | 'store' | 'server', Child>>
  storeProxy?: StoreProxy
  /** Read from the store. */
  isStored(device: string, deviceMs: number): Promise<boolean>
  /** The store as it is when the gateway has been stopped. */
  openStore(): Promise<{ source: TelemetrySource; stop(): Promise<void> }>
  /** Answers that the server gave from the store. */
  serverReads(): number
  stop(): Promise<void>
}
