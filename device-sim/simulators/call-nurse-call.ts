/** Simulates call.nurse_call: calls when someone needs help on the way, and how long the answer took; falls call too, if the button is in reach. */
import type { BodyState } from '../../core/profile.ts'
import { chanceAt, hash32 } from '../random.ts'
import type { Sample } from '../sample.ts'
import { cellBattery } from './battery.ts'
import type { Segment } from './day.ts'
import { type Simulator, ticks, within } from './simulator.ts'

const HOUR_MS = 3_600_000
const CELL_DAYS = 365
const LONGEST_ANSWER_S = 420
/** Chance that someone calls when this begins, and from where. */
const CALLS: Partial<Record<BodyState, { chance: number; from: string }>> = {
  sitting_up: { chance: 0.3, from: 'bed' },
  awake: { chance: 0.05, from: 'bed' },
  toilet: { chance: 0.25, from: 'toilet' },
}

export const simulateNurseCall: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)

  function* call(now: Segment): Generator<Sample> {
    const luck = (n: number): number => chanceAt(key ^ n, now.startMs / 1000)
    const reason = now.fallen ? { chance: 0.5, from: 'other' } : CALLS[now.state]
    if (!reason || luck(1) >= reason.chance) return
    const atMs = now.startMs + Math.round(4 + luck(2) * 40) * 1000
    const after = Math.round(15 + luck(3) ** 3 * (LONGEST_ANSWER_S - 15))
    yield { atMs, metrics: { call_active: true } }
    yield { atMs, event: 'call', attributes: { from: reason.from } }
    const endMs = atMs + after * 1000
    yield { atMs: endMs, metrics: { call_active: false, response_time: after } }
    if (luck(4) < 0.05) yield { atMs: endMs, event: 'cancelled' }
    else yield { atMs: endMs, event: 'answered', attributes: { after } }
  }
  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const { now } of resident.changes(fromMs - (LONGEST_ANSWER_S + 60) * 1000, toMs)) samples.push(...call(now))
    for (const atMs of ticks(fromMs, toMs, HOUR_MS, key % HOUR_MS))
      samples.push({ atMs, metrics: { battery: cellBattery(key, atMs, CELL_DAYS) } })
    return within(samples, fromMs, toMs)
  }
}
