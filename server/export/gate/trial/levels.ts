/** What each published word for a participant's age, site or state of health stands for: the gate's own knowledge of the levels. */
import { CARE_LEVELS, DIAGNOSIS_GROUPS, SEXES } from '../../../../core/rest/residents.ts'
import type { TrialSubject } from '../../trial/input.ts'
import { ANY, MISSING, type QUASI_IDENTIFIERS } from '../../trial/layout.ts'

export type QuasiIdentifier = (typeof QUASI_IDENTIFIERS)[number]
type Category = Exclude<QuasiIdentifier, 'age'>

/** ISO 3166-2:JP, 01 to 47. */
const prefectures = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `JP-${String(from + i).padStart(2, '0')}`)

/** Whole days of stay below which each band ends, shortest first. */
const STAYS: readonly [string, number][] = [
  ['<6m', 183],
  ['6-12m', 366],
  ['1-3y', 1_096],
  ['>=3y', Number.POSITIVE_INFINITY],
]

const itself = (leaves: readonly string[]): Level => Object.fromEntries(leaves.map(leaf => [leaf, [leaf]]))
/** Word → the finest values that it stands for. */
type Level = Record<string, readonly string[]>

/** Below `*`, finest first; the same word may mean more on a higher level. `not_recorded` is itself on each. */
export const LEVELS: Record<Category, readonly Level[]> = {
  sex: [itself(SEXES)],
  care_level: [
    itself(CARE_LEVELS),
    {
      independent: ['independent'],
      'support_1-2': ['support_1', 'support_2'],
      'care_1-2': ['care_1', 'care_2'],
      'care_3-5': ['care_3', 'care_4', 'care_5'],
    },
    {
      '<=care_2': ['independent', 'support_1', 'support_2', 'care_1', 'care_2'],
      '>=care_3': ['care_3', 'care_4', 'care_5'],
    },
  ],
  site: [
    itself(prefectures(1, 47)),
    {
      hokkaido: prefectures(1, 1),
      tohoku: prefectures(2, 7),
      kanto: prefectures(8, 14),
      chubu: prefectures(15, 23),
      kinki: prefectures(24, 30),
      chugoku: prefectures(31, 35),
      shikoku: prefectures(36, 39),
      kyushu: prefectures(40, 47),
    },
  ],
  stay: [itself(STAYS.map(([band]) => band))],
  diagnosis: [
    itself(DIAGNOSIS_GROUPS),
    {
      neuro_cognitive: ['dementia', 'parkinson', 'mental'],
      cardio_vascular: ['stroke', 'heart'],
      musculo_skeletal: ['bone_joint'],
      other: ['none', 'lung', 'diabetes', 'cancer', 'other'],
    },
  ],
}

const OLDEST = 130
/** Years, both included; undefined for what is no age. */
function yearsOf(label: string): readonly [number, number] | undefined {
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(label) ?? []
  if (from) return [Number(from), Number(to ?? from)]
  const [, sign, bound] = /^(<=|>=)(\d+)$/.exec(label) ?? []
  if (bound) return sign === '<=' ? [0, Number(bound)] : [Number(bound), OLDEST]
  return undefined
}

/** The finest value of a participant in a column. */
export function leafOf(subject: TrialSubject, prefecture: string, column: QuasiIdentifier): string {
  const of: Record<QuasiIdentifier, string | number | null | undefined> = {
    age: subject.age,
    sex: subject.sex,
    care_level: subject.care_level,
    site: prefecture,
    stay: subject.stay_days === null ? null : STAYS.find(([, below]) => (subject.stay_days ?? 0) < below)?.[0],
    diagnosis: subject.diagnosis_group,
  }
  return String(of[column] ?? MISSING)
}

/** A participant's published word in a column, and the finest value behind it. */
export interface Told {
  label: string
  leaf: string
}

/**
 * True when on one level of the column, the same for everybody, each word stands for a set with the participant's own value.
 * Ages may be cut at either end, so their words are read as spans of years, which must not overlap.
 */
export function areAncestors(column: QuasiIdentifier, told: readonly Told[]): boolean {
  if (told.every(({ label }) => label === ANY)) return true
  if (told.some(({ label, leaf }) => label === ANY || (label === MISSING) !== (leaf === MISSING))) return false
  const known = told.filter(({ label }) => label !== MISSING)
  if (column === 'age') return agesHold(known)
  return LEVELS[column].some(level => known.every(({ label, leaf }) => level[label]?.includes(leaf)))
}

/** Last years of the bands of each level above single years; the ends may be cut off where few people are beyond. */
const AGE_ENDS: readonly (readonly number[])[] = [
  [64, 69, 74, 79, 84, 89],
  [64, 74, 84],
  [74, 84],
]

/** True when the words of a column are those of that level of its hierarchy, 0 being the finest. */
export function areOnLevel(column: QuasiIdentifier, labels: readonly string[], level: number): boolean {
  const levels = column === 'age' ? AGE_ENDS.length + 1 : LEVELS[column].length
  if (level === levels) return labels.every(label => label === ANY)
  const known = labels.filter(label => label !== MISSING)
  if (column !== 'age') return known.every(label => label in (LEVELS[column][level] ?? {}))
  const ends = AGE_ENDS[level - 1]
  return known.every(label => {
    const [from, to] = yearsOf(label) ?? [1, 0]
    if (level === 0) return from === to || from === 0 || to === OLDEST
    const starts = from === 0 || (ends?.includes(from - 1) ?? false)
    return starts && (to === OLDEST || (ends?.includes(to) ?? false)) && from <= to
  })
}

/**
 * How the words of a table stand for values, on the one level that has them all; undefined when there is none.
 * @param words without `*`
 */
export function levelHolding(
  column: QuasiIdentifier,
  words: readonly string[],
): ((word: string, leaf: string) => boolean) | undefined {
  const known = words.filter(word => word !== MISSING)
  const missing = (word: string, leaf: string) => word === MISSING && leaf === MISSING
  if (column === 'age') {
    const inside = (word: string, leaf: string) => {
      const years = yearsOf(word)
      return years !== undefined && years[0] <= Number(leaf) && Number(leaf) <= years[1]
    }
    return known.every(word => yearsOf(word)) ? (word, leaf) => missing(word, leaf) || inside(word, leaf) : undefined
  }
  const level = LEVELS[column].find(words => known.every(word => word in words))
  return level && ((word, leaf) => missing(word, leaf) || (level[word]?.includes(leaf) ?? false))
}

function agesHold(told: readonly Told[]): boolean {
  const spans = new Map(told.map(({ label }) => [label, yearsOf(label)]))
  const inside = told.every(({ label, leaf }) => {
    const years = spans.get(label)
    return years !== undefined && years[0] <= Number(leaf) && Number(leaf) <= years[1]
  })
  const sorted = [...spans.values()].flatMap(years => (years ? [years] : [])).sort(([a], [b]) => a - b)
  return inside && sorted.every(([from], i) => i === 0 || from > (sorted[i - 1]?.[1] ?? 0))
}
