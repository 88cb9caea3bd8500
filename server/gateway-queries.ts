/** Asks gateways what they keep (ledger, rejections, conflicts, dead letters): pairs each question on `query` with its `answer`. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import {
  type AnswerMessage,
  answerMessageSchema,
  type DeadLetter,
  deadLetterSchema,
  type KeptConflict,
  type KeptRejection,
  keptConflictSchema,
  keptRejectionSchema,
  type LedgerRow,
  ledgerRowSchema,
  type QueryMessage,
  type Removal,
  removalSchema,
} from '../core/ledger.ts'
import { facilityTopic, parseFacilityTopic } from '../core/topics.ts'
import type { Bus } from './mqtt.ts'

/** What each question is answered with. */
export interface GatewayItems {
  ledger: LedgerRow
  rejections: KeptRejection
  conflicts: KeptConflict
  'dead-letters': DeadLetter
  'replay-dead-letters': DeadLetter
  remove: Removal
}
export interface GatewayPage<T> {
  items: T[]
  /** Give it as `after` for the page behind; null: that was all. */
  next: string | null
}
export interface AskOptions {
  filter?: QueryMessage['filter']
  limit?: number
  after?: string
  /** How long the gateway may take; default 10 s, 120 s where it must ask or write the store. */
  timeoutMs?: number
}

export interface GatewayQueries {
  /**
   * One page. A page may hold fewer than `limit` items and still have a `next` (an answer has at most 256 kB).
   * `replay-dead-letters` tries at most `limit` dead letters and answers those it tried: call it with `next` until that is null.
   * Throws AppErrors: `gateway_unreachable` (retryable: no answer in time, or no broker), `bad_query`, `store_unavailable` (retryable), `gateway_failed`.
   */
  ask<A extends keyof GatewayItems>(
    facility: string,
    ask: A,
    options?: AskOptions,
  ): Promise<GatewayPage<GatewayItems[A]>>
  stop(): void
}

const ITEM_SCHEMAS: { [A in keyof GatewayItems]: z.ZodType<GatewayItems[A]> } = {
  ledger: ledgerRowSchema,
  rejections: keptRejectionSchema,
  conflicts: keptConflictSchema,
  'dead-letters': deadLetterSchema,
  'replay-dead-letters': deadLetterSchema,
  remove: removalSchema,
}
const TIMEOUT_MS = 10_000
/** The store is asked or written before the answer comes. */
const STORE_TIMEOUT_MS = 120_000

/** Subscribes to the answers of all gateways; throws `broker_unavailable`, `broker_refused`. */
export async function createGatewayQueries({
  bus,
}: {
  bus: Pick<Bus, 'publish' | 'subscribe'>
}): Promise<GatewayQueries> {
  /** By id; ids are random, so the answers to another server's questions find nobody here. */
  const waiting = new Map<string, (topic: string, answer: AnswerMessage) => void>()
  const unsubscribe = await bus.subscribe(
    [facilityTopic('+', 'answer')],
    1,
    topic => parseFacilityTopic(topic)?.leaf === 'answer',
    ({ topic, payload }) => {
      const answer = parseAnswer(payload)
      if (answer) waiting.get(answer.id)?.(topic, answer)
    },
  )

  return {
    async ask(facility, ask, options = {}) {
      const { filter = {}, limit = 100, after } = options
      const slow = filter.recount || ask === 'replay-dead-letters' || ask === 'remove'
      const timeoutMs = options.timeoutMs ?? (slow ? STORE_TIMEOUT_MS : TIMEOUT_MS)
      const query: QueryMessage = { id: randomUUID(), ask, filter, limit, ...(after === undefined ? {} : { after }) }
      return pageOf(await send(facility, query, timeoutMs), ITEM_SCHEMAS[ask])
    },
    stop() {
      unsubscribe()
      waiting.clear()
    },
  }

  async function send(facility: string, query: QueryMessage, timeoutMs: number): Promise<AnswerMessage> {
    let timer: NodeJS.Timeout | undefined
    const answered = new Promise<AnswerMessage>((resolve, reject) => {
      timer = setTimeout(() => reject(unreachable(facility, timeoutMs)), timeoutMs)
      waiting.set(query.id, (topic, answer) => {
        // Only the facility that was asked may answer for itself.
        if (topic === facilityTopic(facility, 'answer')) resolve(answer)
      })
    })
    try {
      const published = bus.publish(facilityTopic(facility, 'query'), JSON.stringify(query), { qos: 1 })
      const [answer] = await Promise.all([answered, published])
      return answer
    } catch (cause) {
      if (cause instanceof AppError && cause.code === 'broker_unavailable')
        throw new AppError('gateway_unreachable', cause.message, { retryable: true, cause })
      throw cause
    } finally {
      clearTimeout(timer)
      waiting.delete(query.id)
    }
  }
}

function pageOf<T>(answer: AnswerMessage, item: z.ZodType<T>): GatewayPage<T> {
  if ('error' in answer) {
    if (answer.error === 'internal') throw new AppError('gateway_failed', 'the gateway could not answer')
    const retryable = answer.error === 'store_unavailable'
    throw new AppError(answer.error, `the gateway answers ${answer.error}`, { retryable })
  }
  const items = z.array(item).safeParse(answer.items)
  if (!items.success) throw new AppError('gateway_failed', 'the gateway answers what the contract does not allow')
  return { items: items.data, next: answer.next }
}

/** Null for what is no answer at all: whoever asked runs into the time limit. */
function parseAnswer(payload: Buffer): AnswerMessage | null {
  try {
    return answerMessageSchema.parse(JSON.parse(payload.toString('utf8')))
  } catch {
    return null
  }
}

const unreachable = (facility: string, timeoutMs: number) =>
  new AppError('gateway_unreachable', `the gateway of ${facility} did not answer within ${timeoutMs / 1_000} s`, {
    retryable: true,
  })
