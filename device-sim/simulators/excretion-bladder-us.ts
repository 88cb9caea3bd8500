/** Simulates excretion.bladder_us: a bladder that fills until the toilet is used, seen once a minute by a sensor that at times comes off. */
import { chanceAt, clamp, drift, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { dailyBattery } from './battery.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const BATTERY_EVERY_MS = 600_000
const FULL_ML = 420
const SOON = 8
const LOOK_BACK_MS = 14 * HOUR_MS
const CHANGED_MS = 4 * HOUR_MS
/** Stays in the bladder after voiding, mL. */
const LEFT_OVER_ML = 25

export const simulateBladderUs: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)
  const mlPerHour = 45 + chanceAt(key, 0) * 45

  /** Ends of toilet visits in the span. */
  const visitsOf = (fromMs: number, toMs: number): number[] =>
    resident.changes(fromMs, toMs).flatMap(({ before, now }) => (before.state === 'toilet' ? [now.startMs] : []))
  const volumeAfter = (ms: number): number => clamp(LEFT_OVER_ML + (ms / HOUR_MS) * mlPerHour, 0, 1000)
  const levelOf = (ml: number): number => roundTo(clamp((ml / FULL_ML) * 10, 0, 10), 1)
  const loose = (atMs: number): boolean => chanceAt(key ^ 9, Math.floor(atMs / HOUR_MS)) < 0.004

  function* minute(atMs: number, emptied: number): Generator<Sample> {
    if (loose(atMs)) {
      if (!loose(atMs - MINUTE_MS)) yield { atMs, event: 'detached' }
      yield { atMs, metrics: { skin_contact: false } }
      return
    }
    const ml = volumeAfter(atMs - emptied)
    const seen = clamp(ml + drift(key, atMs, 300_000) * 18, 0, 1000)
    yield { atMs, metrics: { fill_level: levelOf(seen), bladder_volume: Math.round(seen), skin_contact: true } }
    if (levelOf(ml) >= SOON && levelOf(volumeAfter(atMs - MINUTE_MS - emptied)) < SOON && atMs - MINUTE_MS >= emptied)
      yield { atMs, event: 'toilet_soon', attributes: { fill_level: levelOf(ml) } }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    const visits = visitsOf(fromMs - LOOK_BACK_MS, toMs)
    let next = 0
    let last = Number.NEGATIVE_INFINITY
    for (const atMs of ticks(fromMs, toMs, MINUTE_MS, key % MINUTE_MS)) {
      while (next < visits.length && (visits[next] as number) <= atMs) last = visits[next++] as number
      // Who does not go is changed every fourth hour.
      const emptied = atMs - last > LOOK_BACK_MS ? Math.floor(atMs / CHANGED_MS) * CHANGED_MS : last
      samples.push(...minute(atMs, emptied))
    }
    for (const atMs of visits) samples.push({ atMs, event: 'voided' })
    for (const atMs of ticks(fromMs, toMs, BATTERY_EVERY_MS, key % BATTERY_EVERY_MS))
      samples.push({ atMs, metrics: { battery: dailyBattery(resident.zone, atMs) } })
    return within(samples, fromMs, toMs)
  }
}
