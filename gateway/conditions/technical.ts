/** Technical conditions by name: idempotent, and patient with what flaps. */
import { GATEWAY_SUBJECT } from '../../core/conditions.ts'
import type { PlaceId } from '../../core/ids.ts'
import { GATEWAY_CODES, type TechnicalCode } from '../../core/technical-codes.ts'
import type { Book } from './book.ts'
import type { Every } from './every.ts'

/** Figures and codes that tell more; never a value, a payload or a name. */
export type Detail = Record<string, number | string>

export interface Technical {
  /**
   * Says whether a condition holds now; may be said as often as one likes. What was active before a restart stays so until it is said to be
   * over, so whoever raises a condition says after a start how it stands.
   */
  set(facility: string, subject: string, code: TechnicalCode, active: boolean, detail?: Detail): void
  start(): void
  stop(): void
}

export interface TechnicalDeps {
  book: Pick<Book, 'find' | 'raise' | 'clear'>
  placeOf(facility: string, device: string): PlaceId | null
  clock(): number
  /** Monotonic, ms. */
  ticks: () => number
  every: Every
}

/** How long it must hold before it is raised, and be over before it is cleared, ms. */
const PATIENCE: Partial<Record<TechnicalCode, { raiseMs: number; clearMs: number }>> = {
  // A quota that is used up is left and reached again with every segment that goes.
  spool_full: { raiseMs: 0, clearMs: 5_000 },
  spool_high: { raiseMs: 0, clearMs: 10_000 },
  disk_full: { raiseMs: 0, clearMs: 5_000 },
  store_denied: { raiseMs: 1_000, clearMs: 5_000 },
  // A store that restarts is no trouble yet.
  store_unavailable: { raiseMs: 5_000, clearMs: 5_000 },
}
const AT_ONCE = { raiseMs: 0, clearMs: 0 }
const LOOK_MS = 250

interface Wish {
  facility: string
  subject: string
  code: TechnicalCode
  active: boolean
  detail: Detail | undefined
  /** Since when this is said. */
  sinceTicks: number
  sinceMs: number
}

export function createTechnical({ book, placeOf, clock, ticks, every }: TechnicalDeps): Technical {
  /** What is said and not yet so. */
  const wishes = new Map<string, Wish>()
  let end = (): void => undefined

  return {
    set(facility, subject, code, active, detail) {
      const key = `${facility}/${subject}/${code}`
      const isSo = book.find(facility, subject, code) !== undefined
      if (active === isSo) {
        wishes.delete(key)
        return
      }
      const wish = wishes.get(key)
      const said = { facility, subject, code, active, sinceTicks: ticks(), sinceMs: clock(), ...wish, detail }
      wishes.set(key, said)
      look(key, said)
    },
    start() {
      end = every(LOOK_MS, () => {
        for (const [key, wish] of wishes) look(key, wish)
      })
    },
    stop: () => end(),
  }

  function look(key: string, wish: Wish): void {
    const { facility, subject, code, active, detail, sinceMs } = wish
    const { raiseMs, clearMs } = PATIENCE[code] ?? AT_ONCE
    if (ticks() - wish.sinceTicks < (active ? raiseMs : clearMs)) return
    wishes.delete(key)
    const place = (GATEWAY_CODES as readonly string[]).includes(code) ? null : placeOf(facility, subject)
    if (active) book.raise(facility, subject, code, { severity: 'technical', sinceMs, untilMs: null, place, detail })
    else book.clear(facility, subject, code, 'over')
  }
}

export const setGateway = (
  technical: Pick<Technical, 'set'>,
  facility: string,
  code: TechnicalCode,
  active: boolean,
  detail?: Detail,
): void => technical.set(facility, GATEWAY_SUBJECT, code, active, detail)
