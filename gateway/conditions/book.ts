/** Which conditions are active, and the next number of each facility: every change is numbered here, then made durable, and only then handed on. */
import type { CONDITION_ENDS, ConditionEvent, Transition } from '../../core/conditions.ts'
import type { PlaceId } from '../../core/ids.ts'
import type { Severity } from '../../core/profile.ts'
import type { Journal, JournalState } from './journal.ts'

/** What begins an episode, or goes on with the one that is active. */
export interface Raised {
  severity: Severity
  sinceMs: number
  untilMs: number | null
  place: PlaceId | null
  event?: ConditionEvent
  detail?: Record<string, number | string> | undefined
}

export interface Book {
  /** Takes up what the journal has recovered. */
  open(states: ReadonlyMap<string, JournalState>): void
  active(facility: string): Iterable<Transition>
  find(facility: string, subject: string, code: string): Transition | undefined
  /** @returns the number of the transition */
  raise(facility: string, subject: string, code: string, raised: Raised): number
  /** Ends the active episode; does nothing when there is none. */
  clear(facility: string, subject: string, code: string, ended: (typeof CONDITION_ENDS)[number]): void
  /** Number of the next transition. */
  next(facility: string): number
  facilities(): Iterable<string>
  /** Resolves when everything written so far is durable and handed on, or can no longer be. */
  stop(): Promise<void>
}

export interface BookDeps {
  journal: Pick<Journal, 'append'>
  /** Given durable transitions, in order. */
  durable(facility: string, transitions: readonly Transition[]): void
  clock(): number
  /** Called when the journal can no longer be trusted: the process must end. */
  fatal(error: Error): void
}

interface Page {
  next: number
  active: Map<string, Transition>
  pending: Transition[]
  writing: Promise<void> | null
}

const keyOf = (subject: string, code: string): string => `${subject}/${code}`

export function createBook({ journal, durable, clock, fatal }: BookDeps): Book {
  const pages = new Map<string, Page>()
  let dead = false

  return {
    open(states) {
      for (const [facility, { next, active }] of states) {
        const entries = active.map(transition => [keyOf(transition.subject, transition.code), transition] as const)
        pages.set(facility, { next, active: new Map(entries), pending: [], writing: null })
      }
    },
    active: facility => pageOf(facility).active.values(),
    find: (facility, subject, code) => pageOf(facility).active.get(keyOf(subject, code)),
    raise(facility, subject, code, { severity, sinceMs, untilMs, place, event, detail }) {
      const page = pageOf(facility)
      const before = page.active.get(keyOf(subject, code))
      const n = page.next
      return write(facility, page, {
        v: 1,
        n,
        episode: before?.episode ?? n,
        state: 'active',
        severity,
        since: Math.min(before?.since ?? sinceMs, sinceMs),
        at: clock(),
        until: untilMs === null ? null : Math.max(before?.until ?? untilMs, untilMs),
        count: (before?.count ?? 0) + (event ? 1 : 0),
        place,
        event: event ?? null,
        detail: detail ?? null,
        ended: null,
        subject: subject as Transition['subject'],
        code,
      })
    },
    clear(facility, subject, code, ended) {
      const page = pageOf(facility)
      const before = page.active.get(keyOf(subject, code))
      if (!before) return
      const change = { state: 'cleared', at: clock(), until: null, event: null, detail: null, ended } as const
      write(facility, page, { ...before, n: page.next, ...change })
    },
    next: facility => pageOf(facility).next,
    facilities: () => pages.keys(),
    async stop() {
      await Promise.all([...pages.values()].map(page => page.writing))
      dead = true
    },
  }

  function pageOf(facility: string): Page {
    const page = pages.get(facility) ?? { next: 1, active: new Map(), pending: [], writing: null }
    pages.set(facility, page)
    return page
  }

  function write(facility: string, page: Page, transition: Transition): number {
    page.next = transition.n + 1
    const key = keyOf(transition.subject, transition.code)
    if (transition.state === 'active') page.active.set(key, transition)
    else page.active.delete(key)
    page.pending.push(transition)
    if (!dead) page.writing ??= writeAll(facility, page)
    return transition.n
  }

  /** What came during the last sync is written together. */
  async function writeAll(facility: string, page: Page): Promise<void> {
    try {
      while (page.pending.length > 0) {
        const batch = page.pending
        page.pending = []
        await journal.append(facility, batch)
        durable(facility, batch)
      }
    } catch (error) {
      // Told to stop while waiting for room: what was not written was not acknowledged either, and is made again.
      if (error instanceof Error && error.name === 'AbortError') return
      dead = true
      fatal(error instanceof Error ? error : new Error(String(error)))
    } finally {
      page.writing = null
    }
  }
}
