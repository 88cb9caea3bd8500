/** A TCP proxy that spoils connections: resets, slices, delays, narrows or holds what flows. Bytes are held back, never lost: as TCP does. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Toxics {
  /** Every chunk is held so long, give or take a half. */
  delayMs?: number
  /** Bytes are passed on in pieces of at most this size, each in its own turn. */
  sliceBytes?: number
  bytesPerSecond?: number
  /** Nothing flows, in either direction, until the toxics change. */
  hold?: boolean
  /** New connections are reset at once. */
  refuse?: boolean
}

export interface TcpProxy {
  readonly port: number
  set(toxics: Toxics): void
  /** RST to both ends of every connection; returns how many there were. */
  reset(): number
  /** Bytes that have flowed since the beginning. */
  bytes(): number
  connections(): number
  stop(): Promise<void>
}

const TURN_MS = 5

export async function startTcpProxy(target: { port: number; host?: string }, random: () => number): Promise<TcpProxy> {
  let toxics: Toxics = {}
  let changed: (() => void)[] = []
  let flowed = 0
  const pairs = new Set<[Socket, Socket]>()

  const server = createServer({ noDelay: true }, near => {
    if (toxics.refuse) {
      near.on('error', () => undefined)
      near.resetAndDestroy()
      return
    }
    const far = connect({ port: target.port, host: target.host ?? '127.0.0.1', noDelay: true })
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('error', () => undefined)
      from.once('close', () => {
        pairs.delete(pair)
        to.destroy()
      })
      void pass(from, to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()

  return {
    port: typeof address === 'object' && address ? address.port : 0,
    set(given) {
      toxics = given
      const waiting = changed
      changed = []
      for (const go of waiting) go()
    },
    reset() {
      const count = pairs.size
      for (const [near, far] of pairs) {
        near.resetAndDestroy()
        far.resetAndDestroy()
      }
      return count
    },
    bytes: () => flowed,
    connections: () => pairs.size,
    async stop() {
      for (const [near, far] of pairs) {
        near.destroy()
        far.destroy()
      }
      await new Promise<void>(done => server.close(() => done()))
    },
  }

  async function pass(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        let rest = chunk
        while (rest.length > 0) {
          while (toxics.hold && !to.destroyed) await new Promise<void>(go => changed.push(go))
          const { delayMs = 0, sliceBytes, bytesPerSecond } = toxics
          const turnBytes = bytesPerSecond === undefined ? rest.length : Math.max(1, (bytesPerSecond * TURN_MS) / 1_000)
          const piece = rest.subarray(0, Math.min(rest.length, sliceBytes ?? rest.length, turnBytes))
          const waitMs = delayMs * (0.5 + random()) + (bytesPerSecond === undefined ? 0 : TURN_MS)
          if (waitMs > 0) await new Promise(go => setTimeout(go, waitMs))
          else if (sliceBytes !== undefined) await new Promise(go => setImmediate(go))
          if (to.destroyed) return
          flowed += piece.length
          if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')])
          rest = rest.subarray(piece.length)
        }
      }
      to.end()
    } catch {
      to.destroy()
    }
  }
}
