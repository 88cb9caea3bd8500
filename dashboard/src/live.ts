/** The door to socket.io: frames, events, conditions, job progress; connects, keeps watching one facility, says nothing of freshness (the frames do). */
import { io } from 'socket.io-client'
import {
  type BoardEventMessage,
  type BrowserToServer,
  type Frame,
  LIVE_NAMESPACE,
  type ServerToBrowser,
} from '../../core/live.ts'
import type { BoardCondition } from '../../core/rest/board.ts'
import type { DatasetJob } from '../../core/rest/datasets.ts'

export interface LiveHandlers {
  onFrame: (frame: Frame) => void
  onEvent: (event: BoardEventMessage) => void
  onCondition: (condition: BoardCondition) => void
  onJob: (job: DatasetJob) => void
  onLayout: () => void
  /** Connected, or connected again; the watched facility is being sent. */
  onConnected: () => void
  onDisconnected: () => void
  /** The server closed the session's socket or refused it: ask who is signed in. */
  onRefused: () => void
}

const RETRY_AFTER_REFUSAL_MS = 5_000

/** Nothing happens before `start`; after `stop` nothing is left. */
export function createLive(handlers: LiveHandlers) {
  // The server speaks our own contract; a frame is checked by its consumer for its layout version, not parsed 86,400 times a day.
  const socket = io(LIVE_NAMESPACE, {
    transports: ['websocket'],
    autoConnect: false,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
    randomizationFactor: 0.5,
    timeout: 5_000,
  }) as unknown as LiveSocket
  let facility: string | null = null
  let attempts = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  const watch = (): void => {
    if (facility !== null && socket.connected)
      socket.emit('watch', facility, ok => (ok ? undefined : handlers.onRefused()))
  }
  const later = (): void => {
    clearTimeout(retry)
    retry = setTimeout(() => socket.connect(), RETRY_AFTER_REFUSAL_MS)
  }
  socket.on('f', handlers.onFrame)
  socket.on('e', handlers.onEvent)
  socket.on('a', (condition, acknowledge) => {
    handlers.onCondition(condition)
    acknowledge()
  })
  socket.on('job', handlers.onJob)
  socket.on('layout', handlers.onLayout)
  socket.on('connect', () => {
    attempts = 0
    watch()
    handlers.onConnected()
  })
  socket.on('disconnect', reason => {
    handlers.onDisconnected()
    // socket.io does not come back by itself from a closing that the server asked for.
    if (reason === 'io server disconnect') {
      handlers.onRefused()
      later()
    }
  })
  socket.on('connect_error', () => {
    attempts += 1
    // `active` false: the server's middleware refused; true: the network failed and socket.io tries again.
    if (!socket.active) {
      handlers.onRefused()
      later()
    }
  })
  return {
    start: (): void => {
      socket.connect()
    },
    watch: (id: string): void => {
      facility = id
      watch()
    },
    /** Drops a connection that may be dead without knowing it, and makes a new one. */
    reconnect: (): void => {
      socket.disconnect()
      socket.connect()
    },
    isConnected: (): boolean => socket.connected,
    /** Failed tries since the last connection. */
    attempts: (): number => attempts,
    /** Signed out: nothing is sent until the next `start`. */
    disconnect: (): void => {
      clearTimeout(retry)
      facility = null
      socket.disconnect()
    },
    stop: (): void => {
      clearTimeout(retry)
      socket.removeAllListeners()
      socket.disconnect()
    },
  }
}
export type Live = ReturnType<typeof createLive>

/** The part of the socket used here, with what each listener really gets. */
interface LiveSocket {
  connected: boolean
  active: boolean
  on<K extends keyof ServerToBrowser>(event: K, listener: ServerToBrowser[K]): void
  on(event: 'connect' | 'connect_error', listener: () => void): void
  on(event: 'disconnect', listener: (reason: string) => void): void
  emit<K extends keyof BrowserToServer>(event: K, ...args: Parameters<BrowserToServer[K]>): void
  connect(): void
  disconnect(): void
  removeAllListeners(): void
}
