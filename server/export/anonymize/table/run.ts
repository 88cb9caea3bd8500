/** One search from a coded table to its result; plain data in and out, so that it can run in a worker thread. */
import { AppError } from '../../../../core/errors.ts'
import type { CodedRows } from './code-rows.ts'
import type { CodedTable } from './coding.ts'
import { createExaminer } from './examine.ts'
import { latticeOf, levelsAt } from './lattice.ts'
import { measureOf } from './metrics/measure.ts'
import { type NumberedModels, numberedModels } from './models/resolve.ts'
import type { SearchProgress } from './optimise.ts'
import type { Metric, TablePolicy } from './policy.ts'
import { type SearchState, search } from './search.ts'
import { openSpace, wholeSpace } from './space.ts'

export interface SearchTask {
  table: CodedTable
  models: NumberedModels
  metric: Metric
  /** Attribute → weight, ≥ 0, not all 0. */
  weights: readonly number[]
  /** Most records that may be left out. */
  limit: number
  timeLimitMs: number
}

export interface SearchOutcome {
  levels: number[]
  kept: Uint8Array
  score: number
  loss: number
  classes: number
  suppressed: number
  checks: number
  searchMs: number
  optimal: boolean
  gap: number
}

const PROGRESS_MS = 200
/** Above so many nodes a search gets a time limit. */
const MANY_NODES = 200_000
const DEFAULT_LIMIT_MS = 60_000

/** @throws AppError `policy_invalid` */
export function searchTask({ table, values }: CodedRows, policy: TablePolicy, timeLimitMs?: number): SearchTask {
  const { numerator, denominator } = policy.suppressionLimit
  const { nodes } = latticeOf(table.attributes.map(({ codes }) => codes.length))
  if (nodes > Number.MAX_SAFE_INTEGER) throw new AppError('policy_invalid', 'There are more than 2^53 recodings')
  return {
    table,
    models: numberedModels(policy, values),
    metric: policy.metric,
    weights: policy.quasiIdentifiers.map(({ weight }) => weight),
    limit: Number((BigInt(table.records) * BigInt(numerator)) / BigInt(denominator)),
    timeLimitMs: timeLimitMs ?? (nodes > MANY_NODES ? DEFAULT_LIMIT_MS : Number.POSITIVE_INFINITY),
  }
}

/** @throws AppError `no_solution` */
export function runSearch(task: SearchTask, progress: (progress: SearchProgress) => void = () => {}): SearchOutcome {
  const { table, models, metric, limit } = task
  const beganMs = performance.now()
  const lattice = latticeOf(table.attributes.map(({ codes }) => codes.length))
  const examiner = createExaminer(table, lattice, models)
  const sum = task.weights.reduce((total, weight) => total + weight, 0)
  const weights = task.weights.map(weight => (weight * task.weights.length) / sum)
  const input = { table, base: examiner.base, weights, minSize: models.minSize }
  let saidMs = beganMs
  const say = (state: SearchState) =>
    progress({ checks: state.checks, nodes: lattice.nodes, best: state.best?.score ?? null, bound: state.bound })
  const measure = measureOf(metric, input)
  const result = search({
    ...{ lattice, examiner, measure },
    space: (lattice.nodes > MANY_NODES ? openSpace : wholeSpace)(lattice, measure.bound),
    limit,
    monotone: models.models.length === 0 || (limit === 0 && models.joinable),
    goOn(state) {
      const nowMs = performance.now()
      if (nowMs - saidMs >= PROGRESS_MS) {
        saidMs = nowMs
        say(state)
      }
      return nowMs - beganMs < task.timeLimitMs
    },
  })
  say(result)
  const { best, bound, checks, optimal } = result
  if (!best) throw new AppError('no_solution', whyNone(task, optimal, examiner.release(lattice.nodes - 1).suppressed))
  const release = examiner.release(best.node)
  return {
    levels: levelsAt(lattice, best.node),
    kept: examiner.kept(best.node),
    score: best.score,
    loss: measureOf('loss', input).score(release),
    classes: release.kept,
    suppressed: best.suppressed,
    checks,
    searchMs: performance.now() - beganMs,
    optimal,
    gap: optimal ? 0 : best.score - Math.min(bound, best.score),
  }
}

function whyNone({ table, models, limit }: SearchTask, complete: boolean, atTop: number): string {
  const { records } = table
  if (!complete) return 'Time ran out before any solution was found'
  if (records < models.minSize) return `There are ${records} records, and a class needs ${models.minSize}`
  if (atTop > 0) return 'Not even with every value fully generalised do the records together satisfy the models'
  return `No recoding satisfies the models with at most ${limit} of ${records} records left out`
}
