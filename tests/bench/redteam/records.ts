/** The released rows of people as an attacker reads them: quasi-identifiers, sensitive values and what happened, by pid. */
import { PARTICIPANT_GROUP, QUASI_IDENTIFIERS } from '../../../server/export/trial/layout.ts'
import { DAY_HOURS, type KnownPerson } from './known.ts'
import type { Seen, TextRow } from './seen.ts'
import { covers } from './values.ts'

export interface SeenRecord {
  pid: string
  row: TextRow
  /** All quasi-identifiers as one text. */
  class: string
  /** `event|period` */
  events: Set<string>
}

const classOf = (row: TextRow): string => QUASI_IDENTIFIERS.map(column => row[column] ?? '').join('|')

export function recordsOf(seen: Seen): SeenRecord[] {
  const events = new Map<string, Set<string>>()
  for (const { pid = '', event, period } of seen.tables.events)
    events.set(pid, (events.get(pid) ?? new Set()).add(`${event}|${period}`))
  return seen.tables.subjects.map(row => {
    const pid = row.pid ?? ''
    return { pid, row, class: classOf(row), events: events.get(pid) ?? new Set() }
  })
}

/** Rows that may be this person's by all that is known before any event. */
export const candidatesOf = (records: readonly SeenRecord[], person: KnownPerson): SeenRecord[] =>
  records.filter(({ row }) => QUASI_IDENTIFIERS.every(column => covers(column, row[column] ?? '', person)))

const two = (n: number, digits: number): string => String(n).padStart(digits, '0')

/** In which periods of their own time a day lies, in all the lengths that a package may use. */
export const periodsOf = (day: number): string[] => [
  `d${two(day + 1, 3)}`,
  `w${two(Math.floor(day / 7) + 1, 2)}`,
  `m${two(Math.floor(day / 28) + 1, 2)}`,
  'all',
]

/** What an event type may be called: itself or its group. */
export const namesOf = (type: string, profile: string): string[] => [
  type,
  profile === 'participant' ? PARTICIPANT_GROUP : `${profile.split('.')[0]}.*`,
]

const held = new WeakMap<KnownPerson, Set<string>>()

/** Everything that could truly be told of this person, as `event|period`. */
export function tokensOf(person: KnownPerson): Set<string> {
  let tokens = held.get(person)
  if (!tokens) {
    tokens = new Set()
    for (const { type, profile, hour } of person.events)
      for (const name of namesOf(type, profile))
        for (const period of periodsOf(Math.floor(hour / DAY_HOURS))) tokens.add(`${name}|${period}`)
    held.set(person, tokens)
  }
  return tokens
}

export function classesOf(records: readonly SeenRecord[]): Map<string, SeenRecord[]> {
  const classes = new Map<string, SeenRecord[]>()
  for (const record of records) classes.set(record.class, [...(classes.get(record.class) ?? []), record])
  return classes
}
