/** Simulates transfer.lift_robot: staff lift the resident when the bed is left or reached by day. */
import { wallClock } from '../../core/time.ts'
import { chanceAt, clamp, hash32, roundTo } from '../random.ts'
import type { Sample } from '../sample.ts'
import { type Session, secondsOf } from './session.ts'
import { type Simulator, within } from './simulator.ts'

const BEFORE_MS = 50_000
const AFTER_MS = 40_000
const STAFF_HOURS = [6, 21] as const
/** Before this day the robot had no history worth counting; cycles are counted from it, about four a day. */
const COUNT_FROM_MS = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000

export const simulateLiftRobot: Simulator = ({ seed, device, resident }) => {
  const key = hash32(`${seed}/${device}`)

  /** A transfer is a step between bed edge and chair. */
  function transfers(fromMs: number, toMs: number): Session[] {
    return resident
      .changes(fromMs - AFTER_MS, toMs + BEFORE_MS)
      .filter(({ before, now }) => {
        const { hour } = wallClock(now.startMs, resident.zone)
        const edge = [before.state, now.state].includes('bed_edge') && [before.state, now.state].includes('out_of_bed')
        return edge && hour >= STAFF_HOURS[0] && hour < STAFF_HOURS[1]
      })
      .map(({ now: { startMs } }) => ({
        startMs: startMs - BEFORE_MS,
        endMs: startMs + AFTER_MS,
        number: Math.floor(startMs / 1000),
      }))
  }

  function* during(session: Session, fromMs: number, toMs: number): Generator<Sample> {
    const lengthS = (session.endMs - session.startMs) / 1000
    for (const { atMs, second } of secondsOf(session, fromMs, toMs)) {
      const lift = Math.sin((Math.PI * second) / lengthS)
      const noise = chanceAt(key ^ session.number, second) - 0.5
      yield {
        atMs,
        metrics: {
          load: roundTo(clamp(resident.traits.weightKg * Math.min(1, lift * 1.6) + noise * 0.8, 0, 200), 1),
          arm_angle: Math.round(clamp(15 + 80 * lift + noise, 0, 120)),
          motor_current: roundTo(clamp(1 + 9 * Math.abs(Math.cos((Math.PI * second) / lengthS)) + noise, 0, 30), 1),
        },
      }
    }
  }

  return (fromMs, toMs) => {
    const samples: Sample[] = []
    for (const session of transfers(fromMs - DAY_MS / 24, toMs)) {
      const duration = (session.endMs - session.startMs) / 1000
      samples.push({ atMs: session.startMs, event: 'transfer_start' }, ...during(session, fromMs, toMs))
      samples.push({ atMs: session.endMs, event: 'transfer_end', attributes: { duration } })
      samples.push({ atMs: session.endMs, metrics: { cycles: cyclesAt(session.endMs) } })
    }
    return within(samples, fromMs, toMs)
  }
}

/** Grows with time; a real robot counts, this one reckons so that it needs no memory. */
const cyclesAt = (ms: number): number => clamp(Math.floor(((ms - COUNT_FROM_MS) / DAY_MS) * 4), 0, 1_000_000)
