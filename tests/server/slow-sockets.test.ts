// Sockets that do not keep up, over a real connection that stops reading: closed, while others hear everything.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { afterEach, expect, it, vi } from 'vitest'
import type { Frame } from '../../core/live.ts'
import { createAuthority } from '../../server/auth/authority.ts'
import type { Session, Sessions } from '../../server/auth/sessions.ts'
import { createSockets } from '../../server/live/sockets.ts'
import { createLog } from '../../server/log.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start() {
  const http = createServer()
  await new Promise<void>(resolve => http.listen(0, resolve))
  const me = {
    user: 'wall',
    role: 'display' as const,
    facilities: ['sunny' as never],
    maker: null,
    language: 'ja' as const,
  }
  const session: Session = { id: 's', me, token: null }
  const sessions = {
    of: async () => session,
    again: async () => session,
    onClose: () => undefined,
  } as unknown as Sessions
  const metrics = { slowSocket: vi.fn(), deafSocket: vi.fn() }
  const sockets = createSockets({
    http,
    sessions,
    authority: createAuthority(),
    accessRevision: async () => 0,
    sameSite: () => true,
    onWatch: async () => undefined,
    log: createLog('silent'),
    metrics,
    lookMs: 100,
  })
  ends.push(() => http.close(), sockets.stop)
  const connect = async () => {
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/live`
    const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true })
    ends.push(() => socket.disconnect())
    expect(await socket.timeout(5_000).emitWithAck('watch', 'sunny')).toBe(true)
    return socket
  }
  return { sockets, metrics, connect }
}
/** As a tablet that fell asleep: the connection stands and nothing is read. */
const rawOf = (socket: Socket) =>
  (socket.io.engine as unknown as { transport: { ws: { _socket: { pause(): void; resume(): void } } } }).transport.ws
    ._socket

const event = { room: null, device: 'mat', profile: 'bed.sleep_mat', event: 'x'.repeat(2_000), at: '', late: false }
const frame = (seq: number): Frame => [
  seq,
  0,
  0,
  0,
  0,
  Array.from({ length: 300 }, (_, i) => [i, 0, 0, 0, 'x'.repeat(50)]),
]

it('closes a socket that lets reliable messages pile up, and leaves a healthy one alone', async () => {
  const { sockets, metrics, connect } = await start()
  const [stalled, healthy] = [await connect(), await connect()]
  rawOf(stalled).pause()
  let heard = 0
  healthy.on('e', () => {
    heard += 1
  })
  let sent = 0
  // In portions, so that the healthy one can read; until what the system holds for the other is full.
  await vi.waitUntil(
    () => {
      for (let i = 0; i < 500; i++, sent++) sockets.event('sunny', event)
      return metrics.slowSocket.mock.calls.length > 0
    },
    { timeout: 15_000, interval: 20 },
  )
  expect(metrics.slowSocket).toHaveBeenCalledTimes(1)
  expect(sockets.count()).toBe(1)
  await vi.waitUntil(() => heard === sent, { timeout: 10_000 })
})

it('queues no frames for a stalled socket: when it reads again it gets few old ones and then the newest', async () => {
  const { sockets, metrics, connect } = await start()
  const socket = await connect()
  const seen: number[] = []
  socket.on('f', ([seq]) => seen.push(seq))
  rawOf(socket).pause()
  const FRAMES = 2_000
  for (let seq = 1; seq <= FRAMES; seq++) {
    sockets.frame('sunny', frame(seq))
    await new Promise(resolve => setImmediate(resolve))
  }
  rawOf(socket).resume()
  let seq = FRAMES
  await vi.waitUntil(
    () => {
      seq += 1
      sockets.frame('sunny', frame(seq))
      return seen.some(s => s > FRAMES)
    },
    { timeout: 10_000, interval: 20 },
  )
  expect(metrics.slowSocket).not.toHaveBeenCalled()
  // What the system took before it was full arrives; 2,000 frames are 40 MB and were not kept.
  expect(seen.filter(s => s <= FRAMES).length).toBeLessThan(FRAMES / 2)
})
