/** The message ledger: counts what was committed, closes hours into files, takes over what the store confirmed, and answers with rows. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LedgerRow } from '../../core/ledger.ts'
import type { CommitDigest } from '../digest.ts'
import type { Entry } from '../entries.ts'
import { errorFields, type Log } from '../log.ts'
import type { Commit } from '../spool/commit.ts'
import type { Consumer } from '../spool/consumer.ts'
import type { SpoolFiles } from '../spool/files.ts'
import { createTurns } from '../turns.ts'
import { closedRows, countsIn, countsOf, settledHour } from './closing.ts'
import { type Counts, createLedgerCounts, hourOf, type LedgerCounts, type SavedCounts } from './counts.ts'
import { type ClosedHour, createHourFiles, emptyRow, putRow, type Recounted } from './hour-files.ts'
import { hourRows } from './rows.ts'
import { type KeptState, loadLedgerState } from './state.ts'
import type { StoreTally } from './store-tally.ts'

export interface LedgerDeps {
  consumer: Consumer<Entry, CommitDigest>
  /** A folder of its own. */
  files: SpoolFiles
  tally: Pick<StoreTally, 'hours' | 'hour' | 'prune'>
  /** Everything below has been tallied. */
  storePosition(): number
  /** How many dead letters of a device's hour the store took after all. */
  replayed(facility: string, device: string, hour: number): number
  clock(): number
  log: Log
}

export interface Ledger {
  start(): void
  /** Hours that have rows, newest first. */
  hours(): number[]
  /** Null while the hour's entries may still come. */
  closed(hour: number): Promise<ClosedHour | null>
  /** Rows of a facility's hour, by device. */
  rows(facility: string, hour: number): Promise<LedgerRow[]>
  /** What was counted of a facility's hour, by device. */
  counts(facility: string, hour: number): Promise<ReadonlyMap<string, Counts>>
  /** Puts beside the rows what the store was found to hold. */
  keepRecount(facility: string, hour: number, found: ReadonlyMap<string, Recounted>): Promise<void>
  /** Writes beside the rows of a closed hour how many of each device's were removed on purpose, in all; may be repeated. */
  keepRemoved(facility: string, hour: number, removed: ReadonlyMap<string, number>): Promise<void>
  /** Resolves when every entry that was durable at the call is counted, and hours that could be closed or settled are. */
  caughtUp(): Promise<void>
  state: KeptState
  /** Told after rows of a closed hour have changed. */
  onChange(listener: (hour: number, facilities: readonly string[]) => Promise<void>): void
  stop(): Promise<void>
}

interface Saved extends SavedCounts {
  /** Of hours opened again: entries below these positions are counted already. */
  skip: [hour: number, below: number][]
}
const TICK_MS = 1_000
/** What arrived in the last moment of an hour is committed in the next one. */
const CLOSE_AFTER_MS = 10_000

export async function createLedger(deps: LedgerDeps): Promise<Ledger> {
  const { consumer, tally, clock, log } = deps
  const files = createHourFiles({ files: deps.files, log })
  await files.start()
  const state = await loadLedgerState(deps.files)
  const saved = consumer.cursor().data as Saved | null
  const counts: LedgerCounts = createLedgerCounts(saved)
  const skip = new Map<number, number>(saved?.skip ?? [])
  /** Of open hours: what their files said before, if they have one. */
  const before = new Map<number, ClosedHour | null>()
  for (const hour of counts.hours()) {
    const closed = await files.read(hour)
    // Closed and not reopened since the cursor was kept: the file counts all that the cursor's data does.
    if (closed && closed.to >= consumer.cursor().position) counts.close(hour)
    else before.set(hour, closed)
  }
  /** Recounts of open hours; by hour, facility, device. */
  const recounts = new Map<number, Map<string, ReadonlyMap<string, Recounted>>>()
  const cursorData = { toJSON: (): Saved => ({ ...counts.save(), skip: [...skip] }) }
  const listeners: ((hour: number, facilities: readonly string[]) => Promise<void>)[] = []
  let stopped = false
  /** Cuts the wait for more short. */
  let wake = new AbortController()
  let running: Promise<void> = Promise.resolve()
  /** Files are changed by one at a time. */
  const turns = createTurns()
  let idle: (() => void)[] = []
  /** Grows with every change of a file: what was read before and is used after it must be read again. */
  let generation = 0

  return {
    start() {
      running = run()
    },
    hours: () =>
      [...new Set([...files.hours(), ...counts.hours(), ...state.get().packets.map(({ hour }) => hour)])].sort(
        (a, b) => b - a,
      ),
    closed: hour => (counts.hour(hour) ? Promise.resolve(null) : files.read(hour)),
    rows,
    async counts(facility, hour) {
      const open = counts.hour(hour)?.get(facility)
      if (open) return open
      return countsIn((await files.read(hour))?.rows.get(facility) ?? new Map())
    },
    keepRecount: (facility, hour, found) =>
      stopped ? Promise.resolve() : turns.take(() => keepRecount(facility, hour, found)),
    keepRemoved: (facility, hour, removed) => turns.take(() => keepRemoved(facility, hour, removed)),
    caughtUp: () =>
      new Promise(resolve => {
        if (stopped) return resolve()
        idle.push(resolve)
        wake.abort()
      }),
    state,
    onChange: listener => void listeners.push(listener),
    async stop() {
      stopped = true
      wake.abort()
      await running
      await turns.idle()
    },
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const waiters = [...idle]
      const commit = await consumer.next()
      if (commit) {
        // What fails does so before anything was counted: a file that cannot be read now may be in a moment.
        const digest = commit.digest()
        const hours = hoursIn(digest)
        while (!(await tried(() => turns.take(() => take(commit, digest, hours)))) && !stopped);
        const newest = Math.max(...hours)
        if (counts.hours().some(hour => hour < newest)) await tried(() => tend(newest))
        continue
      }
      await tried(() => tend(hourOf(clock() - CLOSE_AFTER_MS)))
      idle = idle.filter(waiter => !waiters.includes(waiter))
      for (const waiter of waiters) waiter()
      if (idle.length > 0) continue
      wake = new AbortController()
      if (!stopped) await consumer.wait(TICK_MS, wake.signal)
    }
    for (const waiter of idle) waiter()
  }

  async function take(
    { first, count }: Commit<Entry, CommitDigest>,
    { ordinary, notable }: CommitDigest,
    hours: ReadonlySet<number>,
  ): Promise<void> {
    for (const hour of hours) await reopen(hour)
    // From here to `advance` nothing is awaited: the cursor's position and its data belong together.
    const isNew = (at: number, rxMs: number): boolean => skip.size === 0 || first + at >= (skip.get(hourOf(rxMs)) ?? 0)
    for (let i = 0; i < ordinary.at.length; i += 1)
      if (isNew(ordinary.at[i]!, ordinary.rxMs[i]!)) counts.addOrdinary(ordinary, i)
    for (const { at, entry } of notable) if (isNew(at, entry.rx)) counts.add(entry)
    consumer.advance(first + count, cursorData)
  }

  /** An hour comes back when the clock was set back, or when a message had waited for room in the spool. */
  async function reopen(hour: number): Promise<void> {
    if (counts.hour(hour) || !files.has(hour)) return
    const closed = await files.read(hour)
    before.set(hour, closed)
    if (!closed) return
    counts.reopen(hour, countsOf(closed))
    skip.set(hour, closed.to)
  }

  /** Closes hours before `newest`, and takes over what the store has done with. */
  async function tend(newest: number): Promise<void> {
    for (const hour of counts.hours()) if (hour < newest) await turns.take(() => close(hour))
    for (const hour of tally.hours()) await turns.take(() => settle(hour))
    await files.tidy(clock())
  }

  /** @returns false when it failed, after a pause: a disk that fails now may not do so in a moment */
  async function tried(action: () => Promise<void>): Promise<boolean> {
    try {
      await action()
      return true
    } catch (error) {
      log.error(errorFields(error), 'an hour of the message ledger cannot be read or written, trying again')
      wake = new AbortController()
      if (!stopped) await sleep(TICK_MS, undefined, { signal: wake.signal }).catch(() => undefined)
      return false
    }
  }

  async function close(hour: number): Promise<void> {
    const open = counts.hour(hour)
    if (!open) return
    const { position } = consumer.cursor()
    const kept = before.get(hour)
    const rows = closedRows(open, kept, (facility, device, counted) => openRecount(facility, hour, device, counted))
    const { pending } = state.get()
    if (!pending.includes(hour)) await state.change({ pending: [...pending, hour] })
    // Opened again after a crash, it may hold entries that are still to come by the cursor.
    const to = Math.max(position, skip.get(hour) ?? 0)
    await files.write({ hour, to, settled: kept?.settled ?? 0, rows })
    counts.close(hour)
    for (const kept of [skip, before, recounts]) kept.delete(hour)
    generation += 1
    consumer.advance(position, cursorData)
    await tell(hour, [...rows.keys()])
  }

  /** Of an open hour; that of before it was opened again stands as long as nothing new was accepted. */
  function openRecount(facility: string, hour: number, device: string, counted: Counts | undefined): Recounted | null {
    const kept = before.get(hour)?.rows.get(facility)?.get(device)
    const stands = kept && kept.counts.accepted === (counted?.accepted ?? 0)
    return recounts.get(hour)?.get(facility)?.get(device) ?? (stands ? kept.recounted : null)
  }

  /** Once all of an hour has left the spool, what the store did with it is written beside it, and the tally may forget it. */
  async function settle(hour: number): Promise<void> {
    if (counts.hour(hour) || !files.has(hour)) return
    const closed = await files.read(hour)
    const settled = deps.storePosition()
    const tallied = tally.hour(hour)
    if (!closed || !tallied || settled < closed.to) return
    await files.write(settledHour(closed, tallied, settled))
    // What came for this hour meanwhile would be forgotten with it: then once more.
    if (tally.hour(hour)?.rows === tallied.rows) tally.prune(hour)
    generation += 1
    await tell(hour, [...closed.rows.keys()])
  }

  async function keepRecount(facility: string, hour: number, found: ReadonlyMap<string, Recounted>): Promise<void> {
    if (counts.hour(hour)) {
      const known = recounts.get(hour) ?? new Map<string, ReadonlyMap<string, Recounted>>()
      recounts.set(hour, known.set(facility, found))
      return
    }
    const closed = await files.read(hour)
    if (!closed) return
    for (const [device, recounted] of found)
      putRow(closed.rows, facility, device, { ...(closed.rows.get(facility)?.get(device) ?? emptyRow()), recounted })
    await files.write(closed)
    generation += 1
    await tell(hour, [facility])
  }

  async function keepRemoved(facility: string, hour: number, removed: ReadonlyMap<string, number>): Promise<void> {
    // Of an hour that is open again, what its file said before stands in both places.
    const closed = before.get(hour) ?? (await files.read(hour))
    if (!closed) return
    for (const [device, rows] of removed)
      putRow(closed.rows, facility, device, {
        ...(closed.rows.get(facility)?.get(device) ?? emptyRow()),
        removed: rows,
      })
    await files.write(closed)
    generation += 1
    await tell(hour, [facility])
  }

  async function rows(facility: string, hour: number): Promise<LedgerRow[]> {
    const began = generation
    const closed = counts.hour(hour) ? null : await files.read(hour)
    if (began !== generation) return rows(facility, hour)
    const open = counts.hour(hour)
    const kept = closed ?? before.get(hour)
    const tallied = tally.hour(hour)
    const store = deps.storePosition()
    const row = (device: string) => kept?.rows.get(facility)?.get(device)
    return hourRows({
      hour,
      open: open && (open.get(facility) ?? new Map()),
      kept: kept?.rows.get(facility),
      settled: kept?.settled ?? 0,
      tallied: tallied?.facility(facility) ?? new Map(),
      since: tallied?.since ?? 0,
      storeThere: open ? store === consumer.cursor().position : closed !== null && store >= closed.to,
      packetsDiffer: state.get().packets.some(packets => packets.facility === facility && packets.hour === hour),
      alsoFound: recounts.get(hour)?.get(facility)?.keys() ?? [],
      recountOf: (device, counted) =>
        open ? openRecount(facility, hour, device, counted) : (row(device)?.recounted ?? null),
      replayed: device => deps.replayed(facility, device, hour),
    })
  }

  async function tell(hour: number, facilities: readonly string[]): Promise<void> {
    for (const listener of listeners) await listener(hour, facilities)
  }
}

function hoursIn({ ordinary, notable }: CommitDigest): Set<number> {
  const hours = new Set<number>()
  for (const rxMs of ordinary.rxMs) hours.add(hourOf(rxMs))
  for (const { entry } of notable) hours.add(hourOf(entry.rx))
  return hours
}
