/** How long the broker alone takes: a message of no concern to anybody, from one client to another, again and again; the fault of a slow broker is its own. */
import mqtt from 'mqtt'
import type { Account } from '../../servers/mosquitto.ts'

export interface BrokerPulse {
  /** Milliseconds from PUBLISH to arrival, in rising order, of those that came since the last call. */
  take(): number[]
  stop(): Promise<void>
}

const EVERY_MS = 20
const TOPIC = 'pulse'

export async function startBrokerPulse(url: string, account: Account): Promise<BrokerPulse> {
  const [from, to] = await Promise.all([mqtt.connectAsync(url, account), mqtt.connectAsync(url, account)])
  let tookMs: number[] = []
  to.on('message', (_topic, payload) => void tookMs.push(performance.now() - Number(payload)))
  await to.subscribeAsync(TOPIC, { qos: 1 })
  const timer = setInterval(() => from.publish(TOPIC, String(performance.now()), { qos: 1 }), EVERY_MS)
  return {
    take() {
      const taken = tookMs
      tookMs = []
      return taken.sort((a, b) => a - b)
    },
    async stop() {
      clearInterval(timer)
      await Promise.all([from.endAsync(true), to.endAsync(true)])
    },
  }
}
