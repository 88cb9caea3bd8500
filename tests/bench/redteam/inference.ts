/** Attack 10: does the package tell of a person what it does not tell of the next one? Guesses about members against the same about people held out. */
import { FALL_EVENT, SENSITIVE } from '../../../server/export/trial/layout.ts'
import type { Attack, Outcome, World } from './attack.ts'
import type { KnownPerson } from './known.ts'
import { candidatesOf, recordsOf, type SeenRecord, tokensOf } from './records.ts'

type Attribute = (typeof SENSITIVE)[number]

export function truthOf(attribute: Attribute, { events }: KnownPerson): 'yes' | 'no' {
  const types = attribute === 'fell' ? [FALL_EVENT] : ['adverse_event', 'serious_adverse_event']
  return events.some(({ type }) => types.includes(type)) ? 'yes' : 'no'
}

const shareOfYes = (records: readonly SeenRecord[], attribute: Attribute): number => {
  const told = records.filter(({ row }) => row[attribute] === 'yes' || row[attribute] === 'no')
  return told.length === 0 ? Number.NaN : told.filter(({ row }) => row[attribute] === 'yes').length / told.length
}

type Among = (records: readonly SeenRecord[], person: KnownPerson) => readonly SeenRecord[]

/** Rows that fit, and of these the ones whose events fit best. */
const withEvents: Among = (records, person) => {
  const tokens = tokensOf(person)
  const fits = candidatesOf(records, person)
  const scores = fits.map(({ events }) => [...events].reduce((sum, event) => sum + (tokens.has(event) ? 1 : -1), 0))
  return fits.filter((_, i) => scores[i] === Math.max(...scores))
}

const inference = (name: string, among: Among, cutOf: (all: number) => number): Attack => ({
  number: 10,
  name: `attribute inference: ${name}`,
  kind: 'rate',
  threshold: 0.09,
  run(world: World): Outcome {
    const records = recordsOf(world.seen)
    const members = world.known.people.filter(({ subject }) => world.judge.classes.has(subject.id))
    const count = (people: readonly KnownPerson[]) => {
      let successes = 0
      for (const person of people)
        for (const attribute of SENSITIVE) {
          const all = shareOfYes(records, attribute)
          const near = shareOfYes(among(records, person), attribute)
          const guess = (Number.isNaN(near) ? all : near) > cutOf(all) ? 'yes' : 'no'
          if (guess === truthOf(attribute, person)) successes += 1
        }
      return { tries: people.length * SENSITIVE.length, successes }
    }
    return { ...count(members), expected: 0, control: count(world.control.people) }
  },
})

export const inferences: readonly Attack[] = [
  inference('majority of the class', candidatesOf, () => 0.5),
  inference('above the usual share', candidatesOf, all => all),
  inference('above the usual share, events known', withEvents, all => all),
]
