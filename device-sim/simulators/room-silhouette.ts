/** Simulates room.silhouette: persons each second, posture when it changes, falls with their confidence, staff who come in. */
import type { BodyState } from '../../core/profile.ts'
import { chanceAt, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import type { Segment } from './day.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const SECOND_MS = 1_000
const JUDGED_AFTER_MS = 4_000
const OUTLINES: Record<BodyState, string> = {
  asleep: 'lying',
  dozing: 'lying',
  awake: 'lying',
  sitting_up: 'sitting_up',
  bed_edge: 'bed_edge',
  out_of_bed: 'standing',
  toilet: 'away',
  away: 'away',
  unclear: 'unclear',
}
const EVENTS: Record<string, string> = { sitting_up: 'wake_up', standing: 'leave_bed' }
const seen = (segment: Segment): string => (segment.fallen ? 'on_floor' : OUTLINES[segment.state])

export const simulateSilhouette: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)
  /** Somebody helps: at the bed's edge now and then, on the floor after the first minutes. */
  const helped = (segment: Segment): boolean =>
    segment.state === 'bed_edge' && chanceAt(key, segment.startMs / SECOND_MS) < 0.4

  function* change(before: Segment, now: Segment): Generator<Sample> {
    const atMs = now.startMs
    const outline = seen(now)
    if (outline === seen(before)) return
    yield { atMs, metrics: { outline } }
    if (outline === 'on_floor') {
      const confidence = roundTo(0.7 + chanceAt(key ^ 3, atMs / SECOND_MS) * 0.29, 2)
      yield { atMs: atMs + JUDGED_AFTER_MS, metrics: { fall_confidence: confidence } }
      yield { atMs: atMs + JUDGED_AFTER_MS, event: 'fall', attributes: { confidence } }
      return
    }
    // Bending down looks like a fall for a moment; the sensor says how little it believes it.
    if (outline === 'standing' && chanceAt(key ^ 5, atMs / SECOND_MS) < 0.05) {
      yield { atMs: atMs + JUDGED_AFTER_MS, metrics: { fall_confidence: 0.2 } }
      yield { atMs: atMs + JUDGED_AFTER_MS, event: 'crouch' }
    }
    const event = EVENTS[outline]
    if (event && seen(before) !== 'on_floor' && seen(before) !== 'away') yield { atMs, event }
    if (seen(before) === 'away') yield { atMs, event: 'entry' }
  }
  function second(atMs: number): Sample {
    const segment = resident.at(atMs)
    const inside = seen(segment) === 'away' ? 0 : 1
    return { atMs, metrics: { persons: inside + (inside && helped(segment) ? 1 : 0) } }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const { before, now } of resident.changes(fromMs - 10 * SECOND_MS, toMs)) samples.push(...change(before, now))
    for (const atMs of ticks(fromMs, toMs, SECOND_MS, 0)) samples.push(second(atMs))
    return within(samples, fromMs, toMs)
  }
}
