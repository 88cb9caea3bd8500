/** Which rooms ask for a look, and the sums of the headline: pure, from the place states. */
import type { PlaceState } from '../../../core/place-state.ts'

/** How a room looks, quietest first; the order is the attention it asks for. */
export type Look = 'none' | 'quiet' | 'plain' | 'up' | 'unseen'

export const LOOKS: Record<PlaceState, Look> = {
  asleep: 'quiet',
  dozing: 'quiet',
  awake: 'plain',
  away: 'plain',
  sitting_up: 'up',
  bed_edge: 'up',
  out_of_bed: 'up',
  toilet: 'up',
  unclear: 'unseen',
  stale: 'unseen',
  offline: 'unseen',
  not_installed: 'none',
}
const OFF_BED: ReadonlySet<PlaceState> = new Set(['out_of_bed', 'toilet', 'away'])
export const isOffBed = (state: PlaceState): boolean => OFF_BED.has(state)
export const isUnseen = (state: PlaceState): boolean => LOOKS[state] === 'unseen'
/** A room that nobody sees always asks for a look; by day people are up, by night one who is up may need help. */
export const needsLook = (state: PlaceState, isNight: boolean): boolean =>
  LOOKS[state] === 'unseen' || (isNight && LOOKS[state] === 'up')

/** Out of bed for so long that the time gets a clock beside it. */
export const LONG_OUT_MS = 30 * 60_000

export interface Tallies {
  asleep: number
  awake: number
  offBed: number
  /** Stale, offline, unclear or without a sensor: nobody sees them here. */
  unseen: number
  notInstalled: number
  total: number
}

export function tally(states: readonly PlaceState[]): Tallies {
  const sums: Tallies = { asleep: 0, awake: 0, offBed: 0, unseen: 0, notInstalled: 0, total: states.length }
  for (const state of states) {
    if (state === 'not_installed') sums.notInstalled += 1
    if (LOOKS[state] === 'unseen' || state === 'not_installed') sums.unseen += 1
    else if (isOffBed(state)) sums.offBed += 1
    else if (LOOKS[state] === 'quiet') sums.asleep += 1
    else sums.awake += 1
  }
  return sums
}

/** Order in which rooms are named: those that cannot be seen, then the body's height. */
const RANK: readonly PlaceState[] = [
  'offline',
  'stale',
  'unclear',
  'out_of_bed',
  'bed_edge',
  'toilet',
  'sitting_up',
  'away',
  'awake',
  'dozing',
  'asleep',
  'not_installed',
]
export const byAttention = (a: PlaceState, b: PlaceState): number => RANK.indexOf(a) - RANK.indexOf(b)
