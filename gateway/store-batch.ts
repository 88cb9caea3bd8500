/** One batch on its way into the store: tried for ever, halved where it is too large, taken apart down to the row that the store refuses. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'
import type { TelemetrySink } from '../core/ports.ts'
import type { StoredRow } from '../core/readings.ts'
import type { StoreTally } from './ledger/store-tally.ts'
import { errorFields, type Log } from './log.ts'
import type { StoreRows } from './store-rows.ts'
import type { StoreTrouble } from './store-trouble.ts'

export interface StoreBatch {
  /** Everything below is done with once this batch is, and those before it. */
  position: number
  /** Resolves when there is an outcome; never rejects. */
  ended: Promise<void>
  /** `stopped`: told to stop before the store had taken all; it stays in the spool. */
  outcome(): 'under_way' | 'done' | 'stopped'
  /** Adds each row to what the store took or to the dead letters, in order. */
  count(tally: StoreTally): void
}

export interface StoreBatchDeps {
  sink: TelemetrySink
  deadLetter(row: StoredRow, reason: string): Promise<void>
  trouble: StoreTrouble
  log: Log
  onWrite?(rows: number, seconds: number): void
  signal: AbortSignal
}

const FIRST_RETRY_MS = 100
/** With its jitter three seconds: a store that is back is used within five. */
const LAST_RETRY_MS = 2_000

/** Begins at once. */
export function createStoreBatch(rows: StoreRows, position: number, deps: StoreBatchDeps): StoreBatch {
  const { sink, trouble, log, signal } = deps
  /** By position. */
  const dead = new Set<number>()
  let outcome: 'under_way' | 'done' | 'stopped' = 'under_way'

  return {
    position,
    ended: writeAll().then(done => {
      rows.raw()?.free()
      outcome = done ? 'done' : 'stopped'
    }),
    outcome: () => outcome,
    count: tally => rows.tally(tally, at => dead.has(at)),
  }

  async function writeAll(): Promise<boolean> {
    const raw = rows.raw()
    if (raw === null) return write(rows.rows(), position)
    const outcome = await attempt(rows.count(), () => raw.write())
    return typeof outcome === 'boolean' ? outcome : takeApart(rows.rows(), position, outcome)
  }

  /** @returns false when told to stop before the store had taken them */
  async function write(part: readonly StoredRow[], upTo: number): Promise<boolean> {
    const outcome = await attempt(part.length, () => sink.write(part, upTo))
    return typeof outcome === 'boolean' ? outcome : takeApart(part, upTo, outcome)
  }

  /** Tries until the store has taken all (true), or we are told to stop (false), or it says that these rows will not do. */
  async function attempt(count: number, send: () => Promise<void>): Promise<boolean | AppError> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      const beganMs = performance.now()
      try {
        await send()
        deps.onWrite?.(count, (performance.now() - beganMs) / 1000)
        trouble.well()
        return true
      } catch (error) {
        const code = error instanceof AppError ? error.code : 'store_unavailable'
        if (error instanceof AppError && (code === 'store_too_large' || code === 'store_refused')) return error
        trouble.ill(code, error)
        if (signal.aborted) return false
        const retryAfterMs = error instanceof AppError ? error.retryAfterMs : undefined
        // Cut short when told to stop. Many gateways must not come back all at once.
        await sleep(retryAfterMs ?? waitMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return false
      }
    }
  }

  async function takeApart(part: readonly StoredRow[], upTo: number, error: unknown): Promise<boolean> {
    const [row, ...others] = part
    if (row && others.length === 0) return bury(row, error)
    const middle = part.length >> 1
    const second = part.slice(middle)
    return (await write(part.slice(0, middle), second[0]?.position ?? upTo)) && write(second, upTo)
  }

  /** A disk that is full now may not be so in a moment: what cannot be kept aside stays in the spool. */
  async function bury(row: StoredRow, error: unknown): Promise<boolean> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      try {
        await deps.deadLetter(row, error instanceof AppError ? error.code : 'store_refused')
        dead.add(row.position)
        log.error({ facility: row.facility, device: row.device, ...errorFields(error) }, 'the store refused a message')
        return true
      } catch (failure) {
        trouble.ill('dead_letters_not_kept', failure)
        await sleep(waitMs, undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return false
      }
    }
  }
}
