/** Every person's socket, over real connections, and what each hears of every kind of news about `sunny` and `mats`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import type { FacilityId } from '../../../core/ids.ts'
import { LIVE_NAMESPACE } from '../../../core/live.ts'
import type { BoardCondition } from '../../../core/rest/board.ts'
import type { LiveEvent } from '../../../core/rest/rules.ts'
import type { Authority } from '../../../server/auth/authority.ts'
import type { Sessions } from '../../../server/auth/sessions.ts'
import { createSockets } from '../../../server/live/sockets.ts'
import { createLog } from '../../../server/log.ts'
import { PEOPLE } from '../../server/platform.ts'
import { PERSONS } from './matrix.ts'

const BOARD = 'staff display admin'
/** Who hears what; `watch`: who is answered true. */
export const HEARD: Record<LiveEvent, string> = {
  watch: BOARD,
  f: BOARD,
  e: BOARD,
  a: BOARD,
  layout: BOARD,
  job: 'maker steward',
}
export const LIVE_EVENTS = Object.keys(HEARD) as LiveEvent[]

export interface LiveWorld {
  /** Who hears each kind of news, when it is told of `sunny`, or of `mats`. */
  heard(): Promise<Record<LiveEvent, string>>
  /** Whether somebody with a token is let in. */
  admitsTokens(): Promise<boolean>
  stop(): Promise<void>
}

export async function startLive(authority: Pick<Authority, 'mayHear'>): Promise<LiveWorld> {
  const http = createServer()
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  const sessionOf = (person: string, token: boolean) => {
    const { role = 'display', facilities = [], maker = null } = PEOPLE[person] ?? {}
    const me = { user: person, role, facilities: facilities as FacilityId[], maker, language: 'ja' as const }
    return { id: person, me, token: token ? { id: 't', scopes: [] } : null }
  }
  const sessions = {
    of: async ({ cookie, authorization }: { cookie?: string; authorization?: string }) =>
      cookie === undefined && authorization === undefined
        ? null
        : sessionOf(String(cookie ?? authorization), authorization !== undefined),
    again: async (id: string) => sessionOf(id, false),
    onClose: () => undefined,
  } as unknown as Sessions
  const sockets = createSockets({
    ...{ http, sessions, authority, accessRevision: async () => 0, sameSite: () => true },
    ...{ onWatch: async () => undefined, log: createLog('silent') },
    metrics: { slowSocket: () => undefined, deafSocket: () => undefined },
  })
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}${LIVE_NAMESPACE}`
  const open = (extraHeaders: Record<string, string>): Promise<Socket | null> =>
    new Promise(resolve => {
      const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders })
      socket.once('connect', () => resolve(socket))
      socket.once('connect_error', () => resolve(null))
    })

  return {
    async heard() {
      const found = Object.fromEntries(LIVE_EVENTS.map(event => [event, [] as string[]])) as Record<LiveEvent, string[]>
      const all = await Promise.all(
        PERSONS.map(async person => {
          const socket = await open({ cookie: person })
          if (!socket) throw new Error(`${person} is not let in`)
          socket.on('a', (_: unknown, acknowledge: () => void) => acknowledge())
          socket.onAny((event: LiveEvent) => {
            if (!found[event].includes(person)) found[event].push(person)
          })
          return { person, socket }
        }),
      )
      const watch = (socket: Socket, facility: string) => socket.timeout(5_000).emitWithAck('watch', facility)
      for (const { person, socket } of all) {
        // Its own first, so that what was joined before is left.
        for (const own of PEOPLE[person]?.facilities ?? []) await watch(socket, own)
        if (await watch(socket, 'sunny')) found.watch.push(person)
      }
      sockets.layout('sunny', 2)
      sockets.event('sunny', {
        room: null,
        device: 'mat-1',
        profile: 'bed.sleep_mat',
        event: 'bed_exit',
        at: '',
        late: false,
      })
      sockets.condition('sunny', { n: 1 } as BoardCondition)
      sockets.job('mats', { request: 'r', state: 'preparing', step: 'x', progress: 0, readings: null } as never)
      // A volatile frame is dropped while other news are on their way: some go out one after the other. What is asked after it is
      // answered after it.
      for (let seq = 1; seq <= 5; seq++) {
        for (const { socket } of all) await watch(socket, 'no facility at all')
        sockets.frame('sunny', [seq, 1, 0, 2, 0, []])
      }
      for (const { socket } of all) await watch(socket, 'no facility at all')
      for (const { socket } of all) socket.disconnect()
      const inOrder = (persons: string[]) => PERSONS.filter(person => persons.includes(person)).join(' ')
      return Object.fromEntries(LIVE_EVENTS.map(event => [event, inOrder(found[event])])) as Record<LiveEvent, string>
    },
    async admitsTokens() {
      const socket = await open({ authorization: 'staff' })
      socket?.disconnect()
      return socket !== null
    },
    async stop() {
      await sockets.stop()
      http.closeAllConnections()
      await new Promise(resolve => http.close(resolve))
    },
  }
}
