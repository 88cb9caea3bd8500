/** A moment as a form holds it, the wall clock of a place as `2026-11-25T09:30`; the instant that it means there; and a moment as a record shows it. */
import { formatInZone, fromWallClock } from '../../../core/time.ts'

/** `2026-11-25 09:30`: a record is read years later, so every time has its year. */
export const dated = (time: string, zone: string): string =>
  formatInZone(Date.parse(time), zone).slice(0, 16).replace('T', ' ')

export const wallText = (ms: number, zone: string): string => formatInZone(ms, zone).slice(0, 16)

/** @returns RFC 3339 with the zone's offset; null while the text is no moment */
export function instantOf(text: string, zone: string): string | null {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined || hour === undefined || minute === undefined)
    return null
  return formatInZone(fromWallClock({ year, month, day, hour, minute, second: second || 0 }, zone), zone)
}
