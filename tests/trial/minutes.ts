/** What a person of the simulated trial is doing in every minute of taking part: one code a minute, from routine, chance and what happens. */
import { type Chance, chanceOf, clamp } from '../../device-sim/random.ts'
import { normal } from './chance.ts'
import type { CommonEvent, Course } from './happenings.ts'
import { DAY_MINUTES, DAY_MS, MINUTE_MS, type TrialOptions, ZONE_MS } from './options.ts'
import { beginsAt, type Person } from './people.ts'

export const DOING = {
  asleep: 0,
  dozing: 1,
  awake: 2,
  sitting_up: 3,
  up: 4,
  toilet: 5,
  away: 6,
  wandering: 7,
  training: 8,
  /** Awake in bed and shaken. */
  shaken: 9,
  hospital: 10,
} as const
export type Doing = (typeof DOING)[keyof typeof DOING]

export const inBed = (doing: number): boolean => doing <= DOING.awake || doing === DOING.shaken

/** Length: whole days of taking part; index: minutes since the first day's local midnight. */
export function minutesOf(
  options: TrialOptions,
  person: Person,
  course: Course,
  common: readonly CommonEvent[],
  startMs: number,
): Uint8Array {
  const minutes = new Uint8Array(course.days * DAY_MINUTES).fill(DOING.up)
  const firstMs = beginsAt(person, startMs)
  const fill = (from: number, to: number, doing: Doing): void => {
    if (to > from) minutes.fill(doing, Math.max(0, Math.floor(from)), Math.max(0, Math.floor(to)))
  }
  let bedAt = person.habits.bedAt - DAY_MINUTES
  for (let day = 0; day <= course.days; day++) {
    const base = day * DAY_MINUTES
    const dateMs = firstMs + day * DAY_MS
    const chance = chanceOf(options.seed, 'day', person.id, day)
    const ill = course.illness.some(({ from, to }) => day >= from && day < to)
    const newYear = common.some(event => event.kind === 'new_year' && event.atMs === dateMs)
    const wakeAt =
      base + clamp(normal(chance, person.habits.wakeAt + (newYear ? 75 : 0), person.habits.irregular), 180, 560)
    night(person, chance, bedAt, wakeAt, fill)
    const eve = common.some(event => event.kind === 'new_year' && event.atMs === dateMs + DAY_MS)
    bedAt = base + clamp(normal(chance, person.habits.bedAt + (eve ? 160 : 0), person.habits.irregular), 1_080, 1_500)
    if (day === course.days) break
    daytime(person, chance, { base, wakeAt, bedAt, ill, weekday: new Date(dateMs + ZONE_MS).getUTCDay() }, fill)
  }
  for (const { from, to } of course.hospital) fill(from * DAY_MINUTES, to * DAY_MINUTES, DOING.hospital)
  for (const event of common) befall(event, person, minutes, at => Math.floor((at - firstMs) / MINUTE_MS))
  for (const at of course.falls) fill(at, at + 20, DOING.up)
  return minutes
}

type Fill = (from: number, to: number, doing: Doing) => void

/** From going to bed to getting up: sleep in cycles, trips to the toilet, and walking about. */
function night({ habits }: Person, chance: Chance, bedAt: number, wakeAt: number, fill: Fill): void {
  let at = bedAt + chance.between(8, 35)
  fill(bedAt, at, DOING.awake)
  const trips = Math.round(clamp(normal(chance, habits.nightTrips, 0.8), 0, 7))
  const leaves = Array.from({ length: trips }, () => chance.between(bedAt + 60, wakeAt - 20)).sort((a, b) => a - b)
  while (at < wakeAt) {
    const dozing = Math.min(wakeAt, at + chance.between(3, 11) * habits.restlessness)
    fill(at, dozing, DOING.dozing)
    const asleep = Math.min(wakeAt, dozing + chance.between(45, 105) / Math.sqrt(habits.restlessness))
    fill(dozing, asleep, DOING.asleep)
    at = asleep
    if (chance.is(0.22 * habits.restlessness)) {
      at = Math.min(wakeAt, asleep + chance.between(4, 30))
      fill(asleep, at, DOING.awake)
    }
  }
  for (const leave of leaves) {
    fill(leave - 3, leave, DOING.sitting_up)
    const done = leave + chance.between(4, 11)
    const back = done + (chance.is(habits.wandering) ? chance.between(8, 55) : 0)
    fill(leave, done, DOING.toilet)
    fill(done, back, DOING.wandering)
    fill(back, Math.min(wakeAt, back + chance.between(4, 18)), DOING.awake)
  }
  fill(wakeAt, wakeAt + 4, DOING.sitting_up)
}

interface Day {
  base: number
  wakeAt: number
  bedAt: number
  ill: boolean
  /** 0 is Sunday. */
  weekday: number
}

/** Meals, rests, naps, baths, company, training, the toilet; who is ill stays in bed but for what must be. */
function daytime({ habits, site }: Person, chance: Chance, day: Day, fill: Fill): void {
  const { base, wakeAt, bedAt, ill, weekday } = day
  const { inBed: stays } = habits
  if (stays || ill) fill(wakeAt + 4, bedAt, DOING.awake)
  const rests = stays || ill ? 0.75 : habits.rests
  for (let at = wakeAt + 30; at < bedAt - 30; at += 60)
    if (chance.is(rests)) {
      const from = at + chance.between(0, 20)
      fill(from, from + chance.between(15, 40), chance.is(0.5) ? DOING.dozing : DOING.awake)
    }
  if (chance.is(habits.nap)) {
    const from = base + chance.between(770, 830)
    fill(from, from + chance.between(25, 90), DOING.asleep)
  }
  const weekend = weekday === 0 || weekday === 6
  const out = (from: number, minutes: number): void => {
    fill(base + from, base + from + minutes, DOING.away)
  }
  if (!stays && !ill) {
    if (!weekend && chance.is(habits.sociable)) out(600 + chance.whole(0, 15), chance.between(40, 70))
    if (chance.is(weekend ? 0.35 : habits.sociable * 0.8)) out(870 + chance.whole(0, 30), chance.between(30, 80))
    if (site.bathDays.includes(weekday)) out(chance.is(0.5) ? 570 : 810 + chance.whole(0, 90), 45)
    if (habits.trains && !weekend && chance.is(0.35)) trainAt(base + (chance.is(0.5) ? 630 : 930), chance, fill)
  }
  for (const meal of [site.breakfast, site.lunch, site.supper])
    fill(base + meal, base + meal + chance.between(32, 52), stays || ill ? DOING.sitting_up : DOING.away)
  if (stays) return
  for (let at = wakeAt + 8; at < bedAt; at += (chance.between(0.6, 1.4) * habits.toiletHours + (ill ? 1 : 0)) * 60)
    fill(at, at + chance.between(3, 9) + (chance.is(0.02) ? 12 : 0), DOING.toilet)
}

const trainAt = (base: number, chance: Chance, fill: Fill): void => {
  const from = base + chance.whole(0, 15)
  fill(from, from + chance.whole(6, 13), DOING.training)
}

function befall(event: CommonEvent, { site }: Person, minutes: Uint8Array, minuteOf: (ms: number) => number): void {
  if (event.kind === 'earthquake') {
    const at = minuteOf(event.atMs)
    const length = event.centre === site.id ? event.minutes : Math.round(event.minutes * 0.6)
    for (let i = Math.max(0, at); i < at + length && i < minutes.length; i++)
      if (inBed(minutes[i] as number)) minutes[i] = DOING.shaken
  } else if (event.kind === 'fire_drill' && event.site === site.id) {
    const at = minuteOf(event.atMs)
    for (let i = Math.max(0, at); i < at + event.minutes && i < minutes.length; i++)
      if (minutes[i] !== DOING.hospital) minutes[i] = DOING.away
  }
}
