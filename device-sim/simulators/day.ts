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
}

const MINUTE = 60
const HOUR = 3600
/** Seconds after noon of a time of day; hours below 12 belong to the next morning. */
const clock = (hours: number, minutes: number): number => ((hours + 12) % 24) * HOUR + minutes * MINUTE

/** @returns segments in order, the first at `noonMs`; the last one lasts until the next noon */
export function planDay(noonMs: number, chance: Chance, scenario: Scenario): Segment[] {
  const segments: Segment[] = []
  let at = 0
  let toiletDue = chance.between(1, 2.5) * HOUR

  function stay(state: BodyState, seconds: number, wandering = false): void {
    if (seconds < 1) return
    if (segments.at(-1)?.state !== state) segments.push({ startMs: noonMs + Math.round(at) * 1000, state, wandering })
    at += seconds
  }
  function toilet(): void {
    stay('toilet', chance.between(3, 8) * MINUTE)
    toiletDue = at + chance.between(2, 3.5) * HOUR
  }
  /** In the room and on the feet, with the toilet now and then. */
  function upUntil(end: number): void {
    while (at < end) {
      if (at >= toiletDue) toilet()
      stay('out_of_bed', Math.min(end, Math.max(toiletDue, at + MINUTE)) - at)
    }
  }
  function awayFor(minutes: number): void {
    stay('away', minutes * MINUTE)
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

  awayFor(chance.between(40, 55))
  upUntil(clock(13, chance.whole(0, 20)))
  if (chance.is(scenario.nap)) {
    lieDown(chance.between(3, 12))
    sleepUntil(at + chance.between(25, 75) * MINUTE)
    getUp()
  }
  upUntil(clock(14, chance.whole(40, 59)))
  awayFor(chance.between(25, 45))
  upUntil(clock(16, chance.whole(0, 30)))
  if (chance.is(0.6)) awayFor(chance.between(15, 40))
  upUntil(clock(17, chance.whole(50, 59)))
  awayFor(chance.between(35, 55))

  upUntil(clock(20, chance.whole(0, 59)))
  lieDown(chance.between(8, 30))
  const wake = clock(6, chance.whole(0, 50))
  const trips = chance.whole(scenario.nightTrips[0], scenario.nightTrips[1])
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
  getUp()
  stay('out_of_bed', chance.between(20, 90))
  toilet()
  upUntil(clock(7, chance.whole(30, 45)))
  awayFor(chance.between(30, 50))
  upUntil(clock(9, chance.whole(45, 59)))
  if (chance.is(0.7)) awayFor(chance.between(40, 70))
  upUntil(clock(11, chance.whole(45, 59)))
  stay('away', 24 * HOUR - at)
  return segments
}
