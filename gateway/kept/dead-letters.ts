/** Messages that the store refused: kept, listed, and given to it again once the cause is gone. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import { type DeadLetter, HOUR_MS } from '../../core/ledger.ts'
import type { TelemetrySink } from '../../core/ports.ts'
import { keyTimeMs, type StoredRow } from '../../core/readings.ts'
import { type AnswerPage, createPage } from '../answer-page.ts'
import { createTurns } from '../turns.ts'
import { type DayFiles, dayOf } from './day-files.ts'
import { dayOfId, type Kept, keptLines, type PageQuery, parseLine } from './kept-pages.ts'

/** A row with its key as text, why it was refused, and when. */
type Line = Omit<StoredRow, 'key'> & { key: string; reason: string; at?: number }
/** That a dead letter was taken after all; stands in a file of the letter's own day. */
interface ReplayedLine {
  position: number
  at: number
  facility: string
  device: string
  rx: number
}

export interface DeadLetters {
  /** Reads what is kept and what was replayed; nothing else may be called before it returns. */
  start(): Promise<void>
  /** When it returns the row is on disk; a row that is there already is not kept twice. */
  bury(row: StoredRow, reason: string): Promise<void>
  page(facility: string, query: PageQuery): Promise<AnswerPage<DeadLetter>>
  /**
   * Gives up to `limit` dead letters that the filter picks to the store again, newest first, and answers those it tried, with
   * `replayed_at` where the store took them. Throws the store's error when it is away; what it took before that stays taken.
   */
  replay(facility: string, query: PageQuery): Promise<AnswerPage<DeadLetter>>
  /** How many of a device's hour were taken after all. */
  replayed(facility: string, device: string, hour: number): number
  replayedTotal(facility: string): number
  /** How many of those kept are still dead. */
  waiting(facility: string): number
  stop(): Promise<void>
}

export interface DeadLettersDeps {
  files: DayFiles
  sink: Pick<TelemetrySink, 'restore'>
  clock(): number
  /** Rows of this hour have changed. */
  changed?(facility: string, hour: number): void
}

const AT_ONCE = 100
/** A store that hangs must not keep the gateway from ending: what it took meanwhile is replayed once more, which changes nothing. */
const STOP_MS = 2_000
/** At most so many in one call, whatever is asked for: rows may be large. */
const MAX_REPLAYED = 500
/** Rows refused shortly before a crash may be refused again after it. */
const REMEMBERED = 20_000

export function createDeadLetters(deps: DeadLettersDeps): DeadLetters {
  const { files, sink, clock } = deps
  /** By `facility/device/hour`, and by facility alone. */
  const counts = new Map<string, number>()
  /** By facility, then day. */
  const waiting = new Map<string, Map<string, number>>()
  const remembered = new Set<number>()
  let replayedOf: { day: string; at: Map<number, number> } | null = null
  const turns = createTurns()

  return {
    async start() {
      for (const day of await files.days('replayed'))
        for (const line of (await readReplayed(day)).values()) count(line, 1)
      for (const day of await files.days('dead-letters')) await countWaiting(day)
    },
    async bury(row, reason) {
      if (remembered.has(row.position)) return
      const at = clock()
      await files.append('dead-letters', dayOf(at), [JSON.stringify({ ...row, key: String(row.key), reason, at })])
      if (remembered.size >= REMEMBERED) remembered.delete(remembered.values().next().value as number)
      remembered.add(row.position)
      wait(row.facility, dayOf(at), 1)
    },
    page,
    replay: (facility, query) => turns.take(() => replay(facility, query)),
    replayed: (facility, device, hour) => counts.get(`${facility}/${device}/${hour}`) ?? 0,
    replayedTotal: facility => counts.get(facility) ?? 0,
    waiting(facility) {
      const oldest = dayOf(clock() - KEPT_MS)
      const days = [...(waiting.get(facility) ?? [])]
      return days.reduce((sum, [day, n]) => (day < oldest ? sum : sum + n), 0)
    },
    async stop() {
      await Promise.race([turns.idle(), sleep(STOP_MS, undefined, { ref: false })])
    },
  }

  async function page(facility: string, query: PageQuery): Promise<AnswerPage<DeadLetter>> {
    const made = createPage<DeadLetter>(query.limit)
    for await (const kept of keptLines<Line>(files, 'dead-letters', query, daysOf(query))) {
      if ('stoppedAt' in kept) return made.end(kept.stoppedAt)
      if (!picks(facility, query, kept)) continue
      const at = (await replayedAt(kept.day)).get(kept.line.position) ?? null
      if (!made.add(itemOf(kept, at), kept.place)) break
    }
    return made.end()
  }

  async function replay(facility: string, query: PageQuery): Promise<AnswerPage<DeadLetter>> {
    const limit = Math.min(query.limit, MAX_REPLAYED)
    const letters: Kept<Line>[] = []
    let next: string | null = null
    for await (const kept of keptLines<Line>(files, 'dead-letters', query, daysOf(query))) {
      if ('stoppedAt' in kept) {
        next = kept.stoppedAt
        break
      }
      if (!picks(facility, query, kept) || (await replayedAt(kept.day)).has(kept.line.position)) continue
      if (letters.length === limit) {
        next = letters.at(-1)?.place ?? null
        break
      }
      letters.push(kept)
    }
    const items: DeadLetter[] = []
    for (let i = 0; i < letters.length; i += AT_ONCE) items.push(...(await give(letters.slice(i, i + AT_ONCE))))
    return { items, next }
  }

  async function give(letters: readonly Kept<Line>[]): Promise<DeadLetter[]> {
    const taken = new Set<Kept<Line>>()
    try {
      await store(letters, taken)
    } finally {
      const at = clock()
      for (const day of new Set([...taken].map(letter => letter.day)))
        await record(
          day,
          [...taken].filter(letter => letter.day === day),
          at,
        )
    }
    return letters.map(letter => itemOf(letter, taken.has(letter) ? clock() : null))
  }

  /** What the store refuses once more is left out of `taken`. */
  async function store(batch: readonly Kept<Line>[], taken: Set<Kept<Line>>): Promise<void> {
    try {
      await sink.restore(batch.map(({ line }) => rowOf(line)))
      for (const kept of batch) taken.add(kept)
    } catch (error) {
      const code = error instanceof AppError ? error.code : ''
      if (code !== 'store_refused' && code !== 'store_too_large') throw error
      if (batch.length > 1) for (const kept of batch) await store([kept], taken)
    }
  }

  async function record(day: string, letters: readonly Kept<Line>[], at: number): Promise<void> {
    const lines = letters.map(({ line: { position, facility, device, rx } }): ReplayedLine => {
      return { position, at, facility, device, rx }
    })
    await files.append(
      'replayed',
      day,
      lines.map(line => JSON.stringify(line)),
    )
    for (const line of lines) {
      count(line, 1)
      wait(line.facility, day, -1)
      if (replayedOf?.day === day) replayedOf.at.set(line.position, at)
      deps.changed?.(line.facility, line.rx - (line.rx % HOUR_MS))
    }
  }

  function count({ facility, device, rx }: ReplayedLine, n: number): void {
    for (const key of [`${facility}/${device}/${rx - (rx % HOUR_MS)}`, facility])
      counts.set(key, (counts.get(key) ?? 0) + n)
  }

  function wait(facility: string, day: string, n: number): void {
    const days = waiting.get(facility) ?? new Map<string, number>()
    waiting.set(facility, days.set(day, (days.get(day) ?? 0) + n))
  }

  /** Of the day that was asked for last: lists are read day by day. */
  async function replayedAt(day: string): Promise<Map<number, number>> {
    if (replayedOf?.day !== day) {
      const lines = await readReplayed(day)
      replayedOf = { day, at: new Map([...lines].map(([position, { at }]) => [position, at])) }
    }
    return replayedOf.at
  }

  async function readReplayed(day: string): Promise<Map<number, ReplayedLine>> {
    const lines = new Map<number, ReplayedLine>()
    for await (const { text } of files.backwards('replayed', day)) {
      const line = parseLine<ReplayedLine>(text)
      if (line) lines.set(line.position, line)
    }
    return lines
  }

  async function countWaiting(day: string): Promise<void> {
    const replayed = await readReplayed(day)
    for await (const { text } of files.backwards('dead-letters', day)) {
      const line = parseLine<Line>(text)
      if (!line) continue
      if (remembered.size < REMEMBERED) remembered.add(line.position)
      if (!replayed.has(line.position)) wait(line.facility, day, 1)
    }
  }
}

const KEPT_MS = 30 * 86_400_000

function picks(facility: string, { filter }: PageQuery, { line, id }: Kept<Line>): boolean {
  const { device, from, to, reason, ids } = filter
  const at = line.at ?? line.rx
  return (
    line.facility === facility &&
    (device === undefined || line.device === device) &&
    (reason === undefined || line.reason === reason) &&
    (from === undefined || at >= from) &&
    (to === undefined || at < to) &&
    (ids === undefined || ids.includes(id))
  )
}

const daysOf = ({ filter }: PageQuery): Set<string> | undefined => filter.ids && new Set(filter.ids.map(dayOfId))

const itemOf = ({ line, id }: Kept<Line>, replayedAt: number | null): DeadLetter => ({
  id,
  device: line.device,
  at: line.at ?? line.rx,
  reason: line.reason,
  boot: line.boot,
  seq: line.seq,
  device_ms: keyTimeMs(BigInt(line.key)),
  replayed_at: replayedAt,
})

const rowOf = ({ reason: _reason, at: _at, key, ...row }: Line): StoredRow =>
  ({ ...row, key: BigInt(key) }) as StoredRow
