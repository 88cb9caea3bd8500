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
}

export interface PublisherResult {
  /** From the first PUBLISH to the last PUBACK. */
  seconds: number
  /** Epoch ms, with fractions. */
  beganAtMs: number
  /** Messages acknowledged, by connection; the arrays below hold them in this order, connection by connection. */
  counts: number[]
  /** Epoch ms, with fractions. */
  sentAtMs: Float64Array
  /** Ms from PUBLISH to PUBACK. */
  latencyMs: Float64Array
}

export interface Publisher {
  pid: number
  /** Publishes all and waits for the last PUBACK. */
  run(): Promise<PublisherResult>
  /** Sends nothing more: `run` resolves when what was sent is acknowledged. */
  finish(): void
  /** PUBACKs so far, a tenth of a second old at most. */
  acked(): number
  stop(): Promise<void>
}

/** Connected and ready to publish when this returns: the packets are built. */
export async function startPublisher(options: PublisherOptions): Promise<Publisher> {
  const child = fork(fileURLToPath(new URL('publisher/main.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  })
  let acked = 0
  const ended = once(child, 'exit')
  const failed = ended.then(([code]) => Promise.reject(new Error(`the publisher ended with exit code ${code}`)))
  failed.catch(() => undefined)
  child.send(options)
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
      child.send('run')
      const done = await Promise.race([result, failed])
      acked = done.latencyMs.length
      return done
    },
    finish: () => void child.send('finish'),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
