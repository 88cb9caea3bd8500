/** Keeps refused, conflicting and unverifiable messages, and dead letters, for 30 days in daily files of one JSON line each. */
import { type FileHandle, open, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredRow } from '../core/readings.ts'
import { type Entry, isRefused } from './entries.ts'
import { errorFields, type Log } from './log.ts'
import type { Consumer } from './spool/consumer.ts'
import { makeFolder, syncFolder } from './spool/files.ts'
import { isNoRoom } from './spool/segment-writer.ts'

export type AsideKind = 'rejections' | 'conflicts' | 'dead-letters'

/**
 * Files are `{kind}-{UTC day}.ndjson`. A line carries the `position` of its entry, which is unique: after a crash the last lines of a file may
 * stand there twice, so a reader keeps the first of each position; and a line that was being written then is cut short: it passes over it.
 */
export interface Aside {
  start(): void
  /** When it returns the row is on disk; rejects while the disk is full. */
  deadLetter(row: StoredRow, reason: string): Promise<void>
  stop(): Promise<void>
}

const DAYS_KEPT = 30
const DAY_MS = 86_400_000
const WAIT_MS = 1_000
const NEWLINE = 0x0a
const FILE = /^(?:rejections|conflicts|dead-letters)-(\d{4}-\d{2}-\d{2})\.ndjson$/

export interface AsideDeps {
  folder: string
  consumer: Consumer<Entry>
  clock(): number
  log: Log
  /** Called when a sync has failed: the process has to end. */
  fatal(error: Error): void
}

export function createAside({ folder, consumer, clock, log, fatal }: AsideDeps): Aside {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let tidied = ''
  /** Files of this run that end with a whole line and whose names are synced. */
  const inOrder = new Set<string>()

  return {
    start() {
      running = run()
    },
    deadLetter: (row, reason) => append('dead-letters', [deadLetterLine(row, reason)]),
    async stop() {
      stopping.abort()
      await running
    },
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const commit = await consumer.next()
      if (!commit) {
        await consumer.wait(WAIT_MS, stopping.signal)
        continue
      }
      const lines: Record<'rejections' | 'conflicts', string[]> = { rejections: [], conflicts: [] }
      commit.entries.forEach((entry, i) => {
        const kind = kindOf(entry)
        if (kind) lines[kind].push(JSON.stringify({ position: commit.first + i, ...entry }))
      })
      if (!(await untilKept('rejections', lines.rejections)) || !(await untilKept('conflicts', lines.conflicts))) return
      consumer.advance(commit.first + commit.entries.length, null)
    }
  }

  /** A disk that is full now may not be so in a moment; what is not kept stays in the spool. */
  async function untilKept(kind: AsideKind, lines: readonly string[]): Promise<boolean> {
    for (;;) {
      try {
        await append(kind, lines)
        return true
      } catch (error) {
        log.error(errorFields(error), 'refused messages cannot be put aside: they wait in the spool')
        if (stopping.signal.aborted) return false
        await consumer.wait(WAIT_MS, stopping.signal)
      }
    }
  }

  async function append(kind: AsideKind, lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return
    const today = new Date(clock()).toISOString().slice(0, 10)
    try {
      await makeFolder(folder)
      if (tidied !== today) await tidy(today)
      await appendTo(join(folder, `${kind}-${today}.ndjson`), `${lines.join('\n')}\n`)
    } catch (error) {
      // After a failed sync a second one would say that all is well.
      if (!isNoRoom(error)) fatal(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }

  async function appendTo(path: string, text: string): Promise<void> {
    const file = await open(path, 'a+', 0o600)
    try {
      const begun = inOrder.has(path)
      // A line that a crash or a full disk has cut short must not swallow the next one.
      const gap = begun || (await endsLine(file)) ? '' : '\n'
      inOrder.delete(path)
      await file.appendFile(gap + text)
      await file.datasync()
      if (!begun) await syncFolder(folder)
      inOrder.add(path)
    } finally {
      await file.close()
    }
  }

  async function tidy(today: string): Promise<void> {
    const oldest = new Date(Date.parse(today) - DAYS_KEPT * DAY_MS).toISOString().slice(0, 10)
    for (const name of await readdir(folder)) {
      const day = FILE.exec(name)?.[1]
      if (day !== undefined && day < oldest) await unlink(join(folder, name))
    }
    tidied = today
  }
}

async function endsLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return true
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  return last[0] === NEWLINE
}

function kindOf(entry: Entry): 'rejections' | 'conflicts' | null {
  if (isRefused(entry)) return 'rejections'
  return (entry.k === 'c' || entry.k === 'd') && entry.raw !== undefined ? 'conflicts' : null
}

const deadLetterLine = (row: StoredRow, reason: string): string =>
  JSON.stringify({ ...row, key: String(row.key), reason })
