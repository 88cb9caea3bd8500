/** Evaluates one accepted event by its profile and writes it into the book of conditions. */
import { type ConditionEvent, judgeEvent } from '../../core/conditions.ts'
import type { DeviceProfile, EventType } from '../../core/profile.ts'
import { profileById } from '../../core/profiles/index.ts'
import type { AcceptedEntry } from '../entries.ts'
import type { KnownDevice } from '../registry.ts'
import type { Book } from './book.ts'

/** An event of a type that nobody knows any more asks for a look: what it meant is undecidable. */
const UNKNOWN_TYPE: Pick<EventType, 'severity' | 'alarm_window_s'> = { severity: 'medium', alarm_window_s: 1_800 }

/**
 * @param device as the registry knows it; undefined when it was taken away after the message was accepted
 * @returns the number of the transition; null when the event raises nothing
 */
export function raiseEvent(book: Book, entry: AcceptedEntry, device: KnownDevice | undefined): number | null {
  // In an empty bed nobody falls: what a device says there is kept, and rings for nobody.
  if (device?.quiet) return null
  const name = entry.e as string
  const profile: DeviceProfile | undefined = device?.profile ?? profileById(entry.p)
  const type = profile?.events[name as keyof typeof profile.events] ?? UNKNOWN_TYPE
  const marks = entry.m ?? []
  const judged = judgeEvent(type, { atMs: entry.t, rxMs: entry.rx, marks })
  if (!judged) return null
  const event: ConditionEvent = {
    profile: entry.p,
    attributes: entry.v,
    boot: entry.b,
    seq: entry.s,
    at: entry.t,
    rx: entry.rx,
    late: marks.includes('late'),
    undecidable: judged.undecidable || type === UNKNOWN_TYPE,
  }
  const { severity, sinceMs, untilMs } = judged
  return book.raise(entry.f, entry.d, name, { severity, sinceMs, untilMs, place: device?.place ?? null, event })
}

/** Tells the same message again, whichever way it comes. */
export const identityOf = (facility: string, device: string, boot: string, seq: number): string =>
  `${facility}/${device}/${boot}/${seq}`
