/** Simulates comm.robot: hourly counts of talk and touch while the resident is up, and the call for staff when nobody answers. */
import { wallClock } from '../../core/time.ts'
import { chanceAt, chanceOf, clamp, hash32 } from '../random.ts'
import type { Sample } from '../sample.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const HOUR_MS = 3_600_000
const HOURS = [8, 20] as const
const AWAKE: ReadonlySet<string> = new Set(['awake', 'sitting_up', 'bed_edge', 'out_of_bed'])

export const simulateCommRobot: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)
  /** Some like to talk, some do not. */
  const liking = 0.2 + chanceAt(key, 0) * 0.8

  /** The hour that ended at `atMs`. */
  function* hour(atMs: number): Generator<Sample> {
    const chance = chanceOf(seed, device, 'hour', atMs)
    const startMs = atMs - HOUR_MS
    const awake =
      [0.1, 0.3, 0.5, 0.7, 0.9].filter(at => AWAKE.has(resident.at(startMs + at * HOUR_MS).state)).length / 5
    const { hour: h } = wallClock(startMs, resident.zone)
    const open = h >= HOURS[0] && h < HOURS[1] ? awake * liking : 0
    const interactions = Math.round(open * chance.between(10, 60))
    yield {
      atMs,
      metrics: {
        interactions,
        speech_time: Math.round(clamp(interactions * chance.between(4, 14), 0, 3600)),
        touches: Math.round(open * chance.between(0, 25)),
      },
    }
    if (interactions === 0) return
    const metAtMs = startMs + Math.round(chance.next() * 3_400) * 1000
    yield { atMs: metAtMs, event: 'person_recognised' }
    yield { atMs: metAtMs + 1_000, metrics: { response_latency: Math.round(chance.between(400, 900)) } }
    if (!chance.is(0.03)) return
    yield { atMs: metAtMs + 30_000, event: 'no_response' }
    if (chance.is(0.3)) yield { atMs: metAtMs + 90_000, event: 'call_staff' }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    // What is told of an hour lies in it or at its end.
    for (const atMs of ticks(fromMs, toMs + 2 * HOUR_MS, HOUR_MS, key % HOUR_MS)) samples.push(...hour(atMs))
    return within(samples, fromMs, toMs)
  }
}
