/** A small model of one resident: where the body is at any time, and what the heart and the breath do there. Pure, seeded. */
import type { BodyState } from '../../core/profile.ts'
import { fromWallClock, wallClock } from '../../core/time.ts'
import { chanceOf, drift, hash32 } from '../random.ts'
import { type Habit, planDay, type Segment, withFalls } from './day.ts'
import type { Scenario } from './scenario.ts'

export interface Traits {
  /** Per minute, awake at rest. */
  heartRate: number
  respRate: number
  /** Cel */
  temperature: number
  systolic: number
  diastolic: number
  spo2: number
  weightKg: number
  /** m/s */
  walkingSpeed: number
  habit: Habit
}

export interface Resident {
  traits: Traits
  zone: string
  scenario: Scenario
  /** The segment at that time. */
  at(ms: number): Segment
  /** Segments that begin in from ≤ start < to and differ from the one before in state or in having fallen, each with the one before. */
  changes(fromMs: number, toMs: number): { before: Segment; now: Segment }[]
  /** Segments of the local day that began at the noon before `ms`. */
  dayOf(ms: number): readonly Segment[]
  heartRate(ms: number): number
  respRate(ms: number): number
}

const DAY_MS = 86_400_000
const SHORTEST_DAY_MS = 22 * 3_600_000
/** Days of plans kept; a pure function needs none, this only saves work. */
const DAYS_KEPT = 4
export const IN_BED: ReadonlySet<BodyState> = new Set(['asleep', 'dozing', 'awake'])
const EFFORT: Record<BodyState, number> = {
  asleep: -0.09,
  dozing: -0.05,
  awake: 0,
  sitting_up: 0.08,
  bed_edge: 0.1,
  out_of_bed: 0.2,
  toilet: 0.2,
  away: 0.25,
  unclear: 0,
}

export function createResident(options: { seed: string; name: string; zone: string; scenario: Scenario }): Resident {
  const { seed, name, zone, scenario } = options
  const traits = traitsOf(seed, name)
  const heartKey = hash32(`${seed}/${name}/heart`)
  const breathKey = hash32(`${seed}/${name}/breath`)
  const plans = new Map<number, Segment[]>()

  let lastNoon = Number.NaN

  /** Noon of the local day in which the plan of `ms` began. */
  function noonBefore(ms: number): number {
    // Shorter than the shortest day of any zone, so that the guess is never wrong; it spares most of the calendar's work.
    if (ms >= lastNoon && ms < lastNoon + SHORTEST_DAY_MS) return lastNoon
    const noonOf = (at: number): number =>
      fromWallClock({ ...wallClock(at, zone), hour: 12, minute: 0, second: 0 }, zone)
    const noon = noonOf(ms)
    lastNoon = noon <= ms ? noon : noonOf(ms - DAY_MS)
    return lastNoon
  }
  function planAt(noonMs: number): Segment[] {
    let plan = plans.get(noonMs)
    if (!plan) {
      const { year, month, day } = wallClock(noonMs, zone)
      const planned = planDay(noonMs, chanceOf(seed, name, 'day', year, month, day), scenario, traits.habit)
      plan = withFalls(planned, chanceOf(seed, name, 'falls', year, month, day), scenario)
      plans.set(noonMs, plan)
      const oldest = plans.keys().next().value
      if (plans.size > DAYS_KEPT && oldest !== undefined) plans.delete(oldest)
    }
    return plan
  }
  const at = (ms: number): Segment => {
    const plan = planAt(noonBefore(ms))
    return (plan.findLast(segment => segment.startMs <= ms) ?? plan[0]) as Segment
  }
  function changes(fromMs: number, toMs: number): { before: Segment; now: Segment }[] {
    const found: { before: Segment; now: Segment }[] = []
    for (let noon = noonBefore(fromMs); noon < toMs; noon = noonBefore(noon + DAY_MS + DAY_MS / 4)) {
      for (const now of planAt(noon)) {
        if (now.startMs < fromMs || now.startMs >= toMs) continue
        const before = at(now.startMs - 1)
        if (before.state !== now.state || before.fallen !== now.fallen) found.push({ before, now })
      }
    }
    return found
  }
  const fever = 1 + scenario.feverCel * 0.08
  const rhythm = (key: number, ms: number): number =>
    1 + drift(key, ms, 600_000) * 0.04 + drift(key ^ 1, ms, 60_000) * 0.015
  return {
    traits,
    zone,
    scenario,
    at,
    changes,
    dayOf: ms => planAt(noonBefore(ms)),
    heartRate: ms => traits.heartRate * fever * (1 + EFFORT[at(ms).state]) * rhythm(heartKey, ms),
    respRate: ms => traits.respRate * fever * (1 + EFFORT[at(ms).state] * 0.8) * rhythm(breathKey, ms),
  }
}

function traitsOf(seed: string, name: string): Traits {
  const chance = chanceOf(seed, name, 'traits')
  return {
    heartRate: chance.between(58, 80),
    respRate: chance.between(13, 18),
    temperature: chance.between(36.1, 36.7),
    systolic: chance.between(112, 148),
    diastolic: chance.between(62, 86),
    spo2: chance.between(94.5, 98),
    weightKg: chance.between(38, 68),
    walkingSpeed: chance.between(0.4, 1),
    habit: habitOf(chance.between(0, 1)),
  }
}

/** Half lie down between meals or do not get up: care levels 3 to 5 are what these homes admit. */
const habitOf = (share: number): Habit => (share < 0.45 ? 'active' : share < 0.85 ? 'frail' : 'in_bed')
