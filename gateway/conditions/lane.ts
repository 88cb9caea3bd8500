/**
 * The event lane. Events come two ways: at once, when their commit is durable, and by the spool's cursor, which passes an event only when
 * the broker has acknowledged its condition. The first way is never behind a backlog, the second loses nothing; each event counts once.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import type { Transition } from '../../core/conditions.ts'
import type { CommitDigest } from '../digest.ts'
import { type AcceptedEntry, type Entry, isAccepted } from '../entries.ts'
import type { KnownDevice } from '../registry.ts'
import type { Consumer } from '../spool/consumer.ts'
import type { Book } from './book.ts'
import type { Evidence } from './evidence.ts'
import { identityOf, raiseEvent } from './raise-event.ts'

export interface Lane {
  start(): void
  /** A durable event of this run, before the cursor comes to it. */
  fresh(entry: AcceptedEntry, device: KnownDevice): void
  /** The broker has acknowledged more. */
  settle(): void
  stop(): Promise<void>
}

export interface LaneDeps {
  consumer: Consumer<Entry, CommitDigest>
  book: Book
  evidence: Pick<Evidence, 'see'>
  published(facility: string): number
  device(facility: string, device: string): KnownDevice | undefined
  /** Whether this gateway speaks for a facility; what the spool holds of others is left alone. */
  serves(facility: string): boolean
  /** Resolves when the facility's devices are known, after a while, or when `signal` aborts. */
  known(facility: string, signal: AbortSignal): Promise<void>
  /** Transitions made before the restart that the cursor had not passed: those from `aheadOf` on. */
  unpassed: Iterable<readonly [facility: string, transitions: readonly Transition[]]>
}

const cursorDataSchema = z.object({ ahead: z.record(z.string(), z.int()) })
/** The lowest number that the cursor had not passed for good when it was kept; null: that is not known, any may be. */
export function aheadOf(consumer: Pick<Consumer<Entry, CommitDigest>, 'cursor'>, facility: string): number | null {
  const data = cursorDataSchema.safeParse(consumer.cursor().data)
  return (data.success && data.data.ahead[facility]) || null
}

const IDLE_MS = 1_000
/** Above this many events whose acknowledgement is awaited the cursor reads no further. */
const MAX_AWAITED = 10_000
/** Turns of the event loop are given up after this many entries. */
const TURN_ENTRIES = 2_000
/** An event that the cursor met first is announced as fresh within the same turn or the next; after this it never will be. */
const MET_MS = 60_000

/** How an event was first seen, and the number it was given. */
interface Seen {
  facility: string
  by: 'cursor' | 'fresh' | 'journal'
  n: number
  atMs: number
}

export function createLane(deps: LaneDeps): Lane {
  const { consumer, book, evidence } = deps
  const stopping = new AbortController()
  const seen = new Map<string, Seen>()
  /** Read, but not to be passed before `n` is acknowledged; in the order of positions. */
  let awaited: { position: number; facility: string; n: number }[] = []
  let readTo = consumer.cursor().position
  let running: Promise<void> = Promise.resolve()
  let wake: () => void = () => undefined

  for (const [facility, transitions] of deps.unpassed)
    for (const { subject, event, n } of transitions)
      if (event) seen.set(identityOf(facility, subject, event.boot, event.seq), { facility, by: 'journal', n, atMs: 0 })

  return {
    start() {
      running = run()
    },
    fresh(entry, device) {
      const identity = identityOf(entry.f, entry.d, entry.b, entry.s)
      if (seen.get(identity)?.by === 'cursor') {
        seen.delete(identity)
        return
      }
      const n = raiseEvent(book, entry, device)
      if (n !== null) seen.set(identity, { facility: entry.f, by: 'fresh', n, atMs: performance.now() })
    },
    settle,
    async stop() {
      stopping.abort()
      wake()
      await running
    },
  }

  async function run(): Promise<void> {
    let turn = 0
    while (!stopping.signal.aborted) {
      const commit = await consumer.next()
      if (!commit) {
        turn = 0
        settle()
        forgetMet()
        await consumer.wait(IDLE_MS, stopping.signal)
        continue
      }
      for (const { at, entry } of commit.digest().notable) {
        evidence.see(entry)
        if (isAccepted(entry) && entry.e !== undefined && deps.serves(entry.f)) await meet(entry, commit.first + at)
        if (stopping.signal.aborted) return
      }
      readTo = commit.first + commit.count
      settle()
      turn += commit.count
      if (turn < TURN_ENTRIES) continue
      turn = 0
      await nextTurn()
      while (awaited.length > MAX_AWAITED && !stopping.signal.aborted)
        await new Promise<void>(resolve => {
          wake = resolve
        })
    }
  }

  async function meet(entry: AcceptedEntry, position: number): Promise<void> {
    const { f: facility } = entry
    const identity = identityOf(facility, entry.d, entry.b, entry.s)
    const before = seen.get(identity)
    let n = before?.n ?? null
    if (before) {
      seen.delete(identity)
    } else {
      await deps.known(facility, stopping.signal)
      if (stopping.signal.aborted) return
      n = raiseEvent(book, entry, deps.device(facility, entry.d))
      if (n !== null) seen.set(identity, { facility, by: 'cursor', n, atMs: performance.now() })
    }
    if (n !== null && n > deps.published(facility)) awaited.push({ position, facility, n })
  }

  /** Moves the cursor up to the first event that is still awaited. */
  function settle(): void {
    const open = awaited.findIndex(({ facility, n }) => n > deps.published(facility))
    awaited = open < 0 ? [] : awaited.slice(open)
    const position = awaited[0]?.position ?? readTo
    if (position > consumer.cursor().position) consumer.advance(position, { ahead: ahead() })
    if (awaited.length <= MAX_AWAITED) wake()
  }

  /** By facility, from which number on a restart must know which events have one already. */
  function ahead(): Record<string, number> {
    const lowest: Record<string, number> = {}
    for (const facility of book.facilities()) lowest[facility] = book.next(facility)
    const lower = (facility: string, n: number): void => {
      lowest[facility] = Math.min(lowest[facility] ?? n, n)
    }
    for (const { facility, by, n } of seen.values()) if (by !== 'cursor') lower(facility, n)
    for (const { facility, n } of awaited) lower(facility, n)
    return lowest
  }

  function forgetMet(): void {
    const before = performance.now() - MET_MS
    for (const [identity, { by, atMs }] of seen)
      if (by === 'journal' || (by === 'cursor' && atMs < before)) seen.delete(identity)
  }
}
