/** Finds the best global recoding of a table: one level per quasi-identifier, so that every class that is kept satisfies all models. */
import { AppError } from '../../../../core/errors.ts'
import type { TablePolicy } from './policy.ts'

export interface SearchProgress {
  /** Nodes of the lattice looked at. */
  checks: number
  nodes: number
  /** Score of the best solution so far. */
  best: number | null
  /** No solution can be better than this. */
  bound: number
}

export interface TableSolution {
  /** One for each quasi-identifier, in the policy's order. */
  levels: readonly number[]
  /** For each row of the table: 1 kept, 0 suppressed. */
  kept: Uint8Array
  /** What the quasi-identifier `i` of a row becomes. */
  generalised(row: number, i: number): string
  /** Of the policy's metric. */
  score: number
  loss: number
  /** Kept ones. */
  classes: number
  suppressed: number
  records: number
  checks: number
  searchMs: number
  /** False when time ran out before the optimum was proven. */
  optimal: boolean
  /** Score less the smallest score that could still be there; 0 when optimal. */
  gap: number
}

export interface OptimiseTable {
  columns: readonly string[]
  rows: readonly (readonly string[])[]
  policy: TablePolicy
  progress?: (progress: SearchProgress) => void
  signal?: AbortSignal
  /** Default: none up to 200,000 nodes, a minute above. */
  timeLimitMs?: number
}

/**
 * The search runs in a worker thread.
 * @throws AppError `no_solution` (the message says why), `policy_invalid`, `hierarchy_invalid`, `value_not_in_hierarchy`, `export_cancelled`
 */
export async function optimiseTable(_: OptimiseTable): Promise<TableSolution> {
  throw new AppError('no_solution', 'The search is not there yet')
}
