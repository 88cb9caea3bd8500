/** A server of the contract for browser tests: real HTTP and socket.io over seeded data, each part of the chain stoppable by itself. */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Server as SocketServer } from 'socket.io'
import { freshnessFromFlags, packFlags, type RoomColumns, stateIndex } from '../../../core/live.ts'
import type { Board, BoardCondition, BoardRoom } from '../../../core/rest/board.ts'
import type { DatasetJob } from '../../../core/rest/datasets.ts'
import type { Me } from '../../../core/rest/session.ts'
import { createAnswers, type LedgerState, type Reply } from './mock-answers.ts'
import { LAYOUT, makeEvents, makeRooms, type SceneName, sceneNow, ZONE } from './scene.ts'

const DIST = fileURLToPath(new URL('../../../dashboard/dist/', import.meta.url))
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}
/** As the real server sends it: no inline script or style. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

const USERS: Record<string, Omit<Me, 'user'>> = {
  'staff@demo': { role: 'staff', facilities: ['demo'], maker: null, language: 'ja' },
  'admin@demo': { role: 'facility_admin', facilities: ['demo'], maker: null, language: 'ja' },
  'wall@demo': { role: 'display', facilities: ['demo'], maker: null, language: 'ja' },
  'maker@demo': { role: 'manufacturer', facilities: [], maker: 'gaonmed', language: 'ko' },
  'steward@demo': { role: 'steward', facilities: [], maker: null, language: 'ja' },
  'operator@demo': { role: 'operator', facilities: [], maker: null, language: 'ja' },
  'platform@demo': { role: 'platform_admin', facilities: [], maker: null, language: 'ja' },
  'auditor@demo': { role: 'auditor', facilities: [], maker: null, language: 'ja' },
} as unknown as Record<string, Omit<Me, 'user'>>
export const PASSWORD = 'correct horse battery staple'

export async function startMockServer(options: { scene?: SceneName; port?: number } = {}) {
  let rooms: BoardRoom[] = makeRooms(options.scene ?? 'mixed', sceneNow())
  let events = makeEvents(sceneNow())
  if (options.scene === 'empty') events = []
  let frameSeq = 1
  let alarmSeq = 0
  let conditions: BoardCondition[] = []
  let acknowledged = 0
  let isFraming = true
  let boardFailure: Reply | null = null
  let holdBoard = false
  /** Until when the gateway spoke; null: it goes on. */
  let feedStoppedMs: number | null = null
  const sessions = new Map<string, Me>()
  const feedAge = (): number => (feedStoppedMs === null ? 400 : sceneNow() - feedStoppedMs)
  const board = (): Board =>
    ({
      facility: { id: 'demo', name: 'みなと苑', zone: ZONE },
      serverTime: new Date(sceneNow()).toISOString(),
      frameSeq,
      alarmSeq,
      feedAgeMs: feedAge(),
      layout: LAYOUT,
      rooms,
      events,
      conditions,
    }) as unknown as Board
  const ledger: LedgerState = { scene: 'mixed', isAway: false, isReplayed: false }
  const answers = createAnswers({ ledger, board: () => (boardFailure ? boardFailure : { status: 200, body: board() }) })

  const http: Server = createServer((request, response) => void handle(request, response))
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://mock')
    response.setHeader('content-security-policy', POLICY)
    if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response)
    const me = sessions.get(cookieOf(request))
    const body = await readBody(request)
    if (url.pathname === '/api/v1/session' && request.method === 'POST')
      return signIn(body as { user: string; password: string }, response)
    if (url.pathname === '/api/v1/setup') return send(response, { status: 200, body: { open: false } })
    if (!me) return send(response, problem(401, 'not_signed_in'))
    if (url.pathname === '/api/v1/session') {
      sessions.delete(cookieOf(request))
      return send(response, { status: 204 })
    }
    while (holdBoard && url.pathname.endsWith('/board')) await new Promise(done => setTimeout(done, 50))
    send(response, answers(request.method ?? 'GET', url, me, body))
  }
  const signIn = ({ user, password }: { user: string; password: string }, response: ServerResponse): void => {
    const known = USERS[user]
    if (user === 'locked@demo' || !known || password !== PASSWORD) {
      const refusal =
        user === 'locked@demo'
          ? problem(429, 'too_many_attempts', { 'retry-after': '90' })
          : problem(401, 'wrong_credentials')
      send(response, refusal)
      return
    }
    const token = Math.random().toString(36).slice(2)
    const me = { user, ...known } as Me
    sessions.set(token, me)
    response.setHeader('set-cookie', `sid=${token}; HttpOnly; SameSite=Strict; Path=/`)
    send(response, { status: 200, body: me })
  }

  const sockets = new SocketServer(http, { transports: ['websocket'], serveClient: false })
  const live = sockets.of('/live')
  live.use((socket, next) =>
    next(sessions.has(cookieText(socket.request.headers.cookie)) ? undefined : new Error('not_signed_in')),
  )
  live.on('connection', socket => {
    socket.on('watch', (facility: string, answer: (ok: boolean) => void) => {
      void socket.join(`fac:${facility}`)
      answer(facility === 'demo')
    })
  })
  const timer = setInterval(() => {
    frameSeq += 1
    if (isFraming)
      live
        .to('fac:demo')
        .volatile.emit('f', [frameSeq, sceneNow(), alarmSeq, LAYOUT.version, feedAge(), rooms.map(columnsOf)])
  }, 1000)
  await new Promise<void>(done => http.listen(options.port ?? 0, '127.0.0.1', done))
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    /** What the next questions about the ledger are answered with. */
    ledger,
    /** The socket lives on, but no frame comes any more. */
    freezeFrames: (): void => {
      isFraming = false
    },
    /** Frames come, but the gateway has fallen silent. */
    silenceFeed: (): void => {
      feedStoppedMs = sceneNow()
    },
    thaw: (): void => {
      isFraming = true
      feedStoppedMs = null
    },
    rooms: (): BoardRoom[] => rooms,
    setRooms: (next: BoardRoom[]): void => {
      rooms = next
    },
    changeRoom: (label: string, change: Partial<BoardRoom>): void => {
      rooms = rooms.map(room => (room.label === label ? { ...room, ...change } : room))
    },
    sendEvent: (event: Board['events'][number]): void => {
      events = [event, ...events]
      live.emit('e', event)
    },
    /** A transition of a condition; `lost`: it never comes to the socket. */
    sendCondition: (more: Partial<BoardCondition>, lost = false): void => {
      alarmSeq += 1
      const at = new Date(sceneNow()).toISOString()
      const condition: BoardCondition = {
        n: alarmSeq,
        episode: alarmSeq,
        subject: 'gateway',
        code: 'store_unavailable',
        state: 'active',
        severity: 'technical',
        room: null,
        profile: null,
        since: at,
        at,
        count: 0,
        undecidable: false,
        ...more,
      }
      const others = conditions.filter(({ subject, code }) => subject !== condition.subject || code !== condition.code)
      conditions = condition.state === 'active' ? [...others, condition] : others
      if (lost) return
      const count = (): void => {
        acknowledged += 1
      }
      for (const socket of live.sockets.values()) socket.emit('a', condition, count)
    },
    acknowledged: (): number => acknowledged,
    sendJob: (job: DatasetJob): void => void live.emit('job', job),
    failBoard: (): void => {
      boardFailure = problem(503, 'unavailable')
    },
    healBoard: (): void => {
      boardFailure = null
    },
    holdBoard: (hold: boolean): void => {
      holdBoard = hold
    },
    revokeSessions: (): void => {
      sessions.clear()
      live.disconnectSockets(true)
    },
    /** Puts a session in place without the sign-in screen; returns its cookie. */
    session: (user: string): { name: string; value: string; url: string } => {
      const token = Math.random().toString(36).slice(2)
      sessions.set(token, { user, ...USERS[user] } as Me)
      return { name: 'sid', value: token, url: `http://127.0.0.1:${port}` }
    },
    stop: async (): Promise<void> => {
      clearInterval(timer)
      holdBoard = false
      http.closeAllConnections()
      await sockets.close()
    },
  }
}
export type MockServer = Awaited<ReturnType<typeof startMockServer>>

const columnsOf = (room: BoardRoom, index: number): RoomColumns => [
  index,
  stateIndex(room.state),
  packFlags(room.freshness, room.battery_low ? 8 : 0),
  room.since === null ? 0 : Math.floor(Date.parse(room.since) / 1000),
  ...LAYOUT.metrics.map(metric => room.values[metric.name]?.value ?? null),
  freshnessFromFlags(packFlags(room.freshness)) === 'fresh' ? 4 : 180,
]

async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const isFile = extname(path) !== ''
  const content = await readFile(join(DIST, isFile ? path.replaceAll('..', '') : 'index.html')).catch(() => null)
  response.writeHead(content ? 200 : 404, {
    'content-type': TYPES[isFile ? extname(path) : '.html'] ?? 'application/octet-stream',
  })
  response.end(content ?? '')
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const isText = typeof body === 'string'
  response.writeHead(status, { 'content-type': isText ? 'text/csv' : 'application/json', ...headers })
  response.end(body === undefined ? '' : isText ? body : JSON.stringify(body))
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers,
    body: { type: `urn:mimamori:problem:${code}`, title: code, status, code, correlation_id: '5f1d3c9a-0b7e' },
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? undefined : JSON.parse(text)
}
const cookieText = (header: string | undefined): string => /(?:^|; )sid=(\w+)/.exec(header ?? '')?.[1] ?? ''
const cookieOf = (request: IncomingMessage): string => cookieText(request.headers.cookie)
