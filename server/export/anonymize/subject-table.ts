/** The table of participants: its generalisation by the optimiser, and which sensitive values each class can tell. */

import type { TrialInput } from '../trial/input.ts'
import { ANY, QUASI_IDENTIFIERS } from '../trial/layout.ts'
import type { Ratio, TrialPolicy } from '../trial/policy.ts'
import {
  type AgeCuts,
  ageCutsOf,
  hierarchiesOf,
  leavesOf,
  type QuasiIdentifierName,
} from './hierarchies/hierarchies.ts'
import type { Hierarchy } from './table/hierarchy.ts'
import { optimiseTable, type SearchProgress, type TableSolution } from './table/optimise.ts'

export interface SubjectTable {
  hierarchies: Readonly<Record<QuasiIdentifierName, Hierarchy>>
  cuts: AgeCuts
  /** Leaves in the order of QUASI_IDENTIFIERS, participant by participant. */
  leaves: string[][]
}

/** Share of each column in the loss; a facility's prefecture says least about a device. */
export const WEIGHTS: Readonly<Record<QuasiIdentifierName, number>> = {
  age: 1,
  sex: 1,
  care_level: 1,
  site: 0.5,
  stay: 0.5,
  diagnosis: 1,
}

export function subjectTable({ subjects, sites }: TrialInput, k: number): SubjectTable {
  const prefectures = new Map(sites.map(({ id, prefecture }) => [id as string, prefecture]))
  const cuts = ageCutsOf(
    subjects.flatMap(({ age }) => (age === null ? [] : [age])),
    k,
  )
  return {
    cuts,
    hierarchies: hierarchiesOf(cuts),
    leaves: subjects.map(subject => leavesOf(subject, prefectures.get(subject.site)!, cuts)),
  }
}

export interface Classes {
  solution: TableSolution
  /** Generalised values of each participant; undefined: suppressed. */
  values: (string[] | undefined)[]
  /** Label of a class → its participants. The label is its generalised values. */
  members: Map<string, number[]>
}

/** @param k at least the policy's: classes are wanted bigger where events need it. @throws AppError of optimiseTable */
export async function classesOf(
  { hierarchies, leaves }: SubjectTable,
  policy: TrialPolicy,
  k: number,
  progress?: (progress: SearchProgress) => void,
  signal?: AbortSignal,
): Promise<Classes> {
  const solution = await optimiseTable({
    columns: [...QUASI_IDENTIFIERS],
    rows: leaves,
    policy: {
      quasiIdentifiers: QUASI_IDENTIFIERS.map(column => ({
        column,
        hierarchy: hierarchies[column],
        weight: WEIGHTS[column],
      })),
      sensitive: [],
      models: [{ model: 'k_anonymity', k }],
      suppressionLimit: policy.suppressionLimit,
      metric: 'loss',
    },
    ...(progress ? { progress } : {}),
    ...(signal ? { signal } : {}),
  })
  const members = new Map<string, number[]>()
  const values = leaves.map((_, row) => {
    if (solution.kept[row] === 0) return undefined
    const of = QUASI_IDENTIFIERS.map((_, i) => solution.generalised(row, i))
    const label = classLabel(of)
    members.set(label, [...(members.get(label) ?? []), row])
    return of
  })
  return { solution, values, members }
}

export const classLabel = (values: readonly string[]): string => values.join('|')

/**
 * What a class tells of yes/no outcomes, member by member: the value, or `*` for all of them. Told only where at least k have it and k have not, at
 * most the policy's share have it, and every combination with the outcomes told before is nobody's or at least k's: whoever knows the
 * outcomes of a person finds at least k rows.
 */
export function toldOutcomes(
  members: readonly number[],
  outcomes: readonly (readonly boolean[])[],
  k: number,
  alpha: Ratio,
): string[][] {
  const told: string[][] = members.map(() => [])
  for (const outcome of outcomes) {
    const yes = members.filter(i => outcome[i]).length
    const enough = yes >= k && members.length - yes >= k && yes * alpha.denominator <= members.length * alpha.numerator
    const tried = members.map((i, row) => [...told[row]!, outcome[i] ? 'yes' : 'no'].join(' '))
    const sizes = new Map<string, number>()
    for (const combination of tried) sizes.set(combination, (sizes.get(combination) ?? 0) + 1)
    const tell = enough && [...sizes.values()].every(size => size >= k)
    for (const [row, i] of members.entries()) told[row]!.push(tell ? (outcome[i] ? 'yes' : 'no') : ANY)
  }
  return told
}
