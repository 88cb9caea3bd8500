/** What the messages of a device show of its own trouble: a wrong clock, too many messages, numbers that are missing. */
import { DEVICE_CODES, type DeviceCode } from '../../core/technical-codes.ts'
import { type Entry, isAccepted, isRefused } from '../entries.ts'
import type { Book } from './book.ts'
import type { Every } from './every.ts'
import type { Technical } from './technical.ts'

export interface Evidence {
  see(entry: Entry): void
  start(): void
  stop(): void
}

export type Standing = 'here' | 'gone' | 'unknown'

export interface EvidenceDeps {
  book: Pick<Book, 'active' | 'facilities'>
  technical: Pick<Technical, 'set'>
  /** `gone`: the facility is known and has no such device. */
  standing(facility: string, device: string): Standing
  clock(): number
  ticks: () => number
  every: Every
}

/** A condition ends when this long no message has shown it. */
export const QUIET_MS = 600_000
/** An event overtakes telemetry that waits in an outside broker: numbers are missing only when none of them has come for so long. */
export const OVERTAKEN_MS = 60_000
const LOOK_MS = 1_000

interface Shown {
  facility: string
  device: string
  /** When each was last shown. */
  lastTicks: Partial<Record<DeviceCode, number>>
  /** Numbers that were skipped and have not come; since when none of them came. */
  missing: number
  waitingSinceTicks: number
}

export function createEvidence(deps: EvidenceDeps): Evidence {
  const { book, technical, clock, ticks, every } = deps
  const devices = new Map<string, Shown>()
  let end = (): void => undefined

  return {
    see(entry) {
      // After a restart old entries come by again: they say nothing about now.
      if (clock() - entry.rx > QUIET_MS) return
      // A refused message may name a device that does not exist.
      if (isRefused(entry) && deps.standing(entry.f, entry.d) !== 'here') return
      if (entry.df) shown(entry.f, entry.d).lastTicks.rate_limited = ticks()
      if (isAccepted(entry) && entry.m?.includes('clock_suspect'))
        shown(entry.f, entry.d).lastTicks.clock_suspect = ticks()
      if (entry.g) skipped(shown(entry.f, entry.d), entry.g)
      if (entry.rc) came(shown(entry.f, entry.d))
    },
    start() {
      // What was active before the restart has the usual time to be shown again.
      for (const facility of book.facilities())
        for (const { subject, code, detail } of book.active(facility)) {
          const known = DEVICE_CODES.find(device => device === code)
          if (!known) continue
          const of = shown(facility, subject)
          of.lastTicks[known] = ticks()
          if (known === 'messages_missing') of.missing = Number(detail?.missing ?? 1)
        }
      end = every(LOOK_MS, look)
    },
    stop: () => end(),
  }

  function shown(facility: string, device: string): Shown {
    const key = `${facility}/${device}`
    const known = devices.get(key) ?? { facility, device, lastTicks: {}, missing: 0, waitingSinceTicks: 0 }
    devices.set(key, known)
    return known
  }

  function skipped(of: Shown, count: number): void {
    if (of.missing === 0) of.waitingSinceTicks = ticks()
    of.missing += count
    if (of.lastTicks.messages_missing !== undefined) of.lastTicks.messages_missing = ticks()
  }

  function came(of: Shown): void {
    of.missing = Math.max(0, of.missing - 1)
    of.waitingSinceTicks = ticks()
  }

  function look(): void {
    const now = ticks()
    for (const [key, of] of devices) {
      const { facility, device, lastTicks } = of
      if (of.missing > 0 && now - of.waitingSinceTicks >= OVERTAKEN_MS) lastTicks.messages_missing ??= now
      const gone = deps.standing(facility, device) === 'gone'
      for (const code of DEVICE_CODES) {
        const last = lastTicks[code]
        if (last === undefined) continue
        const holds = !gone && now - last < QUIET_MS && (code !== 'messages_missing' || of.missing > 0)
        technical.set(facility, device, code, holds, code === 'messages_missing' ? { missing: of.missing } : undefined)
        if (holds) continue
        delete lastTicks[code]
        // What did not come in all that time is the ledger's to tell.
        if (code === 'messages_missing') of.missing = 0
      }
      if (Object.keys(lastTicks).length === 0 && of.missing === 0) devices.delete(key)
    }
  }
}
