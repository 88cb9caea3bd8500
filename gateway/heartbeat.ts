/** The gateway's own sign of life: a retained message every ten seconds for each facility, with the totals of the message ledger. */
import type { GatewayMessage } from '../core/platform-messages.ts'
import { facilityTopic } from '../core/topics.ts'
import type { GatewayBus } from './bus.ts'
import { errorFields, type Log } from './log.ts'

export type GatewayTotals = NonNullable<GatewayMessage['totals']>

const PERIOD_MS = 10_000

export interface Heartbeat {
  start(): void
  /** Says at once that this facility is served. */
  beat(facility: string): void
  /** Says goodbye. */
  stop(): Promise<void>
}

export interface HeartbeatDeps {
  instance: string
  version: string
  bus: GatewayBus
  facilities(): Iterable<string>
  totals(facility: string): GatewayTotals
  spoolBytes(): number
  newestCondition(facility: string): number
  clock(): number
  log: Log
}

/** What the broker says in our place when we are gone. */
export const lastWill = (instance: string, version: string): GatewayMessage => ({
  v: 1,
  instance,
  state: 'offline',
  at: null,
  version,
  totals: null,
  spool_bytes: null,
  newest_condition: null,
})

export function createHeartbeat(deps: HeartbeatDeps): Heartbeat {
  const { instance, version, bus, log } = deps
  let timer: NodeJS.Timeout | undefined

  return {
    start() {
      timer = setInterval(() => {
        for (const facility of deps.facilities()) void send(facility, 'online')
      }, PERIOD_MS)
    },
    beat: facility => void send(facility, 'online'),
    async stop() {
      clearInterval(timer)
      await Promise.all([...deps.facilities()].map(facility => send(facility, 'offline')))
    },
  }

  async function send(facility: string, state: 'online' | 'offline'): Promise<void> {
    const message: GatewayMessage = {
      v: 1,
      instance,
      state,
      at: deps.clock(),
      version,
      totals: deps.totals(facility),
      spool_bytes: deps.spoolBytes(),
      newest_condition: deps.newestCondition(facility),
    }
    try {
      await bus.publish(facilityTopic(facility, 'gateway'), JSON.stringify(message), { qos: 1, retain: true })
    } catch (error) {
      log.debug({ facility, ...errorFields(error) }, 'heartbeat not sent')
    }
  }
}
