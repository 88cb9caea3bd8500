/** One day of a resident from noon to noon, written down as a row of states: the plan that all devices of a room follow. */
import type { BodyState } from '../../core/profile.ts'
import type { Chance } from '../random.ts'
import type { Scenario } from './scenario.ts'

export interface Segment {
  /** Epoch ms; the segment lasts until the next one's start. */
  startMs: number
  state: BodyState
  /** Away from the room at night without aim. */
  wandering: boolean
  /** Lies on the floor after a fall, until helped up. */
  fallen?: boolean
}

/** How somebody spends the day: on the feet, lying down between meals, or in bed all day. */
export type Habit = 'active' | 'frail' | 'in_bed'

const MINUTE = 60
const HOUR = 3600
/** Seconds after noon of a time of day; hours below 12 belong to the next morning. */
const clock = (hours: number, minutes: number): number => ((hours + 12) % 24) * HOUR + minutes * MINUTE

/** @returns segments in order, the first at `noonMs`; the last one lasts until the next noon */
export function planDay(noonMs: number, chance: Chance, scenario: Scenario, habit: Habit): Segment[] {
  const segments: Segment[] = []
  let at = 0
  let toiletDue = chance.between(1, 2.5) * HOUR

  function stay(state: BodyState, seconds: number, wandering = false): void {
    // A remainder below a second is no state of its own, but time passes, or the loops below would never end.
    if (seconds >= 1 && segments.at(-1)?.state !== state)
      segments.push({ startMs: noonMs + Math.round(at) * 1000, state, wandering })
    at += Math.max(seconds, 0)
  }
  function toilet(): void {
    const luck = chance.next()
    // Once in a while somebody stays so long that staff should look.
    stay('toilet', (luck > 0.985 ? 18 : 3 + luck * 5) * MINUTE)
    toiletDue = at + chance.between(2, 3.5) * HOUR
  }
  /** In bed by day: awake and dozing by turns. */
  function restUntil(end: number): void {
    while (at < end) {
      stay('awake', Math.min(end - at, chance.between(8, 35) * MINUTE))
      stay('dozing', Math.min(Math.max(end - at, 0), chance.between(5, 25) * MINUTE))
      if (chance.is(0.3)) stay('asleep', Math.min(Math.max(end - at, 0), chance.between(10, 40) * MINUTE))
    }
  }
  /** Until the next meal or outing, in the way of this resident. */
  function spendUntil(end: number): void {
    if (habit === 'in_bed') restUntil(end)
    const lieUntil = end - chance.between(8, 15) * MINUTE
    if (habit === 'frail' && lieUntil - at > 30 * MINUTE) {
      lieDown(chance.between(3, 12))
      restUntil(lieUntil)
      getUp()
    }
    upUntil(end)
  }
  /** Out of the room; who stays in bed is raised to eat there. */
  function outFor(minutes: number): void {
    if (habit === 'in_bed') stay('sitting_up', minutes * 0.8 * MINUTE)
    else stay('away', minutes * MINUTE)
  }
  /** In the room and on the feet, with the toilet now and then. */
  function upUntil(end: number): void {
    while (at < end) {
      if (at >= toiletDue) toilet()
      stay('out_of_bed', Math.min(end, Math.max(toiletDue, at + MINUTE)) - at)
    }
  }
  function lieDown(latencyMinutes: number): void {
    stay('bed_edge', chance.between(20, 90))
    stay('awake', latencyMinutes * MINUTE)
  }
  function getUp(): void {
    stay('awake', chance.between(1, 6) * MINUTE)
    stay('sitting_up', chance.between(20, 90))
    stay('bed_edge', chance.between(20, 90))
  }
  /** Asleep until `end`, with lighter spells between the cycles. */
  function sleepUntil(end: number): void {
    while (at < end) {
      stay('dozing', Math.min(end - at, chance.between(3, 9) * MINUTE))
      stay('asleep', Math.min(Math.max(end - at, 0), chance.between(55, 105) * MINUTE))
      if (chance.is(scenario.unclear)) stay('unclear', Math.min(Math.max(end - at, 0), chance.between(8, 120)))
    }
  }

  outFor(chance.between(40, 55))
  spendUntil(clock(13, chance.whole(0, 20)))
  if (habit === 'active' && chance.is(scenario.nap)) {
    lieDown(chance.between(3, 12))
    sleepUntil(at + chance.between(25, 75) * MINUTE)
    getUp()
  }
  spendUntil(clock(14, chance.whole(40, 59)))
  outFor(chance.between(25, 45))
  spendUntil(clock(16, chance.whole(0, 30)))
  if (chance.is(0.6)) outFor(chance.between(15, 40))
  spendUntil(clock(17, chance.whole(50, 59)))
  outFor(chance.between(35, 55))

  spendUntil(clock(20, chance.whole(0, 59)))
  if (habit === 'in_bed') stay('awake', chance.between(8, 30) * MINUTE)
  else lieDown(chance.between(8, 30))
  const wake = clock(6, chance.whole(0, 50))
  const trips = habit === 'in_bed' ? 0 : chance.whole(scenario.nightTrips[0], scenario.nightTrips[1])
  for (let trip = 1; trip <= trips; trip++) {
    sleepUntil(at + ((wake - at) / (trips - trip + 2)) * chance.between(0.8, 1.1))
    getUp()
    stay('out_of_bed', chance.between(15, 60))
    toilet()
    stay('out_of_bed', chance.between(15, 60))
    if (chance.is(scenario.wandering)) stay('away', chance.between(8, 50) * MINUTE, true)
    lieDown(chance.between(3, 15))
  }
  sleepUntil(wake)
  if (habit !== 'in_bed') {
    getUp()
    stay('out_of_bed', chance.between(20, 90))
    toilet()
    upUntil(clock(7, chance.whole(30, 45)))
  }
  outFor(chance.between(30, 50))
  spendUntil(clock(9, chance.whole(45, 59)))
  if (chance.is(0.7)) outFor(chance.between(40, 70))
  spendUntil(clock(11, chance.whole(45, 59)))
  stay(habit === 'in_bed' ? 'sitting_up' : 'away', 24 * HOUR - at)
  return segments
}

const FALL_MINUTES = [2, 14] as const
const LONGEST_STEP_MS = 4 * 60_000

/** Falls put into a finished plan: somewhere on the way, on the feet, alone in the room. */
export function withFalls(plan: readonly Segment[], chance: Chance, scenario: Scenario): Segment[] {
  return plan.flatMap((segment, i) => {
    const next = plan[i + 1]
    const onFeet = segment.state === 'out_of_bed' || segment.state === 'toilet'
    if (!onFeet || !next || !chance.is(scenario.falls)) return [segment]
    const lastsMs = next.startMs - segment.startMs
    const fellMs = segment.startMs + Math.round(Math.min(lastsMs / 2, LONGEST_STEP_MS) / 1000) * 1000
    const upMs = fellMs + Math.round(chance.between(...FALL_MINUTES) * 60) * 1000
    const floor: Segment = { startMs: fellMs, state: 'out_of_bed', wandering: false, fallen: true }
    // Whatever was planned for the time on the floor is not done.
    return upMs < next.startMs ? [segment, floor, { ...segment, startMs: upMs }] : [segment, floor]
  })
}
