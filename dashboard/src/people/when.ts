/** Days and times of a facility as a form holds them and as a reader sees them. */
import type { Language } from '../../../core/profile.ts'
import { formatInZone, fromWallClock, wallClock } from '../../../core/time.ts'
import { languageTag } from '../format.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** `2026-11-25`, the day in the zone */
export function dayIn(ms: number, zone: string): string {
  const { year, month, day } = wallClock(ms, zone)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}
/** `2026-11-25T09:10`, as a field of day and time holds it */
export function fieldTime(ms: number, zone: string): string {
  const { hour, minute } = wallClock(ms, zone)
  return `${dayIn(ms, zone)}T${two(hour)}:${two(minute)}`
}
/** What a field of day and time holds, or a day alone (its midnight), as the instant it means in the zone; null: not filled in. */
export function instantOf(text: string, zone: string): string | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?/.exec(text)
  if (!parts) return null
  const [year, month, day, hour, minute] = parts.slice(1).map(part => Number(part ?? 0)) as [number, ...number[]]
  const ms = fromWallClock(
    { year, month: month ?? 1, day: day ?? 1, hour: hour ?? 0, minute: minute ?? 0, second: 0 },
    zone,
  )
  return formatInZone(ms, zone)
}

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(language: Language, zone: string, withTime: boolean): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${withTime}`
  const known =
    formats.get(key) ??
    new Intl.DateTimeFormat(languageTag(language), {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: language === 'en' ? 'short' : 'long',
      day: 'numeric',
      ...(withTime && { hour: '2-digit', minute: '2-digit' }),
    })
  formats.set(key, known)
  return known
}
/** 1938年4月2日, 1938년 4월 2일, 2 Apr 1938 */
export const dayText = (day: string, language: Language): string =>
  formatOf(language, 'UTC', false).format(Date.parse(`${day}T00:00:00Z`))
/** 2026年11月25日 9:10 */
export const timeText = (time: string, zone: string, language: Language): string =>
  formatOf(language, zone, true).format(Date.parse(time)).replace(',', '')

/** Whole years lived on a day. */
export function ageOn(birthDate: string, today: string): number {
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years
}
