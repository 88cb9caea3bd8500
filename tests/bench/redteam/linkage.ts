/** Attacks 1 and 11: who is looked up by what is known of them, and what a whole class gives away. */
import { SENSITIVE } from '../../../server/export/trial/layout.ts'
import { type Attack, counted } from './attack.ts'
import { candidatesOf, classesOf, recordsOf, type SeenRecord } from './records.ts'

/** Each person is looked up in subjects.csv alone, and in its join with events.csv, where rows with the same events stay together. */
export const linkage: Attack = {
  number: 1,
  name: 'linkage on quasi-identifiers, subjects and joins',
  kind: 'every',
  threshold: 0,
  run({ seen, known, judge, k }) {
    const outcome = counted()
    const records = recordsOf(seen)
    const alike = countsOf(records, ({ class: of, events }) => `${of}#${[...events].sort().join(';')}`)
    const orphans = seen.tables.events.filter(({ pid }) => !records.some(record => record.pid === pid)).length
    if (orphans > 0) outcome.found.push(`${orphans} events of nobody in subjects`)
    for (const person of known.people) {
      const pid = judge.pids.get(person.subject.id)
      const candidates = candidatesOf(records, person)
      const own = candidates.find(record => record.pid === pid)
      if (!own) continue
      outcome.add(candidates.length < k, 0)
      outcome.add((alike.get(`${own.class}#${[...own.events].sort().join(';')}`) ?? 0) < k, 0)
    }
    return outcome
  },
}

/** A class of which more than half share what must not be learnt tells it of each of them. */
export const homogeneity: Attack = {
  number: 11,
  name: 'homogeneity and skew of classes',
  kind: 'every',
  threshold: 0,
  run({ seen }) {
    const outcome = counted()
    for (const members of classesOf(recordsOf(seen)).values())
      for (const attribute of SENSITIVE) {
        const yes = members.filter(({ row }) => row[attribute] === 'yes').length
        outcome.add(yes * 2 > members.length, 0)
      }
    return outcome
  },
}

export function countsOf(records: readonly SeenRecord[], key: (record: SeenRecord) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const record of records) counts.set(key(record), (counts.get(key(record)) ?? 0) + 1)
  return counts
}
