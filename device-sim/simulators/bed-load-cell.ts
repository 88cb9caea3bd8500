/** Simulates bed.load_cell: weight and its centre once a second, posture when it changes, the helper who leans on the bed. */
import type { BodyState } from '../../core/profile.ts'
import { chanceAt, clamp, drift, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import type { Segment } from './day.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const SECOND_MS = 1_000
const HELPER_KG = 14
const HELPER_AFTER_MS = 3_000
/** Share of the body's weight on the bed, and where its centre lies, cm from the middle. */
const ON_BED: Partial<Record<BodyState, { share: number; x: number; y: number }>> = {
  asleep: { share: 1, x: 0, y: 5 },
  dozing: { share: 1, x: 4, y: 5 },
  awake: { share: 1, x: 8, y: 8 },
  unclear: { share: 1, x: 0, y: 0 },
  sitting_up: { share: 1, x: 6, y: 45 },
  bed_edge: { share: 0.7, x: 46, y: 10 },
}
const POSTURES: Partial<Record<BodyState, string>> = {
  asleep: 'lying',
  dozing: 'lying',
  awake: 'lying',
  sitting_up: 'sitting_up',
  bed_edge: 'bed_edge',
  unclear: 'unclear',
}
const postureOf = (state: BodyState): string => POSTURES[state] ?? 'out_of_bed'
const EVENTS: Record<string, string> = { sitting_up: 'sit_up', bed_edge: 'edge_sit', out_of_bed: 'bed_exit' }

export const simulateLoadCell: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)

  function second(atMs: number): Sample {
    const place = ON_BED[resident.at(atMs).state]
    const noise = chanceAt(key, Math.floor(atMs / SECOND_MS)) - 0.5
    const load = place ? resident.traits.weightKg * place.share + noise * 0.6 : Math.abs(noise) * 0.2
    const turn = drift(key, atMs, 1_200_000) * 12
    return {
      atMs,
      metrics: {
        load: roundTo(clamp(load, 0, 300), 1),
        cog_x: place ? Math.round(clamp(place.x + turn, -120, 120)) : 0,
        cog_y: place ? Math.round(clamp(place.y + noise * 3, -120, 120)) : 0,
      },
    }
  }
  function* change(before: Segment, now: Segment): Generator<Sample> {
    const atMs = now.startMs
    const posture = postureOf(now.state)
    if (posture === postureOf(before.state)) return
    yield { atMs, metrics: { posture } }
    const event = EVENTS[posture]
    if (event && !(posture === 'bed_edge' && before.state === 'out_of_bed')) yield { atMs, event }
    if (now.state === 'sitting_up' && chanceAt(key, atMs / SECOND_MS) < 0.3) {
      const load = roundTo(HELPER_KG + chanceAt(key ^ 1, atMs / SECOND_MS) * 10, 1)
      yield { atMs: atMs + HELPER_AFTER_MS, event: 'staff_load', attributes: { load } }
    }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const { before, now } of resident.changes(fromMs - 10 * SECOND_MS, toMs)) samples.push(...change(before, now))
    for (const atMs of ticks(fromMs, toMs, SECOND_MS, 0)) samples.push(second(atMs))
    return within(samples, fromMs, toMs)
  }
}
