/** Attack 5: somebody knows a few things that happened to a person, with dates that may be a day wrong. */
import { type Attack, counted, type Outcome } from './attack.ts'
import { DAY_HOURS, type KnownEvent } from './known.ts'
import { candidatesOf, namesOf, periodsOf, recordsOf, type SeenRecord } from './records.ts'

/** Subsets of events tried for each person and size. */
const SUBSETS = 25
const POWERS = [1, 2, 3, 4] as const

/** Begins of periods are the person's own, so the start of taking part is known too: the worst case, a maker that installed the device. */
const withPower = (power: (typeof POWERS)[number]): Attack => ({
  number: 5,
  name: `event knowledge, p = ${power}`,
  kind: 'every',
  threshold: 0,
  run({ seen, known, judge, k, chance }): Outcome {
    const outcome = counted()
    const records = recordsOf(seen)
    const told = new Set(records.flatMap(({ events }) => [...events]))
    for (const person of known.people) {
      const pid = judge.pids.get(person.subject.id)
      const peers = candidatesOf(records, person)
      if (!peers.some(record => record.pid === pid)) continue
      // Types first, then one of its events: what is rare is asked about as often as what is daily.
      const types = [...byType(person.events.filter(event => keysOf(event).some(key => told.has(key)))).values()]
      if (types.length === 0) continue
      const oneOf = <T>(items: readonly T[]): T => items[chance.whole(0, items.length - 1)] as T
      for (let n = 0; n < SUBSETS; n++) {
        const chosen = Array.from({ length: power }, () => oneOf(oneOf(types)))
        const left = chosen.reduce((rows, event) => narrowed(rows, event), peers)
        outcome.add(left.length < k && left.some(record => record.pid === pid), 0)
      }
    }
    return outcome
  },
})

function byType(events: readonly KnownEvent[]): Map<string, KnownEvent[]> {
  const types = new Map<string, KnownEvent[]>()
  for (const event of events) types.set(event.type, [...(types.get(event.type) ?? []), event])
  return types
}

/** As it may stand in the package, when the date is known to a day more or less. */
function keysOf({ type, profile, hour }: KnownEvent): string[] {
  const day = Math.floor(hour / DAY_HOURS)
  const periods = new Set([-1, 0, 1].flatMap(off => (day + off < 0 ? [] : periodsOf(day + off))))
  return namesOf(type, profile).flatMap(name => [...periods].map(period => `${name}|${period}`))
}

/** Rows that tell such an event; all rows when none does, for then it was left out everywhere. */
function narrowed(rows: readonly SeenRecord[], event: KnownEvent): SeenRecord[] {
  const keys = keysOf(event)
  const left = rows.filter(({ events }) => keys.some(key => events.has(key)))
  return left.length === 0 ? [...rows] : left
}

export const eventKnowledge: readonly Attack[] = POWERS.map(withPower)
