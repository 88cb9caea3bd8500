/** Answers what the server asks about this gateway's own books: ledger, rejections, conflicts, dead letters. Beside the ingest, never in its way. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { type AnswerMessage, QUERY_ERRORS, type QueryMessage, queryMessageSchema } from '../core/ledger.ts'
import { facilityTopic, parseFacilityTopic } from '../core/topics.ts'
import type { AnswerPage } from './answer-page.ts'
import type { BusMessage, GatewayBus } from './bus.ts'
import { errorFields, type Log } from './log.ts'

type PageQuery = Pick<QueryMessage, 'filter' | 'limit' | 'after'>
/** Answers one question about a facility; throws AppErrors, of which `bad_query` and `store_…` are told. */
export type Answering = (facility: string, query: PageQuery) => Promise<AnswerPage<unknown>>

export interface QueriesDeps {
  facilities: readonly string[] | 'all'
  bus: GatewayBus
  answers: Record<QueryMessage['ask'], Answering>
  log: Log
}

export interface Queries {
  start(): Promise<void>
  stop(): Promise<void>
}

/** Questions that wait in a lane beyond this are refused: whoever asks so much asks again. */
const MAX_WAITING = 100
const STOP_MS = 2_000

export function createQueries({ facilities, bus, answers, log }: QueriesDeps): Queries {
  /** What needs the store must not hold up what does not. In each lane one question at a time. */
  const lanes = { disk: { waiting: 0, turn: Promise.resolve() }, store: { waiting: 0, turn: Promise.resolve() } }
  let stopped = false

  return {
    async start() {
      for (const facility of facilities === 'all' ? ['+'] : facilities)
        await bus.subscribe(facilityTopic(facility, 'query'), receive)
    },
    async stop() {
      stopped = true
      // A store that hangs must not keep the gateway from ending.
      await Promise.race([Promise.all([lanes.disk.turn, lanes.store.turn]), sleep(STOP_MS, undefined, { ref: false })])
    },
  }

  function receive({ topic, payload, retained }: BusMessage): void {
    const facility = parseFacilityTopic(topic)?.facility
    const value = parseJson(payload)
    const id = idSchema.safeParse(value)
    // Without an id nobody could tell whose answer it is. What the broker kept was asked long ago.
    if (facility === undefined || !id.success || retained || stopped) return
    const query = queryMessageSchema.safeParse(value)
    if (!query.success) {
      void send(facility, { id: id.data.id, error: 'bad_query' })
      return
    }
    const { ask, filter } = query.data
    const lane = lanes[ask === 'replay-dead-letters' || ask === 'remove' || filter.recount ? 'store' : 'disk']
    if (lane.waiting >= MAX_WAITING) {
      void send(facility, { id: id.data.id, error: 'internal' })
      return
    }
    lane.waiting += 1
    lane.turn = lane.turn.then(async () => {
      if (!stopped) await send(facility, await answer(facility, query.data))
      lane.waiting -= 1
    })
  }

  async function answer(facility: string, query: QueryMessage): Promise<AnswerMessage> {
    const { id, ask, filter, limit, after } = query
    try {
      const { items, next } = await answers[ask](facility, {
        filter,
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { id, items, next }
    } catch (error) {
      const code = error instanceof AppError ? error.code : ''
      if (code.startsWith('store_')) return { id, error: 'store_unavailable' }
      const told = QUERY_ERRORS.find(known => known === code)
      if (!told) log.error({ facility, ask, ...errorFields(error) }, 'a query could not be answered')
      return { id, error: told ?? 'internal' }
    }
  }

  async function send(facility: string, message: AnswerMessage): Promise<void> {
    try {
      await bus.publish(facilityTopic(facility, 'answer'), JSON.stringify(message), { qos: 1 })
    } catch (error) {
      log.debug({ facility, ...errorFields(error) }, 'an answer was not sent: the server will ask again')
    }
  }
}

const idSchema = z.object({ id: z.string().min(1).max(64) })

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString())
  } catch {
    return null
  }
}
