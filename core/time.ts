/** Times on the wire, as epoch milliseconds inside: RFC 3339 with offset, epoch milliseconds, and a facility's own wall clock. */

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/
const DAY_MS = 86_400_000
/** Beyond these a time is a broken clock, not a time: 2000-01-01 and 2100-01-01. */
const MIN_MS = 946_684_800_000
const MAX_MS = 4_102_444_800_000

const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/**
 * Reads a device's `ts`.
 * @returns epoch milliseconds (whole), or null when it is no RFC 3339 time with offset, no integer of milliseconds, or outside 2000–2100.
 */
export function parseDeviceTime(ts: string | number): number | null {
  const ms = typeof ts === 'number' ? (Number.isInteger(ts) ? ts : null) : parseRfc3339(ts)
  return ms !== null && ms >= MIN_MS && ms < MAX_MS ? ms : null
}

/** RFC 3339 date-time with offset → epoch milliseconds; null if malformed or no such day or time exists. */
export function parseRfc3339(text: string): number | null {
  const match = RFC3339.exec(text)
  if (!match) return null
  const [, y, mo, d, h, mi, s, fraction = '', offset = 'Z'] = match
  const [year, month, day, hour, minute, second] = [y, mo, d, h, mi, s].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
    return null
  const offsetMinutes =
    offset === 'Z' || offset === 'z'
      ? 0
      : (offset[0] === '-' ? -1 : 1) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6)))
  if (Math.abs(offsetMinutes) > 14 * 60) return null
  const ms = Number(`${fraction}000`.slice(0, 3))
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - offsetMinutes * 60_000
}

/** Wall-clock fields in a zone; month 1–12, hour 0–23. */
export interface WallClock {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  return format
}

/** Epoch milliseconds → wall clock in an IANA zone. Throws RangeError for an unknown zone. */
export function wallClock(ms: number, zone: string): WallClock {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(ms)) parts[type] = Number(value)
  const { year, month, day, hour, minute, second } = parts as unknown as WallClock
  return { year, month, day, hour, minute, second }
}

/** The zone's offset from UTC at that instant, in milliseconds; positive east of Greenwich. */
export function zoneOffset(ms: number, zone: string): number {
  const w = wallClock(ms, zone)
  return Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second) - Math.floor(ms / 1000) * 1000
}

/** Wall clock in a zone → epoch milliseconds; a time that the clock skips or repeats resolves with the offset before the change. */
export function fromWallClock(w: WallClock, zone: string): number {
  const asUtc = Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second)
  const before = zoneOffset(asUtc - DAY_MS, zone)
  const guess = asUtc - before
  const offset = zoneOffset(guess, zone)
  if (offset === before) return guess
  const other = asUtc - offset
  return zoneOffset(other, zone) === offset ? other : guess
}

/** RFC 3339 in the zone's own offset, to the millisecond: `2026-11-23T15:28:00.123+09:00`. */
export function formatInZone(ms: number, zone: string): string {
  const offset = zoneOffset(ms, zone)
  const local = new Date(ms + offset).toISOString().slice(0, -1)
  const minutes = Math.round(Math.abs(offset) / 60_000)
  const pad = (n: number): string => String(n).padStart(2, '0')
  return `${local}${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
}

/** True for an IANA zone that this runtime knows. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}
