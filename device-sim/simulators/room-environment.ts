/** Simulates room.environment: the room's climate over day and season, with light and air that follow who is in it. */
import { wallClock } from '../../core/time.ts'
import { chanceAt, clamp, drift, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const YEAR_MS = 365.25 * DAY_MS
/** Warmest about the end of July on this half of the earth. */
const WARMEST_MS = Date.UTC(2026, 6, 28)
const HOT_CEL = 28
const COLD_STEP_K = 8
const DRY_PERCENT = 32

export const simulateEnvironment: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)
  const season = (ms: number): number => Math.cos((2 * Math.PI * (ms - WARMEST_MS)) / YEAR_MS)
  const hourOf = (ms: number): number => {
    const { hour, minute } = wallClock(ms, resident.zone)
    return hour + minute / 60
  }
  const present = (ms: number): boolean => !['away', 'toilet'].includes(resident.at(ms).state)
  const temperature = (ms: number): number =>
    23.5 + season(ms) * 2.5 + Math.sin(((hourOf(ms) - 9) * Math.PI) / 12) * 1.2 + drift(key, ms, 6 * HOUR_MS) * 1.5
  const humidity = (ms: number): number => clamp(48 + season(ms) * 14 + drift(key ^ 1, ms, 5 * HOUR_MS) * 12, 0, 100)

  function minute(atMs: number): Sample {
    const hour = hourOf(atMs)
    const sun = Math.max(0, Math.sin(((hour - 6) * Math.PI) / 12)) * 380 * (0.6 + 0.4 * drift(key ^ 2, atMs, HOUR_MS))
    const lamp = hour >= 6.5 && hour < 20.5 && resident.at(atMs).state !== 'asleep' ? 160 : 2
    const air = 520 + (present(atMs) ? 320 : 40) + drift(key ^ 3, atMs, 40 * MINUTE_MS) * 110
    return {
      atMs,
      metrics: {
        temperature: roundTo(clamp(temperature(atMs), -20, 60), 1),
        humidity: Math.round(humidity(atMs)),
        illuminance: Math.round(
          clamp(Math.max(0, sun) + lamp + chanceAt(key, Math.floor(atMs / MINUTE_MS)) * 6, 0, 100_000),
        ),
        co2: Math.round(clamp(air, 300, 10_000)),
      },
    }
  }
  /** Told when a limit is first passed in an hour, not each minute. */
  function* hour(atMs: number): Generator<Sample> {
    const now = temperature(atMs)
    if (now > HOT_CEL && temperature(atMs - HOUR_MS) <= HOT_CEL)
      yield { atMs, event: 'heat_stroke_risk', attributes: { temperature: roundTo(now, 1) } }
    if (humidity(atMs) < DRY_PERCENT && humidity(atMs - HOUR_MS) >= DRY_PERCENT) yield { atMs, event: 'dry' }
    // A bath or toilet far colder than the room, on winter nights.
    const difference = 4 - season(atMs) * 5 + drift(key ^ 4, atMs, DAY_MS) * 2
    if (difference > COLD_STEP_K && Math.floor(hourOf(atMs)) === 19)
      yield { atMs, event: 'heat_shock_risk', attributes: { difference: roundTo(difference, 1) } }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const atMs of ticks(fromMs, toMs, MINUTE_MS, key % MINUTE_MS)) samples.push(minute(atMs))
    for (const atMs of ticks(fromMs, toMs, HOUR_MS, key % HOUR_MS)) samples.push(...hour(atMs))
    return within(samples, fromMs, toMs)
  }
}
