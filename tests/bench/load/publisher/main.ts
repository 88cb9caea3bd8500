/** A process of its own that publishes over raw connections, so that what it costs falls on nobody who is measured. Driven by ../publisher.ts. */

import type { PublisherOptions, PublisherResult } from '../publisher.ts'
import { openRawConnection, type RawConnection } from '../raw-connection.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as PublisherOptions
const { streams, inFlight, port, perSecond } = options
const connections: RawConnection[] = []
for (const { clientId, username, password, plan } of streams) {
  const share = perSecond === undefined ? {} : { perSecond: perSecond / streams.length }
  const account = username === undefined ? {} : { username, password: password ?? '' }
  connections.push(await openRawConnection({ port, clientId, ...account, plan, inFlight, ...share }))
}
process.on('message', () => void run())
process.on('disconnect', () => process.exit(0))
process.send?.('ready')

async function run(): Promise<void> {
  const beganMs = performance.now()
  const beganAtMs = performance.timeOrigin + beganMs
  const progress = setInterval(() => {
    process.send?.({ acked: connections.reduce((sum, connection) => sum + connection.acked(), 0) })
  }, 100)
  const results = await Promise.all(connections.map(connection => connection.run()))
  const seconds = (performance.now() - beganMs) / 1_000
  clearInterval(progress)
  const latenciesMs = Float64Array.from(
    results.flatMap(({ sentMs, ackedMs }) => [...ackedMs].map((at, n) => at - (sentMs[n] as number))),
  ).sort()
  const sentAtMs = options.keepTimes
    ? Float64Array.from(results.flatMap(({ sentMs }) => [...sentMs].map(at => performance.timeOrigin + at)))
    : new Float64Array()
  const result: PublisherResult = { seconds, beganAtMs, latenciesMs, sentAtMs }
  process.send?.({ result })
}
