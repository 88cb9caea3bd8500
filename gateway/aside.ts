/** Keeps refused, conflicting and unverifiable messages for 30 days in daily files. */
import type { CommitDigest } from './digest.ts'
import { type Entry, isRefused } from './entries.ts'
import { type DayFiles, dayOf, type KeptKind } from './kept/day-files.ts'
import { errorFields, type Log } from './log.ts'
import type { Consumer } from './spool/consumer.ts'

/**
 * A line carries the `position` of its entry, which is unique: after a crash the last lines of a file may stand there twice, so a reader
 * takes each position once.
 */
export interface Aside {
  start(): void
  stop(): Promise<void>
}

const DAYS_KEPT = 30
/** What was replayed is part of the message ledger, and kept as long. */
const REPLAYED_DAYS_KEPT = 5 * 366
const DAY_MS = 86_400_000
const WAIT_MS = 1_000

export interface AsideDeps {
  files: DayFiles
  consumer: Consumer<Entry, CommitDigest>
  clock(): number
  log: Log
}

export function createAside({ files, consumer, clock, log }: AsideDeps): Aside {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let tidied = ''

  return {
    start() {
      running = run()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const commit = await consumer.next()
      if (!commit) {
        // Days go by where nothing arrives too.
        await tidy(dayOf(clock())).catch(error => log.warn(errorFields(error), 'old files could not be removed'))
        await consumer.wait(WAIT_MS, stopping.signal)
        continue
      }
      const lines: Record<'rejections' | 'conflicts', string[]> = { rejections: [], conflicts: [] }
      for (const { at, entry } of commit.digest().notable) {
        const kind = kindOf(entry)
        if (kind) lines[kind].push(JSON.stringify({ position: commit.first + at, ...entry }))
      }
      while (!(await keep(lines))) if (stopping.signal.aborted) return
      consumer.advance(commit.first + commit.count, null)
    }
  }

  /** A disk that is full now may not be so in a moment; what is not kept stays in the spool. */
  async function keep(lines: Record<'rejections' | 'conflicts', string[]>): Promise<boolean> {
    try {
      const today = dayOf(clock())
      await tidy(today)
      await files.append('rejections', today, lines.rejections)
      lines.rejections = []
      await files.append('conflicts', today, lines.conflicts)
      return true
    } catch (error) {
      log.error(errorFields(error), 'refused messages cannot be put aside: they wait in the spool')
      await consumer.wait(WAIT_MS, stopping.signal)
      return false
    }
  }

  async function tidy(today: string): Promise<void> {
    if (tidied === today) return
    const before = (days: number): string => dayOf(Date.parse(today) - days * DAY_MS)
    for (const kind of ['rejections', 'conflicts', 'dead-letters'] as KeptKind[])
      await files.tidy(kind, before(DAYS_KEPT))
    await files.tidy('replayed', before(REPLAYED_DAYS_KEPT))
    tidied = today
  }
}

function kindOf(entry: Entry): 'rejections' | 'conflicts' | null {
  if (isRefused(entry)) return 'rejections'
  return (entry.k === 'c' || entry.k === 'd') && entry.raw !== undefined ? 'conflicts' : null
}
