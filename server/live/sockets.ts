/** The `/live` namespace of socket.io: who may listen, what each socket hears, and what happens to those that do not keep up. */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { facilityIdSchema } from '../../core/ids.ts'
import {
  type BoardEventMessage,
  type BrowserToServer,
  type Frame,
  LIVE_NAMESPACE,
  type ServerToBrowser,
} from '../../core/live.ts'
import type { BoardCondition } from '../../core/rest/board.ts'
import type { DatasetJob } from '../../core/rest/datasets.ts'
import type { Authority } from '../auth/authority.ts'
import type { Session, Sessions } from '../auth/sessions.ts'
import { errorFields, type Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'

/** A socket that holds back more than this at two looks in a row is closed. */
const MAX_PACKETS = 64
const MAX_BYTES = 1_048_576
const LOOK_MS = 5_000
const ACKNOWLEDGE_MS = 5_000
/** How often the sessions of open sockets are looked at again: they may have grown old. */
const SESSION_LOOK_MS = 30_000
/** How often it is asked whether anybody's access has changed, which another server may have done: a revoked one hears nothing after a second. */
const REVISION_LOOK_MS = 500

interface SocketData {
  session: Session
  watching: string | null
  slow: boolean
}
type LiveSocket = Socket<BrowserToServer, ServerToBrowser, Record<string, never>, SocketData>

export interface Sockets {
  /** Facilities that somebody watches now. */
  watched(): string[]
  /** The one volatile frame of this tick: newest or nothing, for each socket. */
  frame(facility: string, frame: Frame): void
  event(facility: string, event: BoardEventMessage): void
  /** Reliable and acknowledged: a socket that does not answer is closed, and comes back by a snapshot. */
  condition(facility: string, condition: BoardCondition): void
  layout(facility: string, version: number): void
  /** To the maker's own people and to all stewards. */
  job(maker: string, job: DatasetJob): void
  count(): number
  stop(): Promise<void>
}

export interface SocketsOptions {
  http: HttpServer
  sessions: Pick<Sessions, 'of' | 'again' | 'onClose'>
  authority: Pick<Authority, 'mayHear'>
  /** Grows whenever somebody's access has changed or ended. */
  accessRevision: () => Promise<number>
  /** Whether a request comes from a page of ours (or from no page at all). */
  sameSite: (request: IncomingMessage) => boolean
  /** Records who watches which facility; asked again while the socket watches. A watch that cannot be recorded ends. */
  onWatch: (session: Session, facility: string) => Promise<void>
  log: Log
  metrics: Pick<Metrics, 'slowSocket' | 'deafSocket'>
  /** How long a browser may take to acknowledge a condition. */
  acknowledgeMs?: number
  /** How often sockets are looked at for what they hold back. */
  lookMs?: number
}

export function createSockets(options: SocketsOptions): Sockets {
  const {
    http,
    sessions,
    authority,
    sameSite,
    onWatch,
    log,
    metrics,
    lookMs = LOOK_MS,
    acknowledgeMs = ACKNOWLEDGE_MS,
  } = options
  const io = new Server<BrowserToServer, ServerToBrowser, Record<string, never>, SocketData>(http, {
    transports: ['websocket'],
    serveClient: false,
    pingInterval: 10_000,
    pingTimeout: 5_000,
    maxHttpBufferSize: 65_536,
    perMessageDeflate: false,
    connectTimeout: 10_000,
    allowRequest: (request, answer) => answer(null, sameSite(request)),
    // The server's own stop closes the listener.
    cleanupEmptyChildNamespaces: false,
  })
  // Nothing lives outside the one namespace.
  io.use((_, next) => next(new Error('not_found')))
  const live = io.of(LIVE_NAMESPACE)

  live.use((socket, next) => {
    sessions.of(socket.handshake.headers).then(
      session => {
        // Tokens are for scripts, which ask by HTTP.
        if (!session || session.token) return next(new Error('not_signed_in'))
        socket.data = { session, watching: null, slow: false }
        next()
      },
      (error: unknown) => {
        log.error(errorFields(error), 'could not read the session of a socket')
        next(new Error('unavailable'))
      },
    )
  })
  live.on('connection', socket => {
    const { session } = socket.data
    // The upgrade request would be kept as long as the socket; all that is needed of it is known by now.
    Object.assign(socket.conn, { request: null })
    socket.join(`session:${session.id}`)
    socket.on('watch', (facility: unknown, answer: unknown) => {
      const ok = watch(socket, facility)
      if (typeof answer === 'function') answer(ok)
    })
  })
  const lookNow = (): void => {
    lookAtSessions().catch((error: unknown) =>
      log.error(errorFields(error), 'could not look at the sessions of sockets'),
    )
  }
  sessions.onClose(id => {
    if (id === null) lookNow()
    else live.in(`session:${id}`).disconnectSockets(true)
  })

  const looks = setInterval(closeSlow, lookMs)
  const sessionLooks = setInterval(lookNow, SESSION_LOOK_MS)
  let revision: number | null = null
  const revisionLooks = setInterval(() => {
    options.accessRevision().then(
      now => {
        if (revision !== null && now !== revision) lookNow()
        revision = now
      },
      (error: unknown) => log.error(errorFields(error), 'could not ask whether access has changed'),
    )
  }, REVISION_LOOK_MS)

  return {
    watched: () => [...new Set([...live.sockets.values()].flatMap(({ data }) => data.watching ?? []))],
    frame: (facility, frame) => {
      live.to(roomOf('f', facility)).volatile.emit('f', frame)
    },
    event: (facility, event) => {
      live.to(roomOf('e', facility)).emit('e', event)
    },
    condition(facility, condition) {
      for (const socket of live.sockets.values())
        if (socket.rooms.has(roomOf('a', facility)))
          socket.timeout(acknowledgeMs).emit('a', condition, (silence: Error | null) => {
            if (!silence || !socket.connected) return
            metrics.deafSocket()
            log.info({}, 'closed a socket that did not acknowledge a condition')
            socket.disconnect(true)
          })
    },
    layout: (facility, version) => {
      live.to(roomOf('layout', facility)).emit('layout', version)
    },
    job: (maker, job) => {
      for (const socket of live.sockets.values())
        if (authority.mayHear('job', socket.data.session.me, { maker })) socket.emit('job', job)
    },
    count: () => live.sockets.size,
    async stop() {
      clearInterval(looks)
      clearInterval(sessionLooks)
      clearInterval(revisionLooks)
      live.disconnectSockets(true)
      io.engine.close()
    },
  }

  /** One facility at a time; the server, not the browser, joins the rooms: one for each kind of news. */
  function watch(socket: LiveSocket, facility: unknown): boolean {
    const { me } = socket.data.session
    const wanted = facilityIdSchema.safeParse(facility)
    if (!wanted.success || !authority.mayHear('watch', me, { facility: wanted.data })) return false
    const { watching } = socket.data
    if (watching) for (const news of BOARD_NEWS) void socket.leave(roomOf(news, watching))
    socket.data.watching = wanted.data
    for (const news of BOARD_NEWS)
      if (authority.mayHear(news, me, { facility: wanted.data })) void socket.join(roomOf(news, wanted.data))
    record(socket)
    return true
  }

  function record(socket: LiveSocket): void {
    const { session, watching } = socket.data
    if (watching === null) return
    onWatch(session, watching).catch((error: unknown) => {
      log.error(errorFields(error), 'could not record who watches a board: the socket is closed')
      socket.disconnect(true)
    })
  }

  function closeSlow(): void {
    for (const socket of live.sockets.values()) {
      // Both are the library's own and not in its types; the inner socket is absent once the connection is gone.
      const conn = socket.conn as unknown as {
        writeBuffer: unknown[]
        transport: { socket?: { bufferedAmount: number; terminate(): void } }
      }
      const slow = conn.writeBuffer.length > MAX_PACKETS || (conn.transport.socket?.bufferedAmount ?? 0) > MAX_BYTES
      if (slow && socket.data.slow) {
        metrics.slowSocket()
        log.info({}, 'closed a socket that did not keep up')
        // No farewell: it would wait behind everything that is not being read.
        conn.transport.socket?.terminate()
        socket.disconnect(true)
      }
      socket.data.slow = slow
    }
  }

  /** Ends sockets whose session has ended, and takes away what their user may no longer see. */
  async function lookAtSessions(): Promise<void> {
    for (const socket of live.sockets.values()) {
      const session = await sessions.again(socket.data.session.id)
      if (session && sameRights(session, socket.data.session)) record(socket)
      else socket.disconnect(true)
    }
  }
}

/** What a board hears. */
const BOARD_NEWS = ['f', 'e', 'a', 'layout'] as const
const roomOf = (news: (typeof BOARD_NEWS)[number], facility: string): string => `${news}:${facility}`

const sameRights = (a: Session, b: Session): boolean =>
  a.me.role === b.me.role && a.me.maker === b.me.maker && a.me.facilities.join() === b.me.facilities.join()
