/** Simulates room.radar: presence and movement each second, breath and pulse while someone lies still, long absences and falls. */
import type { BodyState } from '../../core/profile.ts'
import { chanceAt, clamp, drift, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import type { Segment } from './day.ts'
import { IN_BED } from './resident.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const SECOND_MS = 1_000
const VITALS_MS = 30_000
const MINUTE_MS = 60_000
const ABSENT_MIN = 60
const STILL_MIN = 3
const FALL_AFTER_MS = 5_000
/** Strength of movement in per cent, least and most, and distance to the sensor in metres. */
const SEEN: Partial<Record<BodyState, { move: [number, number]; metres: number }>> = {
  asleep: { move: [0, 4], metres: 2.4 },
  dozing: { move: [0, 8], metres: 2.4 },
  awake: { move: [2, 18], metres: 2.4 },
  unclear: { move: [0, 40], metres: 2.4 },
  sitting_up: { move: [15, 60], metres: 2.2 },
  bed_edge: { move: [10, 50], metres: 2 },
  out_of_bed: { move: [10, 90], metres: 3.1 },
}

export const simulateRadar: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)

  function second(atMs: number): Sample {
    const segment = resident.at(atMs)
    const seen = SEEN[segment.state]
    if (!seen) return { atMs, metrics: { presence: false, movement: 0 } }
    const luck = chanceAt(key, Math.floor(atMs / SECOND_MS))
    const [low, high] = segment.fallen ? [0, 6] : seen.move
    const metres = seen.metres + (segment.state === 'out_of_bed' ? drift(key, atMs, 20_000) : 0)
    return {
      atMs,
      metrics: {
        presence: true,
        movement: Math.round(low + luck * (high - low)),
        target_distance: roundTo(clamp(metres, 0, 10), 1),
      },
    }
  }
  function vitals(atMs: number): Sample[] {
    if (!IN_BED.has(resident.at(atMs).state)) return []
    // A pulse felt through the air is rougher than one felt through the mattress.
    const error = (chanceAt(key ^ 7, Math.floor(atMs / VITALS_MS)) - 0.5) * 6
    return [
      {
        atMs,
        metrics: {
          resp_rate: clamp(Math.round(resident.respRate(atMs) + error / 4), 2, 60),
          heart_rate: clamp(Math.round(resident.heartRate(atMs) + error), 20, 220),
        },
      },
    ]
  }
  const goesOnFor = (now: Segment, ms: number): boolean => resident.at(now.startMs + ms).startMs === now.startMs

  function* change(now: Segment): Generator<Sample> {
    const { startMs } = now
    if (now.state === 'away' && goesOnFor(now, ABSENT_MIN * MINUTE_MS))
      yield { atMs: startMs + ABSENT_MIN * MINUTE_MS, event: 'absent_long', attributes: { away_min: ABSENT_MIN } }
    if (!now.fallen) return
    yield { atMs: startMs + FALL_AFTER_MS, event: 'fall_suspected' }
    if (goesOnFor(now, STILL_MIN * MINUTE_MS))
      yield { atMs: startMs + STILL_MIN * MINUTE_MS, event: 'no_motion', attributes: { still_min: STILL_MIN } }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const { now } of resident.changes(fromMs - ABSENT_MIN * MINUTE_MS - 1, toMs)) samples.push(...change(now))
    for (const atMs of ticks(fromMs, toMs, SECOND_MS, 0)) samples.push(second(atMs))
    for (const atMs of ticks(fromMs, toMs, VITALS_MS, key % VITALS_MS)) samples.push(...vitals(atMs))
    return within(samples, fromMs, toMs)
  }
}
