/** Times, spans, numbers and units as a reader of each language writes them; always in the facility's zone. */
import type { Language } from '../../core/profile.ts'
import type { StoredValue } from '../../core/readings.ts'
import type { MessageId, Say } from './language.ts'

const TAGS: Record<Language, string> = { ja: 'ja-JP', ko: 'ko-KR', en: 'en-GB' }
const cache = new Map<string, Intl.DateTimeFormat>()
function dateFormat(
  language: Language,
  zone: string,
  kind: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${kind}`
  const known =
    cache.get(key) ?? new Intl.DateTimeFormat(TAGS[language], { timeZone: zone, hourCycle: 'h23', ...options })
  cache.set(key, known)
  return known
}

/** 05:42 */
export const hourMinute = (ms: number, zone: string): string =>
  dateFormat('en', zone, 'hm', { hour: '2-digit', minute: '2-digit' }).format(ms)
/** 05:42:18 */
export const hourMinuteSecond = (ms: number, zone: string): string =>
  dateFormat('en', zone, 'hms', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms)
/** 11月23日(月), 11월 23일 (월), Mon 23 Nov */
export const dayWithWeekday = (ms: number, zone: string, language: Language): string =>
  dateFormat(language, zone, 'dw', { month: language === 'en' ? 'short' : 'long', day: 'numeric', weekday: 'short' })
    .format(ms)
    .replace(' (', '(')
    .replace(',', '')
/** 11月23日, 11월 23일, 23 Nov */
export const day = (ms: number, zone: string, language: Language): string =>
  dateFormat(language, zone, 'd', { month: language === 'en' ? 'short' : 'long', day: 'numeric' }).format(ms)
/** The day, with its year, of an RFC 3339 time as it is written there: in its own offset. */
export const dayText = (time: string, language: Language): string =>
  dateFormat(language, 'UTC', 'dy', {
    year: 'numeric',
    month: language === 'en' ? 'short' : 'long',
    day: 'numeric',
  }).format(Date.parse(`${time.slice(0, 10)}T00:00:00Z`))
/** 2026-11-23, in the zone */
export const isoDay = (ms: number, zone: string): string => {
  const parts = Object.fromEntries(
    dateFormat('en', zone, 'iso', { year: 'numeric', month: '2-digit', day: '2-digit' })
      .formatToParts(ms)
      .map(part => [part.type, part.value]),
  )
  return `${parts.year}-${parts.month}-${parts.day}`
}
/** 05:42 today, else with its day before it. */
export const whenShort = (ms: number, nowMs: number, zone: string, language: Language): string =>
  isoDay(ms, zone) === isoDay(nowMs, zone) ? hourMinute(ms, zone) : `${day(ms, zone, language)} ${hourMinute(ms, zone)}`
export const whenLong = (ms: number, zone: string, language: Language): string =>
  `${day(ms, zone, language)} ${hourMinuteSecond(ms, zone)}`

const ZONE_NAMES: Record<string, string> = { 'Asia/Tokyo': 'JST', 'Asia/Seoul': 'KST', UTC: 'UTC' }
/** The zone's short name; Intl has none for Japan and Korea outside their own languages. */
export const zoneName = (zone: string, ms: number): string =>
  ZONE_NAMES[zone] ??
  dateFormat('en', zone, 'zone', { timeZoneName: 'short' })
    .formatToParts(ms)
    .find(part => part.type === 'timeZoneName')?.value ??
  zone

/** 8分, 2時間14分, 3日4時間 */
export function span(ms: number, say: Say): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 1) return say('span.underMinute')
  if (minutes < 60) return say('span.minutes', { minutes })
  const hours = Math.floor(minutes / 60)
  if (hours < 24)
    return minutes % 60 === 0
      ? say('span.hours', { hours })
      : say('span.hoursMinutes', { hours, minutes: minutes % 60 })
  return say('span.daysHours', { days: Math.floor(hours / 24), hours: hours % 24 })
}
/** For a wall: whole hours from one hour on. */
export function shortSpan(ms: number, say: Say): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 60) return span(ms, say)
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? say('span.hours', { hours }) : say('span.days', { days: Math.floor(hours / 24) })
}
/** 4秒前, 11分前 */
export function ago(ms: number, say: Say): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return seconds < 60 ? say('ago.seconds', { seconds }) : say('ago.span', { span: span(ms, say) })
}
/** 0:23, 12:08, 1:02:11 */
export function running(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const pad = (n: number): string => String(n).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`
}

const UNIT_WORDS: Record<string, MessageId> = {
  '/min': 'unit.perMinute',
  '{count}/min': 'unit.perMinute',
  '{count}/h': 'unit.perHour',
  '{count}': 'unit.count',
  '{steps}': 'unit.steps',
  '{dose}': 'unit.doses',
  '{score}': 'unit.score',
  '{level}': 'unit.level',
  min: 'unit.minutes',
  s: 'unit.seconds',
}
const UNIT_SIGNS: Record<string, string> = {
  Cel: '℃',
  'mm[Hg]': 'mmHg',
  deg: '°',
  uV: 'µV',
  'N.m': 'N·m',
  '[ppm]': 'ppm',
  '{dBm}': 'dBm',
  '{index}': '',
  '{person}': '',
  '1': '',
}
/** A UCUM unit as people write it; empty for none. */
export const unitText = (unit: string | null, say: Say): string => {
  if (unit === null) return ''
  const word = UNIT_WORDS[unit]
  return word ? say(word) : (UNIT_SIGNS[unit] ?? unit)
}

const numbers = new Map<string, Intl.NumberFormat>()
export function numberText(value: number, digits: number, language: Language): string {
  const key = `${language} ${digits}`
  const known =
    numbers.get(key) ??
    new Intl.NumberFormat(TAGS[language], { minimumFractionDigits: digits, maximumFractionDigits: digits })
  numbers.set(key, known)
  return known.format(value)
}
export const valueText = (value: StoredValue, digits: number, language: Language): string =>
  typeof value === 'number' ? numberText(value, digits, language) : value
export const languageTag = (language: Language): string => TAGS[language]
