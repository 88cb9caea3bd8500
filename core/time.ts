/** Times on the wire, as epoch milliseconds inside: RFC 3339 with offset, epoch milliseconds, and a facility's own wall clock. */

const DAY_MS = 86_400_000
/** Beyond these a time is a broken clock, not a time: 2000-01-01 and 2100-01-01. */
const MIN_MS = 946_684_800_000
const MAX_MS = 4_102_444_800_000

/** The calendar repeats itself after 400 years; `Date.UTC` takes years below 100 for those of the 20th century. */
const CYCLE_YEARS = 400
const CYCLE_MS = 146_097 * DAY_MS

const daysInMonth = (year: number, month: number): number =>
  new Date(Date.UTC(year + CYCLE_YEARS, month, 0)).getUTCDate()

/**
 * Reads a device's `ts`.
 * @returns epoch milliseconds (whole), or null when it is no RFC 3339 time with offset, no integer of milliseconds, or outside 2000–2100.
 */
export function parseDeviceTime(ts: string | number): number | null {
  const ms = typeof ts === 'number' ? (Number.isInteger(ts) ? ts : null) : parseRfc3339(ts)
  return ms !== null && ms >= MIN_MS && ms < MAX_MS ? ms : null
}

/** RFC 3339 date-time with offset → epoch milliseconds; null if malformed or no such day or time exists. Read by character: every message has one. */
export function parseRfc3339(text: string): number | null {
  if (text.length < 20 || !hasSeparators(text)) return null
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  // Of what is no digit NaN comes, for which no comparison holds.
  if (!(month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59)) return null
  if (!(year >= 0) || (day > 28 && !(day <= daysInMonth(year, month))) || Number.isNaN(day)) return null
  const zoneAt = text.charCodeAt(19) === DOT ? endOfDigits(text, 20) : 19
  if (zoneAt === 20 || zoneAt > 29) return null
  const offsetMinutes = offsetAt(text, zoneAt)
  if (offsetMinutes === null) return null
  const fraction = zoneAt === 19 ? 0 : Math.trunc(Number(text.slice(20, Math.min(zoneAt, 23)).padEnd(3, '0')))
  const ms = Date.UTC(year + CYCLE_YEARS, month - 1, day, hour, minute, second, fraction) - CYCLE_MS
  return ms - offsetMinutes * 60_000
}

const [DASH, DOT, COLON, PLUS, ZERO, NINE] = [0x2d, 0x2e, 0x3a, 0x2b, 0x30, 0x39]
/** `T` and `Z` in lower case. */
const [T, Z] = [0x74, 0x7a]
const LOWER = 0x20

const hasSeparators = (text: string): boolean =>
  text.charCodeAt(4) === DASH &&
  text.charCodeAt(7) === DASH &&
  (text.charCodeAt(10) | LOWER) === T &&
  text.charCodeAt(13) === COLON &&
  text.charCodeAt(16) === COLON

/** NaN where there are no two digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function endOfDigits(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= NINE) at += 1
  return at
}

/** The zone that ends the text, in minutes east of Greenwich; null when it is none. */
function offsetAt(text: string, at: number): number | null {
  const sign = text.charCodeAt(at)
  if ((sign | LOWER) === Z) return text.length === at + 1 ? 0 : null
  if ((sign !== PLUS && sign !== DASH) || text.length !== at + 6 || text.charCodeAt(at + 3) !== COLON) return null
  const rest = twoDigits(text, at + 4)
  const minutes = twoDigits(text, at + 1) * 60 + rest
  if (!(minutes <= 14 * 60 && rest <= 59)) return null
  return sign === DASH ? -minutes : minutes
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
