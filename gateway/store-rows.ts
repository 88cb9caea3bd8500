/** The rows of one batch for the store: counted as they are read from the spool's bytes, made into objects only when somebody must look at them. */
import type { RawBatch, RowSource, TelemetrySink } from '../core/ports.ts'
import type { StoredRow } from '../core/readings.ts'
import { type Entry, isAccepted, rowOf } from './entries.ts'
import type { StoreTally } from './ledger/store-tally.ts'
import { createRawEntries, FIRST_ENTRY, isBehindLast, isRawRow, nextEntry } from './raw-entries.ts'
import type { Commit } from './spool/commit.ts'

export interface StoreRows {
  count(): number
  /** Read from the spool's bytes at every call. */
  rows(): StoredRow[]
  /** Null: the store takes no raw rows, or one of these cannot be stored. */
  raw(): RawBatch | null
  /** Adds each row to what the store took or to the dead letters, in order. */
  tally(tally: StoreTally, isDead: (position: number) => boolean): void
}

/** Reads commits row by row, so that a batch may end within one. */
export interface RowReader {
  /** A commit to be read; only when the one before has been read to its end. */
  begin(commit: Commit<Entry, unknown>): void
  /** Reads until the commit's end or until the rows are `max`. @returns whether there is more of the commit */
  read(into: OwnRows, max: number): boolean
  /** Position of the next entry. */
  position(): number
}

/** Entries of one commit, among them a row: `body` from the first to behind the last. */
interface Part {
  first: number
  body: Buffer
  from: number
  to: number
}

export interface OwnRows extends StoreRows {
  addSource(source: RowSource, rxMs: number, position: number): void
  addPart(part: Part): void
  give(add: (batch: RawBatch) => void): void
}

export function createStoreRows(sink: Pick<TelemetrySink, 'raw'>): OwnRows {
  const sources: RowSource[] = []
  const rxMs: number[] = []
  const positions: number[] = []
  const parts: Part[] = []
  let raw = sink.raw?.begin() ?? null

  return {
    count: () => sources.length,
    rows: () =>
      parts.flatMap(({ first, body, from, to }) =>
        (JSON.parse(`[${body.toString('utf8', from, to)}]`) as Entry[]).flatMap((entry, i) =>
          isAccepted(entry) ? rowOf(entry, first + i) : [],
        ),
      ),
    raw: () => raw,
    tally(tally, isDead) {
      const row = { facility: '', device: '', rx: 0, position: 0 }
      sources.forEach(({ facility, device }, i) => {
        row.facility = facility
        row.device = device
        row.rx = rxMs[i]!
        row.position = positions[i]!
        if (isDead(row.position)) tally.dead(row)
        else tally.add(row)
      })
    },
    addSource(source, rx, position) {
      sources.push(source)
      rxMs.push(rx)
      positions.push(position)
    },
    addPart: part => void parts.push(part),
    give(add) {
      if (!raw) return
      try {
        add(raw)
      } catch {
        // Which row it is shows when they are given one by one.
        raw = null
      }
    },
  }
}

export function createRowReader(): RowReader {
  const entries = createRawEntries()
  let body: Buffer = Buffer.alloc(0)
  let at = 0
  let position = 0
  let left = 0

  return {
    begin(commit) {
      body = Buffer.from(commit.body.buffer, commit.body.byteOffset, commit.body.length)
      at = FIRST_ENTRY
      for (let i = 0; i < commit.skip; i += 1) {
        entries.read(body, at)
        at = nextEntry(entries.end())
      }
      position = commit.first
      left = commit.count
    },
    read(into, max) {
      if (left === 0) return false
      const part = { first: position, body, from: at, to: at }
      const before = into.count()
      while (left > 0 && into.count() < max) {
        readOne(into)
        part.to = entries.end()
        at = nextEntry(part.to)
        position += 1
        left -= 1
      }
      // What holds no row is not kept: the cursor may pass it at once, and its memory be used again.
      if (into.count() > before) into.addPart(part)
      if (left > 0 && isBehindLast(body, at - 1))
        throw new Error('a record of the spool has fewer entries than it says')
      return left > 0
    },
    position: () => position,
  }

  function readOne(into: OwnRows): void {
    const read = entries.read(body, at)
    if (isRawRow(read)) {
      into.addSource(read.source, read.rxMs, position)
      into.give(batch => {
        if (!batch.add(read)) batch.addRow(rowOf(parsed(), position))
      })
    } else if (isAccepted(read)) {
      into.addSource({ facility: read.f, device: read.d, profile: read.p }, read.rx, position)
      into.give(batch => batch.addRow(rowOf(read, position)))
    }
  }

  function parsed() {
    return JSON.parse(body.toString('utf8', at, entries.end()))
  }
}
