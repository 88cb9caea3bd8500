/** Marks of a time axis on round times of the facility's own clock, and its night shifts. Pure. */
import { fromWallClock, wallClock, zoneOffset } from '../../../core/time.ts'
import type { Interval } from './series.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEPS = [
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  5 * DAY,
  10 * DAY,
]

export interface Tick {
  ms: number
  /** The first mark of a day carries the date. */
  isDay: boolean
  /** The marks are whole days: no time of day to say. */
  isDayStep: boolean
}

export function ticksOf({ fromMs, toMs }: Interval, zone: string, most: number): Tick[] {
  const step = STEPS.find(each => (toMs - fromMs) / each <= most) ?? (STEPS.at(-1) as number)
  const ticks: Tick[] = []
  let lastDay = -1
  const offset = zoneOffset(fromMs, zone)
  for (let local = Math.ceil((fromMs + offset) / step) * step; ; local += step) {
    // Marks stay on the wall clock even where the zone's offset changes within the window.
    const ms = local - zoneOffset(local - offset, zone)
    if (ms > toMs) return ticks
    const { day } = wallClock(ms, zone)
    ticks.push({ ms, isDay: day !== lastDay, isDayStep: step >= DAY })
    lastDay = day
  }
}

const NIGHT_FROM = 21
const NIGHT_TO = 6
/** 21:00–06:00 of each day that the window touches; none for windows in which nights would be a pattern of lines. */
export function nightsOf({ fromMs, toMs }: Interval, zone: string): Interval[] {
  if (toMs - fromMs > 8 * DAY) return []
  const nights: Interval[] = []
  for (let ms = fromMs - DAY; ms <= toMs + DAY; ms += DAY) {
    const { year, month, day } = wallClock(ms, zone)
    const from = fromWallClock({ year, month, day, hour: NIGHT_FROM, minute: 0, second: 0 }, zone)
    const night = { fromMs: Math.max(from, fromMs), toMs: Math.min(from + (24 - NIGHT_FROM + NIGHT_TO) * HOUR, toMs) }
    if (night.toMs > night.fromMs) nights.push(night)
  }
  return nights
}
