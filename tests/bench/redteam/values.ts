/** What a written value of a quasi-identifier can stand for; the hierarchies are public, this is the attacker's own reading of them. */
import type { QUASI_IDENTIFIERS } from '../../../server/export/trial/layout.ts'
import { ANY, MISSING } from '../../../server/export/trial/layout.ts'
import type { KnownPerson } from './known.ts'

export type QuasiIdentifier = (typeof QUASI_IDENTIFIERS)[number]

const CARE: readonly string[] = [
  'independent',
  'support_1',
  'support_2',
  'care_1',
  'care_2',
  'care_3',
  'care_4',
  'care_5',
]
const DIAGNOSES: Readonly<Record<string, readonly string[]>> = {
  neuro_cognitive: ['dementia', 'parkinson', 'mental'],
  cardio_vascular: ['stroke', 'heart'],
  musculo_skeletal: ['bone_joint'],
  other: ['none', 'lung', 'diabetes', 'cancer', 'other'],
}
/** Last prefecture of each region, in order. */
const REGIONS: readonly [string, number][] = [
  ...([
    ['hokkaido', 1],
    ['tohoku', 7],
    ['kanto', 14],
    ['chubu', 23],
  ] as [string, number][]),
  ...([
    ['kinki', 30],
    ['chugoku', 35],
    ['shikoku', 39],
    ['kyushu', 47],
  ] as [string, number][]),
]
const STAYS: readonly [string, number][] = [
  ['<6m', 183],
  ['6-12m', 366],
  ['1-3y', 1_096],
  ['>=3y', Number.POSITIVE_INFINITY],
]

/** True when this person's value may be written so. */
export function covers(column: QuasiIdentifier, written: string, person: KnownPerson): boolean {
  if (written === ANY) return true
  const exact = exactOf(column, person)
  if (exact === MISSING || written === MISSING) return exact === written
  if (exact === written) return true
  switch (column) {
    case 'age':
      return inRange(written, Number(exact))
    case 'care_level':
      return inCare(written, exact)
    case 'diagnosis':
      return DIAGNOSES[written]?.includes(exact) ?? false
    case 'site':
      return REGIONS.find(([, last]) => Number(exact.slice(3)) <= last)?.[0] === written
    default:
      return false
  }
}

/** The value as it is known of the person, in the finest form that a package can have. */
export function exactOf(column: QuasiIdentifier, { subject, prefecture }: KnownPerson): string {
  switch (column) {
    case 'age':
      return subject.age === null ? MISSING : String(subject.age)
    case 'sex':
      return subject.sex ?? MISSING
    case 'care_level':
      return subject.care_level ?? MISSING
    case 'site':
      return prefecture
    case 'stay': {
      const { stay_days } = subject
      return stay_days === null ? MISSING : (STAYS.find(([, below]) => stay_days < below)?.[0] ?? MISSING)
    }
    case 'diagnosis':
      return subject.diagnosis_group ?? MISSING
  }
}

/** `85-89`, `<=74`, `>=90`. */
function inRange(written: string, value: number): boolean {
  const band = /^(\d+)-(\d+)$/.exec(written)
  if (band) return value >= Number(band[1]) && value <= Number(band[2])
  const open = /^([<>])=(\d+)$/.exec(written)
  if (!open) return false
  return open[1] === '<' ? value <= Number(open[2]) : value >= Number(open[2])
}

/** `support_1-2`, `care_3-5`, `<=care_2`, `>=care_3`. */
function inCare(written: string, exact: string): boolean {
  const band = /^(support|care)_(\d)-(\d)$/.exec(written)
  const at = CARE.indexOf(exact)
  if (band) return at >= CARE.indexOf(`${band[1]}_${band[2]}`) && at <= CARE.indexOf(`${band[1]}_${band[3]}`)
  const open = /^([<>])=(\w+)$/.exec(written)
  if (!open) return false
  const end = CARE.indexOf(open[2] as string)
  return open[1] === '<' ? at <= end : at >= end
}
