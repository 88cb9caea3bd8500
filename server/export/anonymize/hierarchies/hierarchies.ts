/** Makes the hierarchies of a trial's quasi-identifiers from their data, and codes a participant's values as their leaves. */
import { createHash } from 'node:crypto'
import type { TrialSubject } from '../../trial/input.ts'
import { ANY, MISSING, type QUASI_IDENTIFIERS } from '../../trial/layout.ts'
import type { Hierarchy } from '../table/hierarchy.ts'
import * as data from './data.ts'

export type QuasiIdentifierName = (typeof QUASI_IDENTIFIERS)[number]

/** Ages at and below `bottom`, at and above `top` are one leaf each. */
export interface AgeCuts {
  bottom: number
  top: number
}

/** The outermost cuts beyond which at least k ages lie, or the innermost ones where none has k. */
export function ageCutsOf(ages: readonly number[], k: number): AgeCuts {
  const first = <T>(cuts: readonly [T, ...T[]], enough: (cut: T) => boolean): T => cuts.find(enough) ?? cuts.at(-1)!
  return {
    bottom: first<number>(data.AGE_CUTS.bottom, cut => ages.filter(age => age <= cut).length >= k),
    top: first<number>(data.AGE_CUTS.top, cut => ages.filter(age => age >= cut).length >= k),
  }
}

export const ageLeaf = (age: number, { bottom, top }: AgeCuts): string =>
  age <= bottom ? `<=${bottom}` : age >= top ? `>=${top}` : String(age)

function ageRow(age: number, cuts: AgeCuts): string[] {
  const band = (ends: readonly number[]): string => {
    const i = ends.findIndex(end => age <= end)
    const low = i === 0 ? 0 : (i < 0 ? ends.at(-1)! : ends[i - 1]!) + 1
    const high = i < 0 ? Number.POSITIVE_INFINITY : ends[i]!
    if (high >= cuts.top) return `>=${low}`
    return low <= cuts.bottom ? `<=${high}` : `${low}-${high}`
  }
  return [ageLeaf(age, cuts), ...data.AGE_BANDS.map(band), ANY]
}

const withTop = (rows: readonly (readonly string[])[]): string[][] => {
  const width = rows[0]!.length
  return [...rows.map(row => [...row, ANY]), [...Array<string>(width).fill(MISSING), ANY]]
}

const regionOf = (prefecture: number): string =>
  Object.entries(data.REGIONS).find(([, [from, to]]) => prefecture >= from && prefecture <= to)![0]

const prefectures = Array.from({ length: 47 }, (_, i) => i + 1)
const two = (n: number): string => String(n).padStart(2, '0')

/** In the order of QUASI_IDENTIFIERS. */
export function hierarchiesOf(cuts: AgeCuts): Readonly<Record<QuasiIdentifierName, Hierarchy>> {
  const ages = Array.from({ length: cuts.top - cuts.bottom + 1 }, (_, i) => ageRow(cuts.bottom + i, cuts))
  return {
    age: { name: 'age', values: [...ages, [...Array<string>(data.AGE_BANDS.length + 1).fill(MISSING), ANY]] },
    sex: { name: 'sex', values: withTop(data.SEX) },
    care_level: { name: 'care_level', values: withTop(data.CARE_LEVEL) },
    site: { name: 'site', values: withTop(prefectures.map(n => [`JP-${two(n)}`, regionOf(n)])) },
    stay: { name: 'stay', values: withTop(data.STAY_BANDS.map(({ label }) => [label])) },
    diagnosis: { name: 'diagnosis', values: withTop(data.DIAGNOSIS) },
  }
}

/** A participant's leaves, in the order of QUASI_IDENTIFIERS. @param prefecture of the participant's facility */
export function leavesOf(subject: TrialSubject, prefecture: string, cuts: AgeCuts): string[] {
  const { age, sex, care_level, stay_days, diagnosis_group } = subject
  return [
    age === null ? MISSING : ageLeaf(age, cuts),
    sex ?? MISSING,
    care_level ?? MISSING,
    prefecture,
    stay_days === null ? MISSING : data.STAY_BANDS.find(({ below }) => stay_days < below)!.label,
    diagnosis_group ?? MISSING,
  ]
}

/** SHA-256 of all the hierarchies as they were used, in hex. */
export const hierarchiesHash = (hierarchies: Readonly<Record<string, Hierarchy>>): string =>
  createHash('sha256')
    .update(JSON.stringify([data.HIERARCHIES_VERSION, hierarchies]))
    .digest('hex')
