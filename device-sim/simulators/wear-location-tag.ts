/** Simulates wear.location_tag: the zone every half minute, steps each minute, and the alarm when someone walks out. */
import { chanceAt, clamp, drift, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { cellBattery } from './battery.ts'
import type { Segment } from './day.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const ZONE_MS = 30_000
const MINUTE_MS = 60_000
const BATTERY_EVERY_MS = 600_000
const FALL_AFTER_MS = 3_000
const EXIT_AFTER_MS = 90_000
const AWAY_BY_DAY = ['common_room', 'common_room', 'common_room', 'bath', 'garden']
const AWAY_AT_NIGHT = ['corridor', 'unit', 'entrance', 'outside']
const CHARGED_DAYS = 7
const LOW_BATTERY = 15

export const simulateLocationTag: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)
  const pick = (places: readonly string[], now: Segment): string =>
    places[Math.floor(chanceAt(key, now.startMs / 1000) * places.length)] ?? 'unknown'
  const zoneOf = (now: Segment): string =>
    now.state === 'away' ? pick(now.wandering ? AWAY_AT_NIGHT : AWAY_BY_DAY, now) : 'own_room'
  const forbidden = (now: Segment): boolean => ['entrance', 'outside'].includes(zoneOf(now))

  function seen(atMs: number): Sample {
    const zone = zoneOf(resident.at(atMs))
    const weak = zone === 'outside' ? 25 : zone === 'garden' ? 12 : 0
    const signal = Math.round(clamp(-62 - weak + drift(key, atMs, 120_000) * 8, -120, 0))
    return {
      atMs,
      metrics: {
        zone,
        signal,
        position_error: roundTo(clamp(1.5 + weak / 4 + drift(key ^ 1, atMs, 90_000), 0, 100), 1),
      },
    }
  }
  function steps(atMs: number): number {
    const now = resident.at(atMs)
    const luck = chanceAt(key ^ 2, Math.floor(atMs / MINUTE_MS))
    if (now.fallen) return 0
    if (now.state === 'away') return Math.round(luck * (now.wandering ? 70 : 18) * resident.traits.walkingSpeed)
    return ['out_of_bed', 'toilet'].includes(now.state) ? Math.round(luck * 12 * resident.traits.walkingSpeed) : 0
  }
  function* change(now: Segment): Generator<Sample> {
    const { startMs } = now
    const luck = chanceAt(key ^ 3, startMs / 1000)
    if (forbidden(now) && resident.at(startMs + EXIT_AFTER_MS).startMs === startMs) {
      yield { atMs: startMs + EXIT_AFTER_MS, event: 'zone_exit', attributes: { to: zoneOf(now) } }
      if (zoneOf(now) === 'outside' && luck < 0.3) yield { atMs: startMs + 3 * MINUTE_MS, event: 'lost' }
    }
    if (!now.fallen) return
    const confidence = roundTo(0.6 + luck * 0.39, 2)
    yield { atMs: startMs + FALL_AFTER_MS, event: 'fall', attributes: { confidence } }
    if (luck < 0.4) yield { atMs: startMs + FALL_AFTER_MS * 8, event: 'sos' }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const { now } of resident.changes(fromMs - 4 * MINUTE_MS, toMs)) samples.push(...change(now))
    for (const atMs of ticks(fromMs, toMs, ZONE_MS, key % ZONE_MS)) samples.push(seen(atMs))
    for (const atMs of ticks(fromMs, toMs, MINUTE_MS, key % MINUTE_MS))
      samples.push({ atMs, metrics: { steps: steps(atMs) } })
    for (const atMs of ticks(fromMs, toMs, BATTERY_EVERY_MS, key % BATTERY_EVERY_MS)) {
      const battery = cellBattery(key, atMs, CHARGED_DAYS)
      samples.push({ atMs, metrics: { battery } })
      if (battery < LOW_BATTERY && cellBattery(key, atMs - BATTERY_EVERY_MS, CHARGED_DAYS) >= LOW_BATTERY)
        samples.push({ atMs, event: 'low_battery' })
    }
    return within(samples, fromMs, toMs)
  }
}
