/** The durable, numbered log of condition transitions: daily files for each facility, kept 30 days, read again for replays. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Transition } from '../../core/conditions.ts'
import { errorFields, type Log } from '../log.ts'
import type { SpoolFiles } from '../spool/files.ts'
import { isNoRoom } from '../spool/segment-writer.ts'
import { createTurns, type Turns } from '../turns.ts'
import {
  type JournalFile,
  type JournalName,
  journalName,
  makeJournal,
  parseJournalName,
  readJournal,
  reopenJournal,
} from './journal-file.ts'

export interface JournalState {
  /** The number of the next transition. */
  next: number
  /** The newest transition of each condition that is active. */
  active: Transition[]
}

export interface Journal {
  /**
   * Recovers what is on disk. @returns the state of every facility that has any
   * @param used numbers that were surely used before, by facility: whatever the disk has lost, none is given twice
   */
  start(used: Readonly<Record<string, number>>): Promise<Map<string, JournalState>>
  /**
   * When it returns they survive a power cut. One call at a time for each facility, numbers without holes. A full disk is waited for; any
   * other failure is thrown and final.
   */
  append(facility: string, transitions: readonly Transition[]): Promise<void>
  /** Number of the oldest transition that is kept; that of the next one when there is none. */
  oldest(facility: string): number
  /** The durable transitions from `from` on, in order. */
  read(facility: string, from: number): AsyncGenerator<Transition>
  /** Lets go what is older than thirty days, also of a facility in which nothing begins or ends any more. What is active stays known. */
  tidy(): Promise<void>
  /** Waits for room no longer. */
  giveUp(): void
  stop(): Promise<void>
}

export interface JournalDeps {
  files: SpoolFiles
  clock(): number
  log: Log
}

const DAYS_KEPT = 30
const DAY_MS = 86_400_000
const RETRY_MS = 500
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

interface Kept {
  /** Oldest first; the last is being written. */
  names: JournalName[]
  file: JournalFile | null
  active: Map<string, Transition>
  next: number
  /** Of what is written and removed. */
  turns: Turns
}

export function createJournal({ files, clock, log }: JournalDeps): Journal {
  const facilities = new Map<string, Kept>()
  const stopping = new AbortController()

  return {
    async start(used) {
      const names = (await files.list()).flatMap(name => parseJournalName(name) ?? [])
      for (const name of names.sort((a, b) => a.first - b.first)) keptOf(name.facility).names.push(name)
      for (const [facility, kept] of facilities) await recover(facility, kept)
      for (const [facility, n] of Object.entries(used)) keptOf(facility).next = Math.max(keptOf(facility).next, n + 1)
      return new Map(
        [...facilities].map(([id, { next, active }]) => [id, { next, active: [...active.values()] }] as const),
      )
    },
    append,
    oldest: facility => keptOf(facility).names[0]?.first ?? keptOf(facility).next,
    read,
    async tidy() {
      for (const [facility, kept] of facilities) await kept.turns.take(() => tidyNow(facility, kept))
    },
    giveUp: () => stopping.abort(),
    async stop() {
      stopping.abort()
      for (const kept of facilities.values()) {
        await kept.turns.idle()
        await kept.file?.close()
      }
    },
  }

  function oldestDay(): string {
    const today = dayOf(clock())
    return dayOf(Date.parse(today) - DAYS_KEPT * DAY_MS)
  }

  function keptOf(facility: string): Kept {
    const kept = facilities.get(facility) ?? { names: [], file: null, active: new Map(), next: 1, turns: createTurns() }
    facilities.set(facility, kept)
    return kept
  }

  async function recover(facility: string, kept: Kept): Promise<void> {
    for (let name = kept.names.at(-1); name; name = kept.names.at(-1)) {
      const found = await reopenJournal(files, name)
      if (found) {
        const { file, content } = found
        if (content.damaged > 0)
          log.error({ facility, lines: content.damaged }, 'the disk has damaged the journal of conditions')
        kept.file = file
        kept.next = name.first
        for (const transition of [...content.active, ...content.transitions]) note(kept, transition)
        return
      }
      // Only the newest can have been begun and not finished; an older one without its head is damage.
      log.warn({ facility, day: name.day }, 'a day of the journal of conditions has no head and is left out')
      kept.names.pop()
    }
  }

  function note(kept: Kept, transition: Transition): void {
    const key = `${transition.subject}/${transition.code}`
    if (transition.state === 'active') kept.active.set(key, transition)
    else kept.active.delete(key)
    kept.next = Math.max(kept.next, transition.n + 1)
  }

  async function append(facility: string, transitions: readonly Transition[]): Promise<void> {
    const kept = keptOf(facility)
    for (let tries = 0; ; tries += 1) {
      try {
        await kept.turns.take(() => write(facility, kept, transitions))
        break
      } catch (error) {
        if (!isNoRoom(error)) throw error
        if (tries === 0) log.error({ facility, ...errorFields(error) }, 'conditions cannot be kept: the disk is full')
        await sleep(RETRY_MS, undefined, { signal: stopping.signal })
      }
    }
    for (const transition of transitions) note(kept, transition)
  }

  async function write(facility: string, kept: Kept, transitions: readonly Transition[]): Promise<void> {
    const today = dayOf(clock())
    const { file } = kept
    // A clock that was set back must not put a later number into an earlier day.
    if (file && file.name.day >= today) return file.append(transitions)
    const name = { facility, day: today, first: kept.next }
    let made: JournalFile
    try {
      made = await makeJournal(files, name, [...kept.active.values()])
      await made.append(transitions)
    } catch (error) {
      // On a full disk there may still be the room that yesterday's file took.
      if (!file || !isNoRoom(error)) throw error
      await files.remove(journalName(name)).catch(() => undefined)
      return file.append(transitions)
    }
    kept.file = made
    kept.names.push(name)
    await file?.close()
    await removeOld(kept)
  }

  async function tidyNow(facility: string, kept: Kept): Promise<void> {
    const newest = kept.names.at(-1)
    // The head of a new file holds what the old one is still needed for.
    if (newest && newest.day < oldestDay()) await write(facility, kept, [])
    await removeOld(kept)
  }

  async function removeOld(kept: Kept): Promise<void> {
    while (kept.names.length > 1 && kept.names[0] && kept.names[0].day < oldestDay()) {
      await files.remove(journalName(kept.names[0]))
      kept.names.shift()
    }
  }

  async function* read(facility: string, from: number): AsyncGenerator<Transition> {
    const names = [...keptOf(facility).names]
    for (const [i, name] of names.entries()) {
      const following = names[i + 1]
      if (following && following.first <= from) continue
      const content = await readJournal(files, name)
      const end = keptOf(facility).next
      for (const transition of content?.transitions ?? [])
        if (transition.n >= from && transition.n < end) yield transition
    }
  }
}
