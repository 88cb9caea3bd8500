/** Reads what was put aside, newest first, page by page; what it costs does not grow with what is kept. */
import { AppError } from '../../core/errors.ts'
import type { KeptConflict, KeptRejection, QueryMessage } from '../../core/ledger.ts'
import { type AnswerPage, createPage } from '../answer-page.ts'
import type { ConflictingEntry, DuplicateEntry, RefusedEntry } from '../entries.ts'
import { type DayFiles, dayOf, type KeptKind } from './day-files.ts'

export type PageQuery = Pick<QueryMessage, 'filter' | 'limit' | 'after'>

export interface Kept<L> {
  line: L
  /** Orders the list, and says in which day's file it stands. */
  id: string
  /** For `after`. */
  place: string
  day: string
}

/** So much is read for one page; then it ends where it is, with a `next`. */
const READ_BYTES = 16 * 1024 * 1024
const DAY_MS = 86_400_000

const idOf = (day: string, position: number): string => `${day}-${String(position).padStart(16, '0')}`
/** The day in whose file an item with this id stands. */
export const dayOfId = (id: string): string => id.slice(0, 10)

type PutAside<E> = E & { position: number }
type ConflictLine = PutAside<ConflictingEntry | (DuplicateEntry & { raw: string })>

/** Newest first; each position once, although a crash may have put the end of a file into it twice. */
export async function* keptLines<L extends { position: number }>(
  files: DayFiles,
  kind: KeptKind,
  { filter, after }: Omit<PageQuery, 'limit'>,
  days?: ReadonlySet<string>,
): AsyncGenerator<Kept<L> | { stoppedAt: string }> {
  const start = after === undefined ? null : placeOf(after)
  // Lines come to the file a moment after they were received; a day of room costs little.
  const oldest = filter.from === undefined ? '' : dayOf(Math.max(0, filter.from - DAY_MS))
  const seen = new Set<number>()
  let read = 0
  for (const day of await files.days(kind)) {
    if ((start && day > start.day) || day < oldest || (days && !days.has(day))) continue
    let lastAt = start?.day === day ? start.at : undefined
    for await (const { text, at } of files.backwards(kind, day, lastAt)) {
      read += text.length
      lastAt = at
      const line = parseLine<L>(text)
      if (line && remember(seen, line.position))
        yield { line, day, id: idOf(day, line.position), place: `${day}/${at}` }
      if (read > READ_BYTES) return yield { stoppedAt: `${day}/${at}` }
    }
  }
}

export async function rejectionsPage(
  files: DayFiles,
  facility: string,
  query: PageQuery,
): Promise<AnswerPage<KeptRejection>> {
  return page<PutAside<RefusedEntry>, KeptRejection>(files, 'rejections', facility, query, (line, id) => ({
    id,
    device: line.d,
    at: line.rx,
    reason: line.reason,
    fields: line.fields,
    detail: line.detail,
    boot: line.b ?? null,
    seq: line.s ?? null,
    part: line.k === 'part',
    bytes: line.bytes,
    sha256: line.sha256,
    raw: line.raw,
    base64: line.base64 === 1,
  }))
}

export async function conflictsPage(
  files: DayFiles,
  facility: string,
  query: PageQuery,
): Promise<AnswerPage<KeptConflict>> {
  return page<ConflictLine, KeptConflict>(files, 'conflicts', facility, query, (line, id) => ({
    id,
    device: line.d,
    at: line.rx,
    kind: line.k === 'c' ? 'conflicting' : 'unverifiable',
    boot: line.b,
    seq: line.s,
    raw: line.raw,
  }))
}

async function page<
  L extends { position: number; f: string; d: string; rx: number },
  T extends { device: string; raw: string },
>(
  files: DayFiles,
  kind: 'rejections' | 'conflicts',
  facility: string,
  query: PageQuery,
  toItem: (line: L, id: string) => T,
): Promise<AnswerPage<T>> {
  const { device, from, to, reason } = query.filter
  const made = createPage<T>(query.limit, shorten)
  for await (const kept of keptLines<L>(files, kind, query)) {
    if ('stoppedAt' in kept) return made.end(kept.stoppedAt)
    const { line, id, place } = kept
    if (line.f !== facility || (device !== undefined && line.d !== device)) continue
    if ((from !== undefined && line.rx < from) || (to !== undefined && line.rx >= to)) continue
    const whole = toItem(line, id)
    const item = query.filter.payloads === false ? withoutPayload(whole) : whole
    if (reason !== undefined && ('reason' in item ? item.reason : 'kind' in item ? item.kind : '') !== reason) continue
    if (!made.add(item, place)) break
  }
  return made.end()
}

/** A hash goes with its payload: of a short message it would tell the content to who tries them all. */
const withoutPayload = <T extends { raw: string }>(item: T): T => ({
  ...item,
  raw: '',
  ...('sha256' in item ? { sha256: '' } : {}),
})

/** Of a message that alone is too much for an answer the beginning is sent; its true size and hash stand beside it. */
const shorten = <T extends { device: string; raw: string }>(item: T): T => ({
  ...item,
  device: item.device.slice(0, 1_024),
  // Base64 comes in groups of four; half a surrogate pair is no text.
  raw: item.raw.slice(0, (item.raw.length >> 3) * 4).replace(/[\ud800-\udbff]$/, ''),
})

function placeOf(after: string): { day: string; at: number } {
  const [, day, at] = /^(\d{4}-\d{2}-\d{2})\/(\d{1,15})$/.exec(after) ?? []
  if (day === undefined) throw new AppError('bad_query', 'after is no continuation')
  return { day, at: Number(at) }
}

/** A line that a crash left torn is none; what it would have said is still in the spool. */
export function parseLine<L>(text: string): L | null {
  try {
    return JSON.parse(text) as L
  } catch {
    return null
  }
}

const MAX_SEEN = 50_000

function remember(seen: Set<number>, position: number): boolean {
  if (seen.has(position)) return false
  if (seen.size >= MAX_SEEN) seen.delete(seen.values().next().value as number)
  seen.add(position)
  return true
}
