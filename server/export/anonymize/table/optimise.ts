/** Finds the best global recoding of a table: one level per quasi-identifier, so that every class that is kept satisfies all models. */
import { Worker } from 'node:worker_threads'
import { AppError } from '../../../../core/errors.ts'
import { type CodedRows, codedRows } from './code-rows.ts'
import { checkPolicy, type TablePolicy } from './policy.ts'
import { type SearchOutcome, type SearchTask, searchTask } from './run.ts'
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

/**
 * The search runs in a worker thread.
 * @throws AppError `no_solution` (the message says why), `policy_invalid`, `hierarchy_invalid`, `value_not_in_hierarchy`, `export_cancelled`
 */
export async function optimiseTable(options: OptimiseTable): Promise<TableSolution> {
  checkPolicy(options.policy)
  return optimiseCoded({ ...options, coded: codedRows(options.columns, options.rows, options.policy) })
}

/** As {@link optimiseTable}, for a table that is already coded by a policy that is already checked. */
export async function optimiseCoded(
  options: Omit<OptimiseTable, 'columns' | 'rows'> & { coded: CodedRows },
): Promise<TableSolution> {
  const { coded, policy, progress, signal, timeLimitMs } = options
  const outcome = await searched(searchTask(coded, policy, timeLimitMs), progress, signal)
  const { leaves, records } = coded.table
  return {
    ...outcome,
    records,
    generalised(row, i) {
      return policy.quasiIdentifiers[i]!.hierarchy.values[leaves[i]![row]!]![outcome.levels[i]!]!
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
      // A thread is not ended at once.
      if (signal?.aborted) return
      if (message.type === 'progress') progress?.(message.progress)
      else if (message.type === 'done') settle(() => succeed(message.outcome))
      else settle(() => fail(new AppError(message.code, message.message)))
    })
    worker.once('error', error => settle(() => fail(error)))
  })
}
