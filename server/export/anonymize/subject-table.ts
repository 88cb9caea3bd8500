/** The table of participants: its generalisation by the optimiser, and which sensitive values each class can tell. */

import type { TrialInput } from '../trial/input.ts'
import { QUASI_IDENTIFIERS } from '../trial/layout.ts'
import type { Ratio } from '../trial/policy.ts'
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
  /** Column by column. */
  levels: number[]
  /** Participant → generalised values; absent: suppressed. */
  values: ReadonlyMap<number, string[]>
  /** Label of a class → its participants. The label is its generalised values. */
  members: Map<string, number[]>
}

export interface ClassesWanted {
  /** Smallest class; at least the policy's k. */
  k: number
  /** Share of `rows` that may be left out. */
  limit: Ratio
  /** Column → lowest level of its hierarchy that may be used; any where a column is not named. */
  lowest?: Readonly<Record<string, number>> | undefined
  /** Participants to be in it; all others are suppressed without a search. */
  rows: readonly number[]
}

/** @throws AppError of optimiseTable */
export async function classesOf(
  { hierarchies, leaves }: SubjectTable,
  { k, limit, lowest = {}, rows }: ClassesWanted,
  progress?: (progress: SearchProgress) => void,
  signal?: AbortSignal,
): Promise<Classes> {
  const columns = QUASI_IDENTIFIERS.map(column => raised(hierarchies[column], lowest[column] ?? 0))
  const solution = await optimiseTable({
    columns: [...QUASI_IDENTIFIERS],
    rows: rows.map(row => columns.map(({ leafOf }, i) => leafOf(leaves[row]![i]!))),
    policy: {
      quasiIdentifiers: QUASI_IDENTIFIERS.map((column, i) => ({
        column,
        hierarchy: columns[i]!.hierarchy,
        weight: WEIGHTS[column],
      })),
      sensitive: [],
      models: [{ model: 'k_anonymity', k }],
      suppressionLimit: limit,
      metric: 'loss',
    },
    ...(progress ? { progress } : {}),
    ...(signal ? { signal } : {}),
  })
  const members = new Map<string, number[]>()
  const values = new Map<number, string[]>()
  for (const [at, row] of rows.entries()) {
    if (solution.kept[at] === 0) continue
    const of = QUASI_IDENTIFIERS.map((_, i) => solution.generalised(at, i))
    const label = classLabel(of)
    values.set(row, of)
    members.set(label, [...(members.get(label) ?? []), row])
  }
  const levels = solution.levels.map((level, i) => level + columns[i]!.lowest)
  return { solution, levels, values, members }
}

/** A hierarchy without its levels below the lowest that may be used, and what a leaf is on that level. */
function raised({ name, values }: Hierarchy, lowest: number) {
  const rows = new Map(values.map(row => [row[lowest]!, row.slice(lowest)]))
  const up = new Map(values.map(row => [row[0]!, row[lowest]!]))
  return { lowest, hierarchy: { name, values: [...rows.values()] }, leafOf: (leaf: string): string => up.get(leaf)! }
}

const classLabel = (values: readonly string[]): string => values.join('|')
