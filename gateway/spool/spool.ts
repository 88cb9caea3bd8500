/** The spool: entries are given, synced in groups, acknowledged, read by named consumers, and forgotten when all have passed. */
import type { ByteWriter } from '../../core/byte-writer.ts'
import { errorFields, type Log } from '../log.ts'
import { type Body, createBody, type EncodeEntry, encodeJson } from './body.ts'
import { createCommit, type Digest } from './commit.ts'
import { type Consumer, createConsumer, type OwnConsumer } from './consumer.ts'
import { loadCursor, saveCursor } from './cursors.ts'
import type { SpoolFiles } from './files.ts'
import { createRecent } from './recent.ts'
import { encodeRecord, type ScannedRecord } from './record.ts'
import { createReserve } from './reserve.ts'
import { createSegmentWriter, isNoRoom } from './segment-writer.ts'
import { type Restore, recover, type Segment } from './segments.ts'
import { createSignal } from './signal.ts'
import { createWriters } from './writers.ts'

/** The state that is committed together with the entries that change it. */
export interface SpoolState<E> extends Restore<E> {
  /** The whole state after every entry appended so far. */
  snapshot(): Uint8Array[]
}

export interface SpoolOptions<E, D extends Digest<E>> {
  files: SpoolFiles
  state: SpoolState<E>
  /** Segments stay until each of these has passed them. */
  consumers: readonly string[]
  maxBytes: number
  segmentBytes?: number
  encode?: EncodeEntry<E>
  /** Gathers what consumers need of one commit. */
  newDigest: () => D
  /** A commit begins after this many messages or this long after the first of them, and never beside another. */
  commitMessages?: number
  commitMs?: number
  log: Log
  /** Called once when the disk can no longer be trusted (a failed sync must never be tried again): the process has to end. */
  fatal(error: Error): void
  /** Called when a commit is durable, before anybody is told so. */
  onCommit?(commit: { digest: D; messages: number; bytes: number; seconds: number }): void
}

export interface Spool<E, D> {
  /** Recovers; nothing else may be called before it returns. `minPosition` lies at or above every position ever given to a store. */
  start(minPosition: number): Promise<void>
  /**
   * Appends entries whose effects the state already has. `done` is called once they are durable, in the order of the calls;
   * never when the disk fails. With no entries it is called when everything appended before is durable.
   * @param ticket given back to `done`: one function may serve for all packets of a connection
   */
  append(entries: readonly E[], messages: number, done: (ticket: number) => void, ticket?: number): void
  consumer(name: string): Consumer<E, D>
  bytes(): number
  /** True while nothing is accepted because the quota or the disk is full. */
  full(): boolean
  /** Commits what was appended if there is room, keeps the cursors. */
  stop(): Promise<void>
}

interface Batch<E, D> {
  count: number
  digest: D
  /** Holds the body. */
  writer: ByteWriter
  body: Body<E>
  messages: number
  done: ((ticket: number) => void)[]
  tickets: number[]
  /** When its first message came; null: empty. */
  sinceMs: number | null
}
function newBatch<E, D>(encode: EncodeEntry<E>, digest: D, writer: ByteWriter): Batch<E, D> {
  return {
    count: 0,
    digest,
    writer,
    body: createBody(encode, writer),
    messages: 0,
    done: [],
    tickets: [],
    sinceMs: null,
  }
}

const SEGMENT_BYTES = 32 * 1024 * 1024
const RECORD_OVERHEAD_BYTES = 64
/** Commits that a consumer finds in memory. */
const RECENT_BYTES = 16 * 1024 * 1024
/** A segment holds at least so many times what its snapshot takes, however many devices there are. */
const SNAPSHOT_SHARE = 4
const CURSOR_MS = 1_000
const RETRY_MS = 500

export function createSpool<E, D extends Digest<E>>(options: SpoolOptions<E, D>): Spool<E, D> {
  const { files, state, log, newDigest } = options
  const { segmentBytes = SEGMENT_BYTES, commitMessages = 500, commitMs = 5, encode = encodeJson } = options
  let segments: Segment[] = []
  let recoveredDataBytes = 0
  /** Of the newest snapshot. */
  let snapshotBytes = 0
  let nextPosition = 0
  const writers = createWriters()
  let pending = newBatch<E, D>(encode, newDigest(), writers.take())
  let writing: Promise<void> | null = null
  let full = false
  let dead = false
  let timer: NodeJS.Timeout | undefined
  let cursorTimer: NodeJS.Timeout | undefined
  let saving: Promise<void> = Promise.resolve()
  const consumers = new Map<string, OwnConsumer<E, D>>()
  const savedPositions = new Map<string, number>()
  const recent = createRecent<E, D>(RECENT_BYTES, newDigest)
  const reserve = createReserve(files)
  const committed = createSignal()
  const freed = createSignal()
  const writer = createSegmentWriter({ files, log, recoveredDataBytes: () => recoveredDataBytes, waitForRoom })

  return {
    start,
    append,
    consumer(name) {
      const consumer = consumers.get(name)
      if (!consumer) throw new Error(`the spool has no consumer ${name}`)
      return consumer
    },
    bytes: totalBytes,
    full: () => full,
    stop,
  }

  async function start(minPosition: number): Promise<void> {
    const recovered = await recover(files, state, log)
    segments = recovered.segments
    recoveredDataBytes = recovered.newestDataBytes
    await writer.open(segments.at(-1))
    await reserve.take().catch(() => undefined)
    // A position is never given twice, even when the newest segment was damaged whole.
    nextPosition = Math.max(recovered.next, minPosition)
    for (const name of options.consumers) {
      const cursor = (await loadCursor(files, name)) ?? { position: segments[0]?.first ?? nextPosition, data: null }
      nextPosition = Math.max(nextPosition, cursor.position)
      savedPositions.set(name, cursor.position)
      const end = () => nextPosition
      const deps = { files, log, cursor, end, segments: () => segments, recent: recent.get, commitOf }
      consumers.set(name, createConsumer<E, D>({ ...deps, wait: committed.wait, advanced }))
    }
  }

  function commitOf({ first, count, body }: ScannedRecord, skip: number) {
    return createCommit<E, D>({ first: first + skip, count: count - skip, body, skip }, null, newDigest)
  }

  function append(entries: readonly E[], messages: number, done: (ticket: number) => void, ticket = 0): void {
    if (entries.length === 0 && pending.count === 0 && !writing) {
      done(ticket)
      return
    }
    for (const entry of entries) {
      pending.digest.add(entry)
      pending.body.add(entry)
    }
    pending.count += entries.length
    pending.messages += messages
    pending.done.push(done)
    pending.tickets.push(ticket)
    pending.sinceMs ??= performance.now()
    schedule()
  }

  function schedule(): void {
    if (writing || dead || pending.sinceMs === null) return
    const waitMs = pending.sinceMs + commitMs - performance.now()
    if (pending.messages >= commitMessages || waitMs <= 0) {
      clearTimeout(timer)
      timer = undefined
      writing = commitPending()
    } else {
      timer ??= setTimeout(() => {
        timer = undefined
        schedule()
      }, waitMs)
    }
  }

  /** What arrived during the last sync is the next batch: one write, one sync. */
  async function commitPending(): Promise<void> {
    try {
      const room = await untilRoom()
      // From here to the write nothing is awaited: the snapshot must hold exactly the entries up to this batch's last.
      const batch = pending
      pending = newBatch(encode, newDigest(), writers.take())
      if (batch.count > 0) await commit(batch, room === 'rotate')
      full = false
      for (let i = 0; i < batch.done.length; i += 1) batch.done[i]!(batch.tickets[i]!)
    } catch (error) {
      dead = true
      options.fatal(error instanceof Error ? error : new Error(String(error)))
      return
    } finally {
      writing = null
    }
    schedule()
  }

  async function commit(batch: Batch<E, D>, mustRotate: boolean): Promise<void> {
    const beganMs = performance.now()
    const held = writer.dataBytes()
    const limit = Math.max(segmentBytes, SNAPSHOT_SHARE * snapshotBytes)
    const rotate = mustRotate || held === null || held + batch.body.bytes() > limit
    const body = batch.body.finish()
    const record = encodeRecord(nextPosition, batch.count, body, rotate ? state.snapshot() : [])
    if (rotate) snapshotBytes = record.snapshotBytes
    const segment = await writer.write(record, nextPosition, rotate)
    if (segment !== segments.at(-1)) segments.push(segment)
    const slowest = Math.min(...[...consumers.values()].map(consumer => consumer.cursor().position))
    recent.add({ first: nextPosition, count: batch.count, body }, batch.digest, slowest, () =>
      writers.giveBack(batch.writer),
    )
    nextPosition += batch.count
    const seconds = (performance.now() - beganMs) / 1000
    options.onCommit?.({ digest: batch.digest, messages: batch.messages, bytes: record.bytes, seconds })
    committed.fire()
    if (rotate) advanced()
  }

  /** Waits while the quota is used up; when all is read, a new segment frees the old one. */
  async function untilRoom(): Promise<'append' | 'rotate'> {
    while (totalBytes() + pending.body.bytes() + RECORD_OVERHEAD_BYTES > options.maxBytes) {
      if ([...consumers.values()].every(consumer => consumer.cursor().position >= nextPosition)) return 'rotate'
      if (!full) log.error({ spool_bytes: totalBytes() }, 'the spool is full: nothing is acknowledged')
      await waitForRoom()
    }
    return 'append'
  }

  async function waitForRoom(): Promise<void> {
    full = true
    await saveCursors()
    await freed.wait(RETRY_MS)
  }

  function totalBytes(): number {
    return segments.reduce((sum, segment) => sum + segment.size, 0)
  }

  function advanced(): void {
    if (full) freed.fire()
    cursorTimer ??= setTimeout(() => {
      cursorTimer = undefined
      void saveCursors()
    }, CURSOR_MS)
  }

  function saveCursors(): Promise<void> {
    saving = saving.then(saveNow)
    return saving
  }

  async function saveNow(): Promise<void> {
    const goneBefore = Math.min(...[...consumers.values()].map(consumer => consumer.cursor().position))
    try {
      await keepCursors()
    } catch (error) {
      log.warn(errorFields(error), 'a cursor of the spool could not be kept, trying again')
      advanced()
      return
    }
    // Only now: what a consumer keeps with its cursor cannot be counted again without what lies before it.
    await forgetBefore(goneBefore)
    await reserve.take().catch(() => undefined)
  }

  async function keepCursors(): Promise<void> {
    for (const [name, consumer] of consumers) {
      if (consumer.cursor().position === savedPositions.get(name)) continue
      try {
        await keep(name, consumer)
      } catch (error) {
        if (!isNoRoom(error) || !(await reserve.release())) throw error
        await keep(name, consumer)
      }
    }
  }

  /** The cursor as it is now: its data may be written down only together with the position of this moment. */
  async function keep(name: string, consumer: Consumer<E, D>): Promise<void> {
    const cursor = consumer.cursor()
    await saveCursor(files, name, cursor)
    savedPositions.set(name, cursor.position)
  }

  async function forgetBefore(position: number): Promise<void> {
    while (segments[1] && segments[1].first <= position) {
      const [gone] = segments
      segments = segments.slice(1)
      if (gone) await files.remove(gone.name)
      freed.fire()
    }
  }

  async function stop(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (!writing && !dead && pending.sinceMs !== null) writing = commitPending()
    while (writing && !full && !dead) await writing
    clearTimeout(cursorTimer)
    if (!dead) await saveCursors()
    clearTimeout(cursorTimer)
    dead = true
    for (const consumer of consumers.values()) await consumer.close()
    if (!writing) await writer.close()
  }
}
