/** Reads what gateways keep: all rows of a stretch of the ledger, shared by those who ask at once; pages; replays. Hides how often a gateway is asked. */
import { AppError } from '../../core/errors.ts'
import type { KeptRejection, LedgerRow, QueryMessage } from '../../core/ledger.ts'
import type { AskOptions, GatewayItems, GatewayPage, GatewayQueries } from '../gateway-queries.ts'
import type { Range } from './range.ts'
import { asCounted } from './sums.ts'

/** A gateway answers at most 256 kB at once. */
const MAX_ANSWERS = 60
const MAX_REJECTION_ANSWERS = 20
const ROWS_PER_ANSWER = 1_000
/** Boards of one facility ask the same within seconds of each other. */
const FRESH_MS = 5_000
const MAX_KEPT = 100

export interface LedgerRows {
  rows: LedgerRow[]
  /** Our clock when the gateway had answered. */
  asOfMs: number
}
type Filter = NonNullable<QueryMessage['filter']>

export interface LedgerReads {
  /** Throws `unavailable` when gateway or store do not answer, `bad_request` when there is too much. */
  rows(facility: string, range: Range, options: { device?: string | undefined; recount?: boolean }): Promise<LedgerRows>
  page<A extends 'rejections' | 'conflicts' | 'dead-letters'>(
    facility: string,
    ask: A,
    filter: Filter,
    page: { limit: number; after?: string | undefined },
  ): Promise<GatewayPage<GatewayItems[A]>>
  /** The newest rejections without their payloads, as many as may be asked for. */
  newestRejections(facility: string, filter: Filter): Promise<{ items: KeptRejection[]; complete: boolean }>
  replay(facility: string, filter: Filter): Promise<{ replayed: number; stillDead: number }>
}

export function createLedgerReads({
  queries,
  clock,
}: {
  queries: Pick<GatewayQueries, 'ask'>
  clock: () => number
}): LedgerReads {
  const known = new Map<string, { facility: string; askedMs: number; answer: Promise<LedgerRows>; done: boolean }>()

  const ask = <A extends keyof GatewayItems>(facility: string, what: A, options: AskOptions) =>
    queries.ask(facility, what, options).catch(translate)

  const forget = (facility: string): void => {
    for (const [key, entry] of known) if (entry.facility === facility && entry.done) known.delete(key)
  }

  async function readRows(facility: string, filter: Filter): Promise<LedgerRows> {
    const rows: LedgerRow[] = []
    let after: string | undefined
    for (let answers = 0; answers < MAX_ANSWERS; answers++) {
      const options = { filter, limit: ROWS_PER_ANSWER, ...(after === undefined ? {} : { after }) }
      const page: GatewayPage<LedgerRow> = await ask(facility, 'ledger', options)
      rows.push(...page.items.map(asCounted))
      if (page.next === null) return { rows, asOfMs: clock() }
      after = page.next
    }
    throw new AppError('bad_request', 'from: too much for one answer; name a device, or a shorter time.')
  }

  return {
    async rows(facility, { fromMs, toMs }, { device, recount = false }) {
      const filter = { from: fromMs, to: toMs, ...(device === undefined ? {} : { device }), recount }
      const key = JSON.stringify([facility, filter])
      const earlier = known.get(key)
      if (earlier && (!earlier.done || (!recount && clock() - earlier.askedMs < FRESH_MS))) return earlier.answer
      const entry = { facility, askedMs: clock(), answer: readRows(facility, filter), done: false }
      known.delete(key)
      known.set(key, entry)
      for (const oldest of known.keys()) if (known.size > MAX_KEPT) known.delete(oldest)
      try {
        const answer = await entry.answer
        // What was read before it knows nothing of the recount.
        if (recount) forget(facility)
        return answer
      } catch (error) {
        if (known.get(key) === entry) known.delete(key)
        throw error
      } finally {
        entry.done = true
      }
    },

    page: (facility, what, filter, { limit, after }) =>
      ask(facility, what, { filter, limit, ...(after === undefined ? {} : { after }) }),

    async newestRejections(facility, filter) {
      const items: KeptRejection[] = []
      let after: string | undefined
      for (let answers = 0; answers < MAX_REJECTION_ANSWERS; answers++) {
        const page: GatewayPage<KeptRejection> = await ask(facility, 'rejections', {
          filter: { ...filter, payloads: false },
          limit: ROWS_PER_ANSWER,
          ...(after === undefined ? {} : { after }),
        })
        items.push(...page.items)
        if (page.next === null) return { items, complete: true }
        after = page.next
      }
      return { items, complete: false }
    },

    async replay(facility, filter) {
      let [replayed, stillDead] = [0, 0]
      let after: string | undefined
      do {
        const options = { filter, limit: ROWS_PER_ANSWER, ...(after === undefined ? {} : { after }) }
        const page: GatewayPage<GatewayItems['replay-dead-letters']> = await ask(
          facility,
          'replay-dead-letters',
          options,
        )
        for (const { replayed_at } of page.items)
          if (replayed_at === null) stillDead += 1
          else replayed += 1
        after = page.next ?? undefined
      } while (after !== undefined)
      forget(facility)
      return { replayed, stillDead }
    },
  }
}

/** In the words of the HTTP interface; what is nobody's fault but ours stays as it is. */
function translate(error: unknown): never {
  if (error instanceof AppError && error.code === 'gateway_unreachable')
    throw new AppError(
      'unavailable',
      'The gateway of this facility does not answer; what it keeps cannot be shown now.',
      {
        retryable: true,
        retryAfterMs: 10_000,
        cause: error,
      },
    )
  if (error instanceof AppError && error.code === 'store_unavailable')
    throw new AppError('unavailable', 'The store of this facility does not answer; try again when it is back.', {
      retryable: true,
      retryAfterMs: 30_000,
      cause: error,
    })
  if (error instanceof AppError && error.code === 'bad_query')
    throw new AppError(
      'bad_request',
      'after: begin again without it; the gateway does not know this place in the list.',
    )
  throw error
}
