/** What is told of a participant's events: only what a whole group of people has in common. */

const WEEK = 7
const FOUR_WEEKS = 28

/** Of one participant: whole days of participation, and for each event type the days (from 0) on which it happened; a begun last day counts. */
export interface EventHistory {
  days: number
  types: ReadonlyMap<string, ReadonlySet<number>>
}

export interface ToldEvent {
  /** A type or, as `bed.*`, a group. */
  event: string
  periods: string[]
}

/** At least this share of a block's weeks (or four weeks) must be told for a type to be told by the week. */
const MOST = { numerator: 1, denominator: 2 }

/** What all of these people have in common, each type as finely as it can be told. */
export function toldOf(histories: readonly EventHistory[]): ToldEvent[] {
  const shortest = Math.min(...histories.map(({ days }) => days))
  const horizon = shortest >= FOUR_WEEKS ? shortest - (shortest % FOUR_WEEKS) : shortest - (shortest % WEEK)
  const types = [...new Set(histories.flatMap(({ types }) => [...types.keys()]))].sort()
  const told: ToldEvent[] = []
  const untold = new Map<string, string[]>()
  for (const type of types) {
    const periods = periodsOf(
      histories.map(({ types }) => types.get(type) ?? new Set<number>()),
      horizon,
    )
    if (periods.length > 0) told.push({ event: type, periods })
    else {
      const group = groupOf(type)
      untold.set(group, [...(untold.get(group) ?? []), type])
    }
  }
  for (const [group, ofGroup] of untold) {
    if (told.some(({ event }) => groupOf(event) === group)) continue
    const periods = periodsOf(
      histories.map(({ types }) => new Set(ofGroup.flatMap(type => [...(types.get(type) ?? [])]))),
      horizon,
    )
    if (periods.length > 0) told.push({ event: group, periods })
  }
  return told.map(({ event, periods }) => ({ event: nameOf(event), periods }))
}

/**
 * The repair ladder. By the day only when there is no day without: a missing day that all blocks share would be the date of a power cut.
 * By the week or four weeks when most of them can be told, else for the whole participation, else not at all.
 */
function periodsOf(days: readonly ReadonlySet<number>[], horizon: number): string[] {
  const byDay = common(days, horizon, 1)
  if (horizon > 0 && byDay.length === horizon) return byDay.map(i => `d${String(i + 1).padStart(3, '0')}`)
  for (const [letter, width] of [
    ['w', WEEK],
    ['m', FOUR_WEEKS],
  ] as const) {
    const spans = Math.floor(horizon / width)
    const told = common(days, horizon, width)
    if (spans > 0 && told.length * MOST.denominator >= spans * MOST.numerator)
      return told.map(i => `${letter}${String(i + 1).padStart(2, '0')}`)
  }
  return days.every(of => of.size > 0) ? ['all'] : []
}

/** Spans of so many days, from 0, in which all have one. */
function common(days: readonly ReadonlySet<number>[], horizon: number, width: number): number[] {
  const spans = Math.floor(horizon / width)
  const have = new Int32Array(spans)
  for (const of of days)
    for (const span of new Set([...of].map(day => Math.floor(day / width)))) if (span < spans) have[span]! += 1
  return Array.from(have.keys()).filter(span => have[span] === days.length)
}

/** Between group and type while both are carried along, so that two device types may name an event alike; occurs in neither. */
export const GROUP_BREAK = ' '
export const groupOf = (type: string): string => type.split(GROUP_BREAK)[0]!
export const nameOf = (type: string): string => type.split(GROUP_BREAK)[1] ?? type

/** The same history with some of its types only. */
export const only = ({ days, types }: EventHistory, wanted: (type: string) => boolean): EventHistory => ({
  days,
  types: new Map([...types].filter(([type]) => wanted(type))),
})
