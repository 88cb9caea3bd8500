/** A fast publisher in a process of its own: prebuilt packets over raw sockets, QoS 1, so many connections with so many in flight each. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StreamPlan } from './packets.ts'

export interface PublisherOptions {
  port: number
  /** One connection each. */
  streams: { clientId: string; username?: string; password?: string; plan: StreamPlan }[]
  inFlight: number
  /** Messages a second over all connections; without it as many as the windows let through. */
  perSecond?: number
  /** Whether the result tells when each message was sent. */
  keepTimes?: boolean
}

export interface PublisherResult {
  /** From the first PUBLISH to the last PUBACK. */
  seconds: number
  /** Epoch ms, with fractions. */
  beganAtMs: number
  /** From PUBLISH to PUBACK, in rising order. */
  latenciesMs: Float64Array
  /** Epoch ms of each message in order, connection by connection. */
  sentAtMs: Float64Array
}

export interface Publisher {
  pid: number
  run(): Promise<PublisherResult>
  /** PUBACKs so far, a tenth of a second old at most. */
  acked(): number
  stop(): Promise<void>
}

/** Connected and ready to publish when this returns: the packets are built. */
export async function startPublisher(options: PublisherOptions): Promise<Publisher> {
  const child = fork(fileURLToPath(new URL('publisher/main.ts', import.meta.url)), [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  })
  let acked = 0
  const ended = once(child, 'exit')
  const failed = ended.then(([code]) => Promise.reject(new Error(`the publisher ended with exit code ${code}`)))
  failed.catch(() => undefined)
  await Promise.race([once(child, 'message'), failed])
  return {
    pid: child.pid as number,
    acked: () => acked,
    async run() {
      const result = new Promise<PublisherResult>(resolve => {
        child.on('message', (message: { acked: number } | { result: PublisherResult }) => {
          if ('result' in message) resolve(message.result)
          else acked = message.acked
        })
      })
      child.send('go')
      const done = await Promise.race([result, failed])
      acked = done.latenciesMs.length
      return done
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
