/** Simulates room.door_motion: movement once a minute, doors and the toilet when they are used. */
import type { BodyState } from '../../core/profile.ts'
import { chanceAt, hash32 } from '../random.ts'
import type { Sample } from '../sample.ts'
import type { Segment } from './day.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const MINUTE_MS = 60_000
const DOOR_MS = { least: 3_000, most: 15_000 }
const LONG_STAY_MIN = 15
const WANDER_AFTER_MS = 2 * MINUTE_MS
const LOOK_BACK_MS = LONG_STAY_MIN * MINUTE_MS + MINUTE_MS
/** Firings per minute, least and most. */
const MOTION: Record<BodyState, [number, number]> = {
  asleep: [0, 0],
  dozing: [0, 1],
  awake: [0, 3],
  sitting_up: [2, 10],
  bed_edge: [3, 12],
  out_of_bed: [4, 30],
  toilet: [2, 9],
  away: [0, 0],
  unclear: [0, 2],
}
const MOVING: ReadonlySet<BodyState> = new Set(['sitting_up', 'bed_edge', 'out_of_bed', 'toilet'])

export const simulateDoorMotion: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)
  const phaseMs = key % MINUTE_MS

  function minute(atMs: number): Sample {
    const [low, high] = MOTION[resident.at(atMs).state]
    return { atMs, metrics: { motion: Math.round(low + chanceAt(key, Math.floor(atMs / MINUTE_MS)) * (high - low)) } }
  }

  function* doorUsed(atMs: number): Generator<Sample> {
    const openMs = DOOR_MS.least + chanceAt(key, atMs / 1000) * (DOOR_MS.most - DOOR_MS.least)
    yield { atMs, event: 'door_open' }
    yield { atMs, metrics: { door_open: true } }
    yield { atMs: atMs + Math.round(openMs), metrics: { door_open: false } }
  }

  function* change(before: Segment, now: Segment): Generator<Sample> {
    const atMs = now.startMs
    if (now.state === 'away' || before.state === 'away') yield* doorUsed(atMs)
    if (MOVING.has(now.state)) yield { atMs, metrics: { motion_detected: true } }
    if (before.state === 'toilet') {
      yield { atMs, event: 'toilet_out' }
      yield { atMs, metrics: { toilet_stay: Math.round((atMs - before.startMs) / 1000) } }
    }
    if (now.state === 'toilet') {
      yield { atMs, event: 'toilet_in' }
      if (lasts(atMs, LONG_STAY_MIN * MINUTE_MS))
        yield { atMs: atMs + LONG_STAY_MIN * MINUTE_MS, event: 'toilet_long', attributes: { stay_min: LONG_STAY_MIN } }
    }
    if (now.wandering && lasts(atMs, WANDER_AFTER_MS)) yield { atMs: atMs + WANDER_AFTER_MS, event: 'night_wander' }
  }
  const lasts = (sinceMs: number, ms: number): boolean => resident.at(sinceMs + ms - 1).startMs === sinceMs

  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const { before, now } of resident.changes(fromMs - LOOK_BACK_MS, toMs)) samples.push(...change(before, now))
    for (const atMs of ticks(fromMs, toMs, MINUTE_MS, phaseMs)) samples.push(minute(atMs))
    return within(samples, fromMs, toMs)
  }
}
