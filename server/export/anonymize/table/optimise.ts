/** Finds the best global recoding of a table: one level per quasi-identifier, so that every class that is kept satisfies all models. */
import { Worker } from 'node:worker_threads'
import { AppError } from '../../../../core/errors.ts'
import { byCodePoint, type CodedTable, codedHierarchy, sharedCodes } from './coding.ts'
import { numberedModels } from './models/resolve.ts'
import { checkPolicy, type TablePolicy } from './policy.ts'
import type { SearchOutcome, SearchTask } from './run.ts'
import type { WorkerMessage } from './worker.ts'

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

/** Above so many nodes a search gets a time limit. */
export const MANY_NODES = 200_000
const DEFAULT_LIMIT_MS = 60_000

/**
 * The search runs in a worker thread.
 * @throws AppError `no_solution` (the message says why), `policy_invalid`, `hierarchy_invalid`, `value_not_in_hierarchy`, `export_cancelled`
 */
export async function optimiseTable(options: OptimiseTable): Promise<TableSolution> {
  const { columns, rows, policy } = options
  const indexOf = (column: string): number => {
    const index = columns.indexOf(column)
    if (index < 0) throw new AppError('policy_invalid', `The table has no column ${column}`)
    return index
  }
  checkPolicy(policy)
  const leaves = policy.quasiIdentifiers.map(({ column, hierarchy }) => {
    const [index, leafOf] = [indexOf(column), new Map(hierarchy.values.map((line, leaf) => [line[0]!, leaf]))]
    const codes = sharedCodes(rows.length)
    for (const [row, cells] of rows.entries()) {
      const leaf = leafOf.get(cells[index]!)
      if (leaf === undefined) {
        const value = JSON.stringify(cells[index])
        throw new AppError('value_not_in_hierarchy', `Row ${row + 1}: ${value} is not in hierarchy ${hierarchy.name}`)
      }
      codes[row] = leaf
    }
    return codes
  })
  const sensitive = policy.sensitive.map(column => {
    const index = indexOf(column)
    const values = [...new Set(rows.map(cells => cells[index]!))].sort(byCodePoint)
    const codeOf = new Map(values.map((value, code) => [value, code]))
    const codes = sharedCodes(rows.length)
    for (const [row, cells] of rows.entries()) codes[row] = codeOf.get(cells[index]!)!
    return { values, codes }
  })
  const table: CodedTable = {
    records: rows.length,
    attributes: policy.quasiIdentifiers.map(({ hierarchy }) => codedHierarchy(hierarchy)),
    leaves,
    values: sensitive.map(({ values }) => values.length),
    sensitive: sensitive.map(({ codes }) => codes),
  }
  return optimiseCoded({ ...options, table, values: sensitive.map(({ values }) => values) })
}

/** As {@link optimiseTable}, for a table that is already coded. @param options.values sensitive column → values in order of code */
export async function optimiseCoded(
  options: Omit<OptimiseTable, 'columns' | 'rows'> & { table: CodedTable; values: readonly (readonly string[])[] },
): Promise<TableSolution> {
  const { table, policy, values, progress, signal } = options
  const { numerator, denominator } = policy.suppressionLimit
  const nodes = table.attributes.reduce((product, { codes }) => product * codes.length, 1)
  const outcome = await searched(
    {
      table,
      models: numberedModels(policy, values),
      metric: policy.metric,
      weights: policy.quasiIdentifiers.map(({ weight }) => weight),
      limit: Number((BigInt(table.records) * BigInt(numerator)) / BigInt(denominator)),
      timeLimitMs: options.timeLimitMs ?? (nodes > MANY_NODES ? DEFAULT_LIMIT_MS : Number.POSITIVE_INFINITY),
    },
    progress,
    signal,
  )
  return {
    ...outcome,
    records: table.records,
    generalised(row, i) {
      return policy.quasiIdentifiers[i]!.hierarchy.values[table.leaves[i]![row]!]![outcome.levels[i]!]!
    },
  }
}

function searched(task: SearchTask, progress: OptimiseTable['progress'], signal: AbortSignal | undefined) {
  return new Promise<SearchOutcome>((succeed, fail) => {
    const cancelled = () => new AppError('export_cancelled', 'The search was cancelled')
    if (signal?.aborted) return fail(cancelled())
    const worker = new Worker(new URL('./worker-start.mjs', import.meta.url), { workerData: task, execArgv: [] })
    const cancel = () => settle(() => fail(cancelled()))
    const settle = (how: () => void) => {
      signal?.removeEventListener('abort', cancel)
      void worker.terminate()
      how()
    }
    signal?.addEventListener('abort', cancel, { once: true })
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'progress') progress?.(message.progress)
      else if (message.type === 'done') settle(() => succeed(message.outcome))
      else settle(() => fail(new AppError(message.code, message.message)))
    })
    worker.once('error', error => settle(() => fail(error)))
  })
}
