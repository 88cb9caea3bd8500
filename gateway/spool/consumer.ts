/** A consumer's way through the spool: from memory where it keeps up, from the segment files where it is behind. */
import type { Log } from '../log.ts'
import type { Commit } from './commit.ts'
import type { Cursor } from './cursors.ts'
import type { SpoolFile, SpoolFiles } from './files.ts'
import { type ScannedRecord, scanRecords } from './record.ts'
import { quarantine, type Segment } from './segments.ts'

export interface Consumer<E, D> {
  /** The next durable entries, oldest first; null when there are none yet. A commit begun before the cursor comes cut. */
  next(): Promise<Commit<E, D> | null>
  /** Resolves when there is something to read, or after `timeoutMs`. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void>
  /** Everything below `position` is done. Kept on disk within a second. */
  advance(position: number, data: unknown): void
  /** As last given to `advance`, also by an earlier process. */
  cursor(): Cursor
}

export interface ConsumerDeps<E, D> {
  files: SpoolFiles
  log: Log
  cursor: Cursor
  segments(): readonly Segment[]
  /** Position behind the newest durable entry. */
  end(): number
  /** The commit that begins at a position, while it is still in memory. */
  recent(first: number): Commit<E, D> | undefined
  /** Of a record in a file, without its first `skip` entries. */
  commitOf(record: ScannedRecord, skip: number): Commit<E, D>
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void>
  advanced(): void
}

export interface OwnConsumer<E, D> extends Consumer<E, D> {
  /** Where it reads next. */
  at(): number
  close(): Promise<void>
}

export function createConsumer<E, D>(deps: ConsumerDeps<E, D>): OwnConsumer<E, D> {
  let cursor = deps.cursor
  let at = cursor.position
  let open: {
    segment: Segment
    file: SpoolFile
    records: AsyncGenerator<ScannedRecord>
    upTo: number
    read: number
  } | null = null
  /** Where the last file was left, so that a consumer that is behind does not read it again from its beginning. */
  let left: { name: string; offset: number } | null = null

  return {
    next,
    wait: (timeoutMs, signal) => (at < deps.end() ? Promise.resolve() : deps.wait(timeoutMs, signal)),
    advance(position, data) {
      cursor = { position, data }
      deps.advanced()
    },
    cursor: () => cursor,
    at: () => at,
    close,
  }

  async function next(): Promise<Commit<E, D> | null> {
    while (at < deps.end()) {
      const recent = deps.recent(at)
      if (recent) {
        await close()
        at = recent.first + recent.count
        return recent
      }
      const record = await nextRecord()
      if (!record || record.first + record.count <= at) continue
      const skip = Math.max(0, at - record.first)
      at = record.first + record.count
      return deps.commitOf(record, skip)
    }
    return null
  }

  /** The next record of the file under way; opens the file that holds `at` first. Null: look again. */
  async function nextRecord(): Promise<ScannedRecord | null> {
    open ??= await openAt(segmentOf(at))
    const { value, done } = await open.records.next()
    if (!done) {
      open.read = value.end
      return value
    }
    const { segment, file, upTo, read } = open
    const following = deps.segments().find(other => other.first > segment.first)
    if (read < upTo) {
      await quarantine(deps.files, file, segment.name, read, upTo, deps.log)
      at = following ? following.first : deps.end()
    } else if (following && segment.size === upTo) {
      at = Math.max(at, following.first)
    }
    await close()
    return null
  }

  function segmentOf(position: number): Segment {
    const segments = deps.segments()
    const found = segments.findLast(segment => segment.first <= position) ?? segments[0]
    if (!found) throw new Error('the spool has an end but no segment')
    return found
  }

  async function openAt(segment: Segment) {
    const file = await deps.files.open(segment.name)
    const upTo = segment.size
    const from = left?.name === segment.name ? left.offset : 0
    return { segment, file, records: scanRecords(file, from, upTo), upTo, read: from }
  }

  async function close(): Promise<void> {
    if (!open) return
    const { file, segment, read } = open
    left = { name: segment.name, offset: read }
    open = null
    await file.close()
  }
}
