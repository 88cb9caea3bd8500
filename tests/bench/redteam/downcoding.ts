/** Attack 8: whoever knows that the engine generalises no more than it must reads in a coarse value why it was made coarse. */

import type { Chance } from '../../../device-sim/random.ts'
import { QUASI_IDENTIFIERS } from '../../../server/export/trial/layout.ts'
import { type Attack, counted, type Outcome } from './attack.ts'
import type { KnownPerson } from './known.ts'
import { recordsOf, type SeenRecord } from './records.ts'
import { covers, exactOf, type QuasiIdentifier } from './values.ts'

/** Possible worlds drawn for each column. */
const WORLDS = 300
/** With fewer of them left nothing is concluded. */
const FEWEST = 20

export const downcoding: Attack = {
  number: 8,
  name: 'minimality and downcoding',
  kind: 'rate',
  threshold: 0.05,
  run({ seen, known, judge, k, chance }): Outcome {
    const outcome = counted()
    const records = recordsOf(seen)
    const byPid = new Map(known.people.map(person => [judge.pids.get(person.subject.id), person]))
    for (const column of QUASI_IDENTIFIERS) {
      if (isMixed(column, records, known.people)) {
        for (const record of records) {
          const person = byPid.get(record.pid)
          if (!person) continue
          const before = mostOf(priorOf(column, record, known.people, 0))
          const after = mostOf(withoutFiner(column, record, records, known.people)) ?? before
          const truth = exactOf(column, person)
          outcome.add(after === truth, Number(before === truth))
        }
        continue
      }
      const level = levelOf(column, records, known.people)
      if (level === 0) continue
      const worlds = possibleWorlds(column, level, records, known.people, k, chance)
      for (const [i, record] of records.entries()) {
        const person = byPid.get(record.pid)
        if (!person) continue
        const children = priorOf(column, record, known.people, level - 1)
        const truth = ladder(column, exactOf(column, person))[level - 1] as string
        const before = mostOf(children)
        const after = worlds.length < FEWEST ? before : mostOf(countOf(worlds.map(world => world[i] as string)))
        outcome.add(after === truth, Number(before === truth))
      }
    }
    return outcome
  },
}

/** What a column's exact value becomes, level by level; labels of our own, for only what falls together matters. */
function ladder(column: QuasiIdentifier, exact: string): string[] {
  if (exact === 'not_recorded') return Array<string>(6).fill(exact)
  const band = (ends: readonly number[]): string => String(ends.filter(end => Number(exact) > end).length)
  const care = ['independent', 'support_1', 'support_2', 'care_1', 'care_2', 'care_3', 'care_4', 'care_5'].indexOf(
    exact,
  )
  switch (column) {
    case 'age': {
      const age = String(Math.min(90, Math.max(64, Number(exact))))
      return [age, band([64, 69, 74, 79, 84, 89]), band([64, 74, 84]), band([74, 84]), '*']
    }
    case 'care_level':
      return [exact, care < 1 ? '0' : care < 3 ? 'support' : care < 5 ? 'low' : 'high', care < 5 ? 'low' : 'high', '*']
    case 'diagnosis':
      return [exact, DIAGNOSIS_CHAPTER[exact] ?? 'other', '*']
    case 'site':
      return [exact, String([1, 7, 14, 23, 30, 35, 39].filter(last => Number(exact.slice(3)) > last).length), '*']
    default:
      return [exact, '*']
  }
}
const DIAGNOSIS_CHAPTER: Readonly<Record<string, string>> = {
  ...{ dementia: 'mind', parkinson: 'mind', mental: 'mind', stroke: 'vessels', heart: 'vessels', bone_joint: 'bones' },
}

/** The coarsest level whose cells are each written in one way: the level of the column. */
function levelOf(column: QuasiIdentifier, records: readonly SeenRecord[], people: readonly KnownPerson[]): number {
  const written = [...new Set(records.map(({ row }) => row[column] ?? ''))]
  const levels = ladder(column, '0').length
  for (let level = levels - 1; level > 0; level--) {
    const cells = new Map<string, string>()
    const fits = people.every(person => {
      const cell = ladder(column, exactOf(column, person))[level] as string
      const form = written.filter(value => covers(column, value, person)).join('/')
      if (form === '') return true
      if (!cells.has(cell)) cells.set(cell, form)
      return cells.get(cell) === form
    })
    if (fits) return level
  }
  return 0
}

/** True when a person could stand in the column in more than one way: a coarse value beside a fine one. */
const isMixed = (column: QuasiIdentifier, records: readonly SeenRecord[], people: readonly KnownPerson[]): boolean => {
  const written = [...new Set(records.map(({ row }) => row[column] ?? ''))]
  return people.some(person => written.filter(value => covers(column, value, person)).length > 1)
}

/** Whoever has a coarse value is none of those whom a finer one would have fitted: a minimal engine would have given it. */
function withoutFiner(
  column: QuasiIdentifier,
  record: SeenRecord,
  records: readonly SeenRecord[],
  people: readonly KnownPerson[],
): Map<string, number> {
  const coveredBy = (value: string) => people.filter(person => covers(column, value, person))
  const own = record.row[column] ?? ''
  const mine = coveredBy(own)
  const finer = [...new Set(records.map(({ row }) => row[column] ?? ''))].filter(
    value => value !== own && coveredBy(value).length < mine.length,
  )
  return countOf(
    mine.filter(person => !finer.some(value => covers(column, value, person))).map(person => exactOf(column, person)),
  )
}

/** How often each finer value occurs among people whom the written value covers. */
function priorOf(
  column: QuasiIdentifier,
  { row }: SeenRecord,
  people: readonly KnownPerson[],
  level: number,
): Map<string, number> {
  const covered = people.filter(person => covers(column, row[column] ?? '', person))
  return countOf(covered.map(person => ladder(column, exactOf(column, person))[level] as string))
}

/** Worlds in which one level less would have left out more than a twentieth: only then does a minimal engine write what it wrote. */
function possibleWorlds(
  column: QuasiIdentifier,
  level: number,
  records: readonly SeenRecord[],
  people: readonly KnownPerson[],
  k: number,
  chance: Chance,
): string[][] {
  const priors = new Map<string, Map<string, number>>()
  const worlds: string[][] = []
  const others = records.map(({ row }) => QUASI_IDENTIFIERS.map(name => (name === column ? '' : row[name])).join('|'))
  for (let n = 0; n < WORLDS; n++) {
    const world = records.map(record => {
      const value = record.row[column] ?? ''
      const prior = priors.get(value) ?? priorOf(column, record, people, level - 1)
      priors.set(value, prior)
      return drawn(prior, chance)
    })
    const sizes = [...countOf(world.map((value, i) => `${others[i]}|${value}`)).values()]
    const left = sizes.filter(size => size < k).reduce((sum, size) => sum + size, 0)
    if (left * 20 > records.length) worlds.push(world)
  }
  return worlds
}

function countOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

const mostOf = (counts: ReadonlyMap<string, number>): string | undefined =>
  [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0]

function drawn(counts: ReadonlyMap<string, number>, chance: Chance): string {
  let left = chance.next() * [...counts.values()].reduce((sum, n) => sum + n, 0)
  for (const [value, n] of counts) {
    left -= n
    if (left < 0) return value
  }
  return [...counts.keys()].at(-1) ?? ''
}
