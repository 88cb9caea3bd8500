/** Carries accepted messages from the spool into the store for as long as it takes; the cursor moves in order, whatever order the answers come in. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TelemetrySink } from '../core/ports.ts'
import type { StoredRow } from '../core/readings.ts'
import type { CommitDigest } from './digest.ts'
import type { Entry } from './entries.ts'
import type { StoreTally } from './ledger/store-tally.ts'
import type { Log } from './log.ts'
import type { Consumer } from './spool/consumer.ts'
import { createStoreBatch, type StoreBatch } from './store-batch.ts'
import { createRowReader, createStoreRows } from './store-rows.ts'
import { createStoreTrouble, type StoreTrouble } from './store-trouble.ts'

export interface StoreWriter {
  start(): void
  /** Null while the store takes everything; else why it does not, and since when. */
  trouble(): { code: string; sinceMs: number } | null
  /** Finishes the writes under way, for at most a few seconds. */
  stop(): Promise<void>
}

export interface StoreWriterDeps {
  sink: TelemetrySink
  consumer: Consumer<Entry, CommitDigest>
  /** Counts each row once; lives in the cursor's data. */
  tally: StoreTally
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
const STOP_MS = 5_000

export function createStoreWriter(deps: StoreWriterDeps): StoreWriter {
  const { sink, consumer, tally, maxRows = MAX_ROWS, gatherMs = GATHER_MS } = deps
  const stopping = new AbortController()
  const trouble: StoreTrouble = createStoreTrouble(deps)
  let running: Promise<void> = Promise.resolve()
  const reader = createRowReader()
  /** Read and not yet given to the store, with the position behind what was read. */
  let rows = createStoreRows(sink)
  let readTo = consumer.cursor().position
  /** Whether there is more of the commit that is being read. */
  let more = false
  /** Written down when the cursor is kept: with a thousand devices that is much. Between `count` and `advance` nothing is awaited. */
  const counted = { toJSON: () => tally.save() }
  /** Given to the store, oldest first. */
  const underWay: StoreBatch[] = []

  return {
    start() {
      running = run()
    },
    trouble: trouble.now,
    async stop() {
      stopping.abort()
      await Promise.race([running, sleep(STOP_MS, undefined, { ref: false })])
    },
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await gather()
      if (rows.count() === 0) {
        passBy()
        continue
      }
      while (underWay.length >= sink.concurrency && !stopping.signal.aborted) await oneDone()
      if (!stopping.signal.aborted) give()
    }
    await Promise.all(underWay.map(batch => batch.ended))
    settle()
  }

  /** Reads until a batch is full, or a moment after its first row. */
  async function gather(): Promise<void> {
    let untilMs: number | null = rows.count() > 0 ? performance.now() + gatherMs : null
    while (rows.count() < maxRows && !stopping.signal.aborted) {
      const commit = more ? null : await consumer.next()
      if (commit) reader.begin(commit)
      if (more || commit) {
        more = reader.read(rows, maxRows)
        readTo = reader.position()
        if (rows.count() > 0) untilMs ??= performance.now() + gatherMs
        continue
      }
      const leftMs = untilMs === null ? IDLE_MS : untilMs - performance.now()
      if (leftMs <= 0 || (untilMs === null && readTo > consumer.cursor().position && underWay.length === 0)) return
      await consumer.wait(leftMs, stopping.signal)
    }
  }

  function give(): void {
    const given = createStoreBatch(rows, readTo, { ...deps, trouble, signal: stopping.signal })
    rows = createStoreRows(sink)
    underWay.push(given)
    void given.ended.then(settle)
  }

  async function oneDone(): Promise<void> {
    // One that has ended before an earlier one keeps its place: the cursor cannot pass the earlier.
    await underWay[0]?.ended
    settle()
  }

  /** Moves the cursor over what is done, from the oldest on. */
  function settle(): void {
    for (let first = underWay[0]; first?.outcome() === 'done'; first = underWay[0]) {
      underWay.shift()
      first.count(tally)
      consumer.advance(first.position, counted)
    }
  }

  /** What was read holds nothing for the store: the cursor goes past it. */
  function passBy(): void {
    if (underWay.length === 0 && readTo > consumer.cursor().position) consumer.advance(readTo, counted)
  }
}
