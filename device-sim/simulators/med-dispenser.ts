/** Simulates med.dispenser: four doses a day from a box refilled each week, mostly taken, sometimes late, now and then missed. */
import { fromWallClock, wallClock } from '../../core/time.ts'
import { chanceOf } from '../random.ts'
import type { Sample } from '../sample.ts'
import { type SimulatedDevice, type Simulator, within } from './simulator.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const DOSE_HOURS = [8, 12, 18, 21]
const DOSES_A_WEEK = DOSE_HOURS.length * 7
const MISSED_AFTER_MIN = 60
/** Mondays before breakfast. */
const REFILL = { weekday: 1, hour: 7 }
const REFILL_BELOW = 4

export const simulateMedDispenser: Simulator = self => (fromMs, toMs) => {
  const samples: Sample[] = []
  const seen = new Set<number>()
  for (let ms = fromMs - DAY_MS; ms < toMs + DAY_MS; ms += DAY_MS) {
    const { year, month, day } = wallClock(ms, self.resident.zone)
    const date = Date.UTC(year, month - 1, day)
    if (!seen.has(date)) samples.push(...dayOf(self, year, month, day))
    seen.add(date)
  }
  return within(samples, fromMs, toMs)
}

function* dayOf(self: SimulatedDevice, year: number, month: number, day: number): Generator<Sample> {
  const chance = chanceOf(self.seed, self.device, 'doses', year, month, day)
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay()
  const at = (hour: number): number =>
    fromWallClock({ year, month, day, hour, minute: 0, second: 0 }, self.resident.zone)
  if (weekday === REFILL.weekday) {
    const refillMs = at(REFILL.hour)
    yield { atMs: refillMs, metrics: { lid_open: true } }
    yield { atMs: refillMs + 4 * MINUTE_MS, metrics: { lid_open: false, doses_left: DOSES_A_WEEK } }
  }
  // Every dose leaves the box in its hour, taken or taken back by staff: what is left follows from the calendar.
  const dayInWeek = (weekday - REFILL.weekday + 7) % 7
  for (const [i, hour] of DOSE_HOURS.entries()) {
    const dueMs = at(hour)
    const left = DOSES_A_WEEK - dayInWeek * DOSE_HOURS.length - i - 1
    yield { atMs: dueMs, event: 'dose_due' }
    const asleep = self.resident.at(dueMs).state === 'asleep'
    const missed = chance.is(asleep ? 0.25 : 0.03)
    const delay = chance.is(0.8) ? chance.whole(0, 12) : chance.whole(13, MISSED_AFTER_MIN - 1)
    const twice = chance.is(0.02)
    if (missed) {
      yield { atMs: dueMs + MISSED_AFTER_MIN * MINUTE_MS, event: 'dose_missed' }
    } else {
      const takenMs = dueMs + delay * MINUTE_MS
      yield { atMs: takenMs, event: 'dose_taken', attributes: { delay } }
      yield { atMs: takenMs, metrics: { doses_left: left, dose_delay: delay } }
      if (twice) yield { atMs: takenMs + 20_000, event: 'double_press' }
    }
    if (left < REFILL_BELOW && i === DOSE_HOURS.length - 1) yield { atMs: dueMs + 2 * 60 * MINUTE_MS, event: 'refill' }
  }
}
