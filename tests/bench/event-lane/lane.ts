/** Publishes events one after another beside whatever else happens, and times each on its way to the socket of a signed-in board. */
import { setTimeout as sleep } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import type { BoardEventMessage } from '../../../core/live.ts'
import type { BoardCondition } from '../../../core/rest/board.ts'
import { bedExit } from '../../gateway/fixtures.ts'
import type { BrokerPulse } from '../support/broker-pulse.ts'
import type { Spy } from './spy.ts'

/** Milliseconds, each list in rising order. */
export interface Latencies {
  events: number
  seconds: number
  /** From PUBLISH to the socket, as event and as the condition that it raises. */
  event: number[]
  condition: number[]
  /** Never heard of, as event and as condition. */
  lost: { event: number; condition: number }
  /** A stranger's message through the same broker, and the ways of the events: to a stranger, back to it as a live message, on to the socket. */
  broker?: number[]
  hops?: { toBroker: number[]; toLive: number[]; toSocket: number[] }
}

export interface Board {
  /** When each came, on the monotonic clock: events by `keyOfEvent`, conditions by device and count. */
  heard: ReadonlyMap<string, number>
  raised: ReadonlyMap<string, number>
  stop(): void
}

export interface LaneDeps {
  /** Devices that ring; they send no telemetry. */
  bells: readonly string[]
  publish(device: string, payload: string): void
  board: Board
  pulse?: BrokerPulse
  spy?: Spy
  perSecond: number
}

/** What is still on its way when the last event was sent. */
const ARRIVE_MS = 30_000
const ASK_MS = 500

/** Device time tells the events of a device apart: no two are sent in one millisecond. */
export const keyOfEvent = (device: string, ts: number): string => `${device} ${ts}`

export async function watchBoard(server: { url: string; cookie: string }, facility: string): Promise<Board> {
  const { url, cookie } = server
  await fetch(`${url}/api/v1/facilities/${facility}/board`, { headers: { cookie } })
  const socket: Socket = io(`${url}/live`, { transports: ['websocket'], extraHeaders: { cookie } })
  await new Promise(resolve => socket.once('connect', () => resolve(null)))
  if (!(await socket.timeout(5_000).emitWithAck('watch', facility))) throw new Error('the staff may not watch')
  const heard = new Map<string, number>()
  const raised = new Map<string, number>()
  socket.on('e', ({ device, at }: BoardEventMessage) => {
    heard.set(keyOfEvent(device, Date.parse(at)), performance.now())
  })
  socket.on('a', ({ subject, count }: BoardCondition, acknowledge: () => void) => {
    acknowledge()
    raised.set(`${subject} ${count}`, performance.now())
  })
  return { heard, raised, stop: () => void socket.disconnect() }
}

export function createLane({ bells, publish, board, pulse, spy, perSecond }: LaneDeps) {
  // Events of a device are one episode, so its count tells which of them this is.
  const counts = new Map<string, number>()
  let turn = 0

  return {
    /** Until it is over; `over` is asked now and then. */
    async run(over: () => Promise<boolean>): Promise<Latencies> {
      pulse?.take()
      const beganMs = performance.now()
      const events: { event: string; condition: string; sentMs: number }[] = []
      let ended = false
      const asking = (async () => {
        while (!(await over())) await sleep(ASK_MS)
        ended = true
      })()
      for (let next = beganMs; !ended; next += 1_000 / perSecond) {
        await sleep(Math.max(0, next - performance.now()))
        events.push(ring())
      }
      await asking
      const seconds = (performance.now() - beganMs) / 1_000
      const lost = () => ({
        event: events.filter(({ event }) => !board.heard.has(event)).length,
        condition: events.filter(({ condition }) => !board.raised.has(condition)).length,
      })
      const missing = () => lost().event + lost().condition > 0
      for (const deadline = performance.now() + ARRIVE_MS; missing() && performance.now() < deadline; ) await sleep(50)

      const way = (from: (event: (typeof events)[number]) => number | undefined, to: typeof from): number[] =>
        events
          .flatMap(event => {
            const [began, came] = [from(event), to(event)]
            return began === undefined || came === undefined ? [] : came - began
          })
          .sort((a, b) => a - b)
      const sent = ({ sentMs }: (typeof events)[number]) => sentMs
      const socket = ({ event }: (typeof events)[number]) => board.heard.get(event)
      return {
        events: events.length,
        seconds,
        event: way(sent, socket),
        condition: way(sent, ({ condition }) => board.raised.get(condition)),
        lost: lost(),
        ...(pulse && { broker: pulse.take() }),
        ...(spy && {
          hops: {
            toBroker: way(sent, ({ event }) => spy.events.get(event)),
            toLive: way(
              ({ event }) => spy.events.get(event),
              ({ event }) => spy.live.get(event),
            ),
            toSocket: way(({ event }) => spy.live.get(event), socket),
          },
        }),
      }
    },
  }

  function ring() {
    const device = bells[turn % bells.length] as string
    turn += 1
    const count = (counts.get(device) ?? 0) + 1
    counts.set(device, count)
    const ts = Date.now()
    const sentMs = performance.now()
    publish(device, bedExit('b1', count - 1, { ts }))
    return { event: keyOfEvent(device, ts), condition: `${device} ${count}`, sentMs }
  }
}
