/** Carries accepted messages from the spool into the store, in order, for as long as it takes; what the store refuses goes to the dead letters. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'
import type { TelemetrySink } from '../core/ports.ts'
import type { StoredRow } from '../core/readings.ts'
import { type Entry, isAccepted, rowOf } from './entries.ts'
import { errorFields, type Log } from './log.ts'
import type { Consumer } from './spool/consumer.ts'

/** Of one facility, since its first day; kept with the cursor. */
export interface StoreTotals {
  stored: number
  deadLettered: number
}

export interface StoreWriter {
  start(): void
  totals(facility: string): StoreTotals
  /** Null while the store takes everything; else why it does not, and since when. */
  trouble(): { code: string; sinceMs: number } | null
  /** Finishes the write under way, for at most a few seconds. */
  stop(): Promise<void>
}

export interface StoreWriterDeps {
  sink: TelemetrySink
  consumer: Consumer<Entry>
  /** When it returns the row is kept aside for good. May be called again with the same row after a crash. */
  deadLetter(row: StoredRow, reason: string): Promise<void>
  log: Log
  clock(): number
  onWrite?(rows: number, seconds: number): void
  maxRows?: number
  gatherMs?: number
}

const MAX_ROWS = 5_000
const GATHER_MS = 250
const IDLE_MS = 1_000
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 15_000
const STOP_MS = 5_000

export function createStoreWriter(deps: StoreWriterDeps): StoreWriter {
  const { sink, consumer, log, maxRows = MAX_ROWS, gatherMs = GATHER_MS } = deps
  const stopping = new AbortController()
  const totals = new Map(Object.entries((consumer.cursor().data ?? {}) as Record<string, StoreTotals>))
  let trouble: { code: string; sinceMs: number } | null = null
  let running: Promise<void> = Promise.resolve()
  /** Rows read and not yet written, with the position behind what was read. */
  let rows: StoredRow[] = []
  let readTo = consumer.cursor().position

  return {
    start() {
      running = run()
    },
    totals: facility => ({ ...totalsOf(facility) }),
    trouble: () => trouble,
    async stop() {
      stopping.abort()
      await Promise.race([running, sleep(STOP_MS, undefined, { ref: false })])
    },
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await gather()
      while (rows.length > 0 || readTo > consumer.cursor().position) {
        const batch = rows.slice(0, maxRows)
        const position = rows[maxRows]?.position ?? readTo
        if (!(await write(batch, position))) return
        rows = rows.slice(maxRows)
        consumer.advance(position, Object.fromEntries(totals))
        if (rows.length < maxRows) break
      }
    }
  }

  /** Reads until a batch is full, or a moment after its first row. */
  async function gather(): Promise<void> {
    let untilMs: number | null = rows.length > 0 ? performance.now() + gatherMs : null
    while (rows.length < maxRows && !stopping.signal.aborted) {
      const commit = await consumer.next()
      if (commit) {
        commit.entries.forEach((entry, i) => {
          if (isAccepted(entry)) rows.push(rowOf(entry, commit.first + i))
        })
        readTo = commit.first + commit.entries.length
        untilMs ??= performance.now() + gatherMs
        continue
      }
      const leftMs = untilMs === null ? IDLE_MS : untilMs - performance.now()
      if (leftMs <= 0) return
      await consumer.wait(leftMs, stopping.signal)
    }
  }

  /** @returns false when told to stop before the store had taken them: they stay in the spool */
  async function write(batch: readonly StoredRow[], position: number): Promise<boolean> {
    let waitMs = FIRST_RETRY_MS
    while (batch.length > 0) {
      const beganMs = performance.now()
      try {
        await sink.write(batch, position)
        deps.onWrite?.(batch.length, (performance.now() - beganMs) / 1000)
        for (const row of batch) totalsOf(row.facility).stored += 1
        well()
        return true
      } catch (error) {
        const code = error instanceof AppError ? error.code : 'store_unavailable'
        if (code === 'store_too_large' || code === 'store_refused') return split(batch, position, error)
        ill(code, error)
        if (stopping.signal.aborted) return false
        const retryAfter = error instanceof AppError ? error.retryAfterMs : undefined
        await pause(retryAfter ?? waitMs * (0.5 + Math.random()))
        if (stopping.signal.aborted) return false
        waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)
      }
    }
    return true
  }

  /** Halves what the store does not take, down to the one row that is at fault. */
  async function split(batch: readonly StoredRow[], position: number, error: unknown): Promise<boolean> {
    const [row, ...others] = batch
    if (row && others.length === 0) {
      await deps.deadLetter(row, error instanceof AppError ? error.code : 'store_refused')
      totalsOf(row.facility).deadLettered += 1
      log.error({ facility: row.facility, device: row.device, ...errorFields(error) }, 'the store refused a message')
      return true
    }
    const middle = batch.length >> 1
    const second = batch.slice(middle)
    return (await write(batch.slice(0, middle), second[0]?.position ?? position)) && write(second, position)
  }

  function totalsOf(facility: string): StoreTotals {
    const known = totals.get(facility) ?? { stored: 0, deadLettered: 0 }
    totals.set(facility, known)
    return known
  }

  function ill(code: string, error: unknown): void {
    if (trouble?.code === code) return
    trouble = { code, sinceMs: deps.clock() }
    log.error({ code, ...errorFields(error) }, 'the store does not take messages: they wait in the spool')
  }

  function well(): void {
    if (trouble) log.info({ code: trouble.code }, 'the store takes messages again')
    trouble = null
  }

  /** Cut short by `stop`. */
  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)
  }
}
