/** A process of its own that publishes over raw connections, so that what it costs falls on nobody who is measured. Driven by ../publisher.ts. */
import { once } from 'node:events'
import type { PublisherOptions, PublisherResult } from '../publisher.ts'
import { openRawConnection, type RawConnection } from '../raw-connection.ts'

/** Over all connections. */
const BUILT_AHEAD = 300_000

process.on('disconnect', () => process.exit(0))
const [options] = (await once(process, 'message')) as [PublisherOptions]
const { streams, inFlight, port, perSecond } = options
const blockMessages = Math.ceil(BUILT_AHEAD / streams.length)
const connections: RawConnection[] = []
for (const { clientId, username, password, plan } of streams) {
  const account = username === undefined ? {} : { username, password: password ?? '' }
  connections.push(await openRawConnection({ port, clientId, ...account, plan, inFlight, blockMessages }))
}
let pacer: NodeJS.Timeout | undefined
process.on('message', (word: 'run' | 'finish') => {
  if (word === 'run') return void run()
  clearInterval(pacer)
  for (const connection of connections) connection.finish()
})
process.send?.('ready')

async function run(): Promise<void> {
  const beganMs = performance.now()
  const progress = setInterval(() => {
    process.send?.({ acked: connections.reduce((sum, connection) => sum + connection.acked(), 0) })
  }, 100)
  pacer = perSecond === undefined ? undefined : pace(perSecond, beganMs)
  const results = await Promise.all(connections.map(connection => connection.run()))
  const seconds = (performance.now() - beganMs) / 1_000
  clearInterval(progress)
  clearInterval(pacer)
  const counts = results.map(({ sentMs }) => sentMs.length)
  const all = counts.reduce((sum, count) => sum + count, 0)
  const [sentAtMs, latencyMs] = [new Float64Array(all), new Float64Array(all)]
  let at = 0
  for (const { sentMs, ackedMs } of results) {
    for (let n = 0; n < sentMs.length; n++, at++) {
      sentAtMs[at] = performance.timeOrigin + (sentMs[n] as number)
      latencyMs[at] = (ackedMs[n] as number) - (sentMs[n] as number)
    }
  }
  const result: PublisherResult = { seconds, beganAtMs: performance.timeOrigin + beganMs, counts, sentAtMs, latencyMs }
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
