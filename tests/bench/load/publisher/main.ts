/** A process of its own that publishes over raw connections, so that what it costs falls on nobody who is measured. Driven by ../publisher.ts. */

import type { PublisherOptions, PublisherResult } from '../publisher.ts'
import { openRawConnection, type RawConnection } from '../raw-connection.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as PublisherOptions
const { streams, inFlight, port, perSecond } = options
const blockMessages = Math.ceil(300_000 / streams.length)
const connections: RawConnection[] = []
for (const { clientId, username, password, plan } of streams) {
  const account = username === undefined ? {} : { username, password: password ?? '' }
  connections.push(await openRawConnection({ port, clientId, ...account, plan, inFlight, blockMessages }))
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
  const pacer = perSecond === undefined ? undefined : pace(perSecond, beganMs)
  const results = await Promise.all(connections.map(connection => connection.run()))
  const seconds = (performance.now() - beganMs) / 1_000
  clearInterval(progress)
  clearInterval(pacer)
  const all = results.reduce((sum, { sentMs }) => sum + sentMs.length, 0)
  const latenciesMs = new Float64Array(all)
  const sentAtMs = new Float64Array(options.keepTimes ? all : 0)
  let at = 0
  for (const { sentMs, ackedMs } of results) {
    latenciesMs.set(
      ackedMs.map((ms, n) => ms - (sentMs[n] as number)),
      at,
    )
    if (options.keepTimes)
      sentAtMs.set(
        sentMs.map(ms => performance.timeOrigin + ms),
        at,
      )
    at += sentMs.length
  }
  latenciesMs.sort()
  const result: PublisherResult = { seconds, beganAtMs, latenciesMs, sentAtMs }
  process.send?.({ result })
}

/** One clock for all: the connections take turns, message by message. */
function pace(perSecond: number, beganMs: number): NodeJS.Timeout {
  const turn = (): void => {
    const due = Math.floor(((performance.now() - beganMs) * perSecond) / 1_000)
    for (const [i, connection] of connections.entries()) connection.allow(Math.ceil((due - i) / connections.length))
  }
  turn()
  return setInterval(turn, 1)
}
