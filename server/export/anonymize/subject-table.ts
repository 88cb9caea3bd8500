/** The table of participants: its generalisation by the optimiser, and which sensitive values each class can tell. */

import type { TrialInput } from '../trial/input.ts'
import { QUASI_IDENTIFIERS } from '../trial/layout.ts'
import type { TrialPolicy } from '../trial/policy.ts'
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

/** Share of each column in the loss: age says most about how a device is used, a facility's prefecture and the stay least. */
export const WEIGHTS: Readonly<Record<QuasiIdentifierName, number>> = {
  age: 1,
  sex: 0.5,
  care_level: 0.5,
  site: 0.25,
  stay: 0.25,
  diagnosis: 0.5,
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
