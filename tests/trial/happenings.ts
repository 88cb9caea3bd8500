/** What happens in a simulated trial: to a person (illness, hospital, falls, an end before time) and to many at once (earthquake, power cut, New Year). */

import { chanceOf, clamp } from '../../device-sim/random.ts'
import type { SUBJECT_EVENTS } from '../../server/export/trial/input.ts'
import { normal, waiting, weighted } from './chance.ts'
import { DAY_MINUTES, DAY_MS, HOUR_MS, MINUTE_MS, type TrialOptions, ZONE_MS } from './options.ts'
import { beginsAt, type Person, type Site } from './people.ts'

/** Whole days, from ≤ day < to, counted from the person's first. */
interface Spell {
  from: number
  to: number
}

export interface Course {
  /** Whole days of taking part; fewer than asked for when it ends before time. */
  days: number
  illness: (Spell & { feverCel: number })[]
  hospital: Spell[]
  /** Local minutes since the first day's midnight. */
  falls: number[]
  events: { type: (typeof SUBJECT_EVENTS)[number]; atMs: number }[]
}

export type CommonEvent =
  /** Felt by all who are in bed, a little less far from its centre. */
  | { kind: 'earthquake'; atMs: number; minutes: number; centre: string }
  /** No device of the site says anything. */
  | { kind: 'power_cut'; fromMs: number; toMs: number; site: string }
  /** Mats of one make restart within minutes of each other. */
  | { kind: 'firmware'; fromMs: number; toMs: number }
  /** Late to bed and late up, at all sites. */
  | { kind: 'new_year'; atMs: number }
  /** All who can walk are led out at daytime. */
  | { kind: 'fire_drill'; atMs: number; minutes: number; site: string }

/** Local midnight of the trial's first day; New Year always lies within. */
export function startOf({ seed, weeks }: TrialOptions): number {
  const newYear = Date.UTC(2026, 0, 1) - ZONE_MS
  const days = weeks * 7
  const before = chanceOf(seed, 'start').whole(Math.ceil(days * 0.35) + 4, Math.floor(days * 0.65) + 6)
  return newYear - before * DAY_MS
}

export function commonEventsOf(options: TrialOptions, startMs: number, sites: readonly Site[]): CommonEvent[] {
  const chance = chanceOf(options.seed, 'common')
  const days = options.weeks * 7
  const day = () => startMs + chance.whole(Math.min(8, days - 5), days - 2) * DAY_MS
  const cut = day() + chance.whole(9, 15) * HOUR_MS
  const update = day() + 2 * HOUR_MS
  const site = () => (sites[chance.whole(0, sites.length - 1)] as Site).id
  return [
    { kind: 'earthquake', atMs: day() + chance.whole(60, 290) * MINUTE_MS, minutes: 25, centre: site() },
    { kind: 'power_cut', fromMs: cut, toMs: cut + chance.whole(100, 260) * MINUTE_MS, site: site() },
    { kind: 'firmware', fromMs: update, toMs: update + 12 * MINUTE_MS },
    { kind: 'new_year', atMs: Date.UTC(2026, 0, 1) - ZONE_MS },
    { kind: 'fire_drill', atMs: day() + 10 * HOUR_MS, minutes: 40, site: site() },
  ]
}

export function courseOf(options: TrialOptions, person: Person, startMs: number): Course {
  const chance = chanceOf(options.seed, 'course', person.id)
  const full = options.weeks * 7
  const course: Course = { days: full, illness: [], hospital: [], falls: [], events: [] }
  const { habits } = person
  const atMs = (minutes: number) => beginsAt(person, startMs) + Math.floor(minutes) * MINUTE_MS

  for (let day = waiting(chance, habits.illness); day < full - 1; day += 10 + waiting(chance, habits.illness)) {
    const from = Math.floor(day)
    const length = chance.whole(3, 7)
    course.illness.push({
      from,
      to: Math.min(full, from + length),
      feverCel: clamp(normal(chance, 1.3, 0.5), 0.4, 2.6),
    })
    if (chance.is(0.3)) {
      course.events.push({ type: 'adverse_event', atMs: atMs(from * DAY_MINUTES + chance.whole(420, 1_200)) })
      if (chance.is(0.45)) {
        const to = Math.min(full, from + 2 + chance.whole(3, 12))
        course.hospital.push({ from: from + 1, to })
        course.events.push({ type: 'serious_adverse_event', atMs: atMs((from + 1) * DAY_MINUTES + 600) })
        day = to
      }
    }
  }
  for (let at = waiting(chance, habits.falls); at < full; at += waiting(chance, habits.falls)) {
    // Two in three on the way to the toilet at night, the others by day.
    const minute = chance.is(0.65) ? chance.whole(1_290, 1_780) % DAY_MINUTES : chance.whole(480, 1_200)
    course.falls.push(Math.floor(at) * DAY_MINUTES + minute)
    if (chance.is(0.35))
      course.events.push({ type: 'adverse_event', atMs: atMs(Math.floor(at) * DAY_MINUTES + minute + 30) })
  }
  if (chance.is(0.07)) {
    course.days = chance.whole(Math.ceil(full * 0.3), full - 1)
    const type = weighted(chance, { drop_out: 4, transfer: 3, death: 3 })
    course.events.push({ type, atMs: atMs(course.days * DAY_MINUTES - chance.whole(60, 600)) })
  }
  return cutToEnd(course, atMs(course.days * DAY_MINUTES))
}

function cutToEnd({ days, illness, hospital, falls, events }: Course, endMs: number): Course {
  const cut = <S extends Spell>(spells: S[]): S[] =>
    spells.filter(({ from }) => from < days).map(spell => ({ ...spell, to: Math.min(spell.to, days) }))
  const home = (minute: number) => !hospital.some(s => minute >= s.from * DAY_MINUTES && minute < s.to * DAY_MINUTES)
  return {
    days,
    illness: cut(illness),
    hospital: cut(hospital),
    falls: falls.filter(minute => minute < days * DAY_MINUTES && home(minute)),
    events: events.filter(({ atMs }) => atMs < endMs).sort((a, b) => a.atMs - b.atMs),
  }
}
