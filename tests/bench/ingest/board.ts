/** A signed-in board: the server in a process of its own, and a socket that notes when each value came. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'
import type { Frame } from '../../../core/live.ts'
import { until } from '../../gateway/fixtures.ts'
import { clientOf } from '../../server/platform.ts'

export interface Board {
  /** What frames have shown, each change once: device, heart rate, epoch ms. */
  shown: { device: string; heartRate: number; atMs: number }[]
  stop(): Promise<void>
}

const ROOMS = 100

/** Publishes the facility's registry, as the server does, before it returns. */
export async function openBoard(brokerUrl: string, facility: string, devices: number): Promise<Board> {
  const file = fileURLToPath(new URL('../load/server/main.ts', import.meta.url))
  const rooms = String(Math.min(ROOMS, devices))
  const child = fork(file, [brokerUrl, facility, String(devices), rooms], { execArgv: ['--import', 'tsx'] })
  const ended = once(child, 'exit')
  const failed = ended.then(([code]) => Promise.reject(new Error(`the server ended with exit code ${code}`)))
  failed.catch(() => undefined)
  const [{ port }] = (await Promise.race([once(child, 'message'), failed])) as [{ port: number }]
  const url = `http://127.0.0.1:${port}`
  const signIn = await clientOf(() => url, '').post('/session', { user: 'bench', password: 'bench' })
  const cookie = (signIn.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const { body } = await clientOf(() => url, cookie).get(`/facilities/${facility}/board`)
  const column = body.layout.columns.indexOf('heart_rate')
  const shown: Board['shown'] = []
  const last: unknown[] = []
  const socket = io(`${url}/live`, { transports: ['websocket'], extraHeaders: { cookie }, forceNew: true })
  socket.on('f', (frame: Frame) => {
    const atMs = performance.timeOrigin + performance.now()
    for (const room of frame[5]) {
      const heartRate = room[column] as number | null
      const device = body.rooms[room[0]]?.devices[0]
      if (device === undefined || heartRate === null || last[room[0]] === heartRate) continue
      last[room[0]] = heartRate
      shown.push({ device, heartRate, atMs })
    }
  })
  await until('the board is watched', async () => (await socket.timeout(5_000).emitWithAck('watch', facility)) === true)
  return {
    shown,
    async stop() {
      socket.disconnect()
      child.kill('SIGTERM')
      await ended
    },
  }
}
