/** Draws the people of a simulated trial: who they are, how they live, and from when to when they take part. */
import type { CARE_LEVELS, DIAGNOSIS_GROUPS, SEXES } from '../../core/rest/residents.ts'
import { type Chance, chanceOf, clamp } from '../../device-sim/random.ts'
import { normal, opaqueId, shuffled, weighted } from './chance.ts'
import { nameOf } from './names.ts'
import { DAY_MS, type TrialOptions } from './options.ts'

export interface Site {
  id: string
  prefecture: string
  /** Local minute of the day. */
  breakfast: number
  lunch: number
  supper: number
  /** Days of the week with a bath, 0 is Sunday. */
  bathDays: readonly number[]
  /** Whole days after the trial's start on which its first participants begin. */
  firstDay: number
}

/** Of a kind that stays with a person for months. Minutes of the local day; rates per day unless said otherwise. */
export interface Habits {
  heartRate: number
  respRate: number
  systolic: number
  diastolic: number
  temperature: number
  spo2: number
  weightKg: number
  heightM: number
  walkingSpeed: number
  /** How steady the heart's rhythm is, relative. */
  heartSpread: number
  bedAt: number
  wakeAt: number
  /** Minutes by which bed and wake differ from day to day. */
  irregular: number
  nap: number
  /** Share of the day outside bed spent resting on it. */
  rests: number
  nightTrips: number
  toiletHours: number
  wandering: number
  restlessness: number
  sociable: number
  falls: number
  illness: number
  inBed: boolean
  trains: boolean
}

export interface Person {
  id: string
  name: string
  kana: string
  site: Site
  age: number | null
  sex: (typeof SEXES)[number] | null
  careLevel: (typeof CARE_LEVELS)[number] | null
  diagnosis: (typeof DIAGNOSIS_GROUPS)[number] | null
  stayDays: number | null
  habits: Habits
  /** First day of taking part, counted from the trial's first. */
  firstDay: number
  heldOut: boolean
}

const PREFECTURES = ['JP-13', 'JP-27', 'JP-40', 'JP-14', 'JP-01', 'JP-23']
const SITE_NAMES = ['sakura-en', 'midori-no-sato', 'hikari-sou', 'yuuhi-home', 'kaede-mura', 'aoba-tei']

const CARE = { support_1: 3, support_2: 5, care_1: 14, care_2: 20, care_3: 26, care_4: 21, care_5: 11 } as const
const DIAGNOSES = {
  ...{ none: 4, dementia: 34, stroke: 16, heart: 14, lung: 4, bone_joint: 14, parkinson: 4 },
  ...{ diabetes: 5, cancer: 2, mental: 1, other: 2 },
} as const

export const sitesOf = ({ seed, sites }: TrialOptions): Site[] =>
  Array.from({ length: sites }, (_, i) => {
    const chance = chanceOf(seed, 'site', i)
    const bath = chance.whole(1, 3)
    return {
      id: SITE_NAMES[i] ?? `home-${i}`,
      prefecture: PREFECTURES[i % PREFECTURES.length] as string,
      breakfast: 450 + chance.whole(-15, 30),
      lunch: 710 + chance.whole(0, 20),
      supper: 1065 + chance.whole(0, 30),
      bathDays: [bath, bath + 3],
      firstDay: Math.min(7, i * 2 + chance.whole(0, 1)),
    }
  })

/** Participants and, marked, those held out of it; in order of admission. */
export function peopleOf(options: TrialOptions, sites: readonly Site[]): Person[] {
  const { seed, subjects, heldOut } = options
  const total = subjects + heldOut
  const out = new Set(shuffled([...Array(total).keys()], chanceOf(seed, 'held-out')).slice(0, heldOut))
  return Array.from({ length: total }, (_, i) => {
    const chance = chanceOf(seed, 'person', i)
    const site = sites[Math.floor((i * sites.length) / total)] as Site
    return personOf(options, site, i, out.has(i), chance)
  })
}

function personOf({ seed }: TrialOptions, site: Site, i: number, heldOut: boolean, chance: Chance): Person {
  const sex = chance.is(0.7) ? 'female' : 'male'
  const age = Math.round(clamp(normal(chance, sex === 'female' ? 87 : 84, 6.5), 61, 104))
  const careLevel = weighted(chance, CARE)
  const diagnosis = weighted(chance, DIAGNOSES)
  const stayDays = Math.round(clamp(Math.exp(normal(chance, 6.3, 1)), 5, 6_000))
  const dependence = ['support_1', 'support_2', 'care_1', 'care_2', 'care_3', 'care_4', 'care_5'].indexOf(careLevel) / 6
  return {
    id: opaqueId(seed, 'person', i),
    ...nameOf(chance, sex),
    site,
    age: chance.is(0.01) ? null : age,
    sex,
    careLevel: chance.is(0.02) ? null : careLevel,
    diagnosis: chance.is(0.02) ? null : diagnosis,
    stayDays: chance.is(0.01) ? null : stayDays,
    habits: habitsOf(chance, age, sex, dependence, diagnosis),
    firstDay: site.firstDay + (chance.is(0.75) ? 0 : chance.whole(1, 5)),
    heldOut,
  }
}

function habitsOf(chance: Chance, age: number, sex: string, dependence: number, diagnosis: string): Habits {
  const around = (mean: number, sd: number, low: number, high: number) => clamp(normal(chance, mean, sd), low, high)
  const demented = diagnosis === 'dementia'
  const inBed = chance.is(dependence > 0.9 ? 0.6 : dependence > 0.7 ? 0.12 : 0)
  const walks = !inBed && dependence < 0.75
  return {
    heartRate: around(diagnosis === 'heart' ? 70 : 66, 8, 47, 92),
    respRate: around(diagnosis === 'lung' ? 18 : 15.5, 1.8, 11, 23),
    systolic: around(132, 14, 98, 175),
    diastolic: around(74, 8, 52, 98),
    temperature: around(36.4, 0.2, 35.8, 37),
    spo2: around(diagnosis === 'lung' ? 93.5 : 96.2, 1.1, 90, 99),
    weightKg: around(sex === 'male' ? 56 : 47, 8, 31, 88),
    heightM: around(sex === 'male' ? 1.6 : 1.46, 0.06, 1.3, 1.8),
    walkingSpeed: around(0.75 - 0.3 * dependence - (age - 85) * 0.008, 0.15, 0.15, 1.3),
    heartSpread: around(1, 0.3, 0.4, 2.2),
    bedAt: around(1_250 - 40 * dependence, 45, 1_110, 1_400),
    wakeAt: around(365 + 25 * dependence, 40, 240, 480),
    irregular: around(demented ? 32 : 18, 8, 6, 60),
    nap: around(0.45 + 0.3 * dependence, 0.25, 0, 1),
    rests: around(0.1 + 0.45 * dependence, 0.12, 0, 0.8),
    nightTrips: inBed ? 0 : around(1.6, 0.9, 0, 4.5),
    toiletHours: around(2.8, 0.6, 1.6, 4.5),
    wandering: demented && walks ? around(0.25, 0.2, 0, 0.8) : 0.01,
    restlessness: around(1, 0.35, 0.3, 2.5),
    sociable: around(0.6 - 0.2 * dependence, 0.2, 0.05, 1),
    falls: inBed ? 0.0005 : Math.exp(normal(chance, -5.2, 0.8)),
    illness: around(0.006, 0.003, 0.001, 0.02),
    inBed,
    trains: walks && chance.is(0.6),
  }
}

/** Local midnight of a person's first day, epoch ms. */
export const beginsAt = (person: Person, startMs: number): number => startMs + person.firstDay * DAY_MS
