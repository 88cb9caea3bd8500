/** How long the broker alone takes: a message of no concern to anybody, from one client to another, again and again; the fault of a slow broker is its own. */
import mqtt from 'mqtt'

export interface BrokerPulse {
  /** Milliseconds from PUBLISH to arrival, in rising order, and when each was sent, since the last call. */
  take(): { tookMs: number[]; sent: { atMs: number; tookMs: number }[] }
  stop(): Promise<void>
}

const EVERY_MS = 20
const TOPIC = 'pulse'

export async function startBrokerPulse(url: string): Promise<BrokerPulse> {
  const [from, to] = await Promise.all([mqtt.connectAsync(url), mqtt.connectAsync(url)])
  let sent: { atMs: number; tookMs: number }[] = []
  to.on('message', (_topic, payload) => {
    const atMs = Number(payload)
    sent.push({ atMs, tookMs: performance.now() - atMs })
  })
  await to.subscribeAsync(TOPIC, { qos: 1 })
  const timer = setInterval(() => from.publish(TOPIC, String(performance.now()), { qos: 1 }), EVERY_MS)
  return {
    take() {
      const taken = sent
      sent = []
      return { sent: taken, tookMs: taken.map(({ tookMs }) => tookMs).sort((a, b) => a - b) }
    },
    async stop() {
      clearInterval(timer)
      await Promise.all([from.endAsync(true), to.endAsync(true)])
    },
  }
}
