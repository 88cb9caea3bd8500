/** Looks at the gateway's own facts and says which technical conditions hold for the facilities it serves: spool, disk, store, session. */
import type { TechnicalCode } from '../../core/technical-codes.ts'
import type { Book } from './book.ts'
import type { Every } from './every.ts'
import { type Detail, setGateway, type Technical } from './technical.ts'

export interface Facts {
  start(): void
  /** A connection to an outside broker began. @returns whether a session was lost that had been there before */
  session(facility: string, lane: SessionLane, present: boolean): boolean
  stop(): void
}
export type SessionLane = 'telemetry' | 'events'

export interface FactsDeps {
  technical: Pick<Technical, 'set'>
  book: Pick<Book, 'find'>
  facilities(): Iterable<string>
  spool: { bytes(): number; full(): boolean; maxBytes: number }
  storeTrouble(): { code: string; sinceMs: number } | null
  /** Sessions that an earlier process had: `{facility}/{lane}`. */
  sessions: Set<string>
  ticks: () => number
  every: Every
}

const LOOK_MS = 500
const HIGH = 0.8
/** Well below, so that a spool that hovers about the limit rings once. */
const NO_LONGER_HIGH = 0.7
/** Above this share a spool that takes nothing has used up its quota; below, the disk is full. */
const QUOTA_USED = 0.9
/** A lost session is a thing of one moment: it is shown for so long. */
const SESSION_SHOWN_MS = 600_000

export function createFacts(deps: FactsDeps): Facts {
  const { technical, book, spool, sessions, ticks, every } = deps
  /** When a facility's session was last lost; those of before the restart count from it. */
  const lost = new Map<string, number>()
  const beganTicks = ticks()
  let end = (): void => undefined

  return {
    start() {
      end = every(LOOK_MS, look)
    },
    session(facility, lane, present) {
      const key = `${facility}/${lane}`
      const isLost = !present && sessions.has(key)
      sessions.add(key)
      if (isLost) {
        lost.set(facility, ticks())
        setGateway(technical, facility, 'session_lost', true, { lane })
      }
      return isLost
    },
    stop: () => end(),
  }

  function look(): void {
    const bytes = spool.bytes()
    const used = bytes / spool.maxBytes
    const quota = { bytes, max_bytes: spool.maxBytes }
    const full = spool.full()
    const trouble = deps.storeTrouble()
    for (const facility of deps.facilities()) {
      const say = (code: TechnicalCode, holds: boolean, detail?: Detail): void =>
        setGateway(technical, facility, code, holds, detail)
      const wasHigh = book.find(facility, 'gateway', 'spool_high') !== undefined
      say('spool_high', used >= (wasHigh ? NO_LONGER_HIGH : HIGH), quota)
      say('spool_full', full && used >= QUOTA_USED, quota)
      say('disk_full', full && used < QUOTA_USED, { bytes })
      say('store_denied', trouble?.code === 'store_denied')
      say(
        'store_unavailable',
        trouble !== null && trouble.code !== 'store_denied',
        trouble ? { code: trouble.code } : {},
      )
      say('session_lost', ticks() - (lost.get(facility) ?? beganTicks) < SESSION_SHOWN_MS && isLost(facility))
    }
  }

  function isLost(facility: string): boolean {
    return lost.has(facility) || book.find(facility, 'gateway', 'session_lost') !== undefined
  }
}
