/** Anonymizes a CSV file by a policy file: reads, searches, writes the result and its report. */
import { join } from 'node:path'
import { AppError } from '../../../../core/errors.ts'
import { optimiseCoded, type SearchProgress, type TableSolution } from '../table/optimise.ts'
import { type ReleasedTable, releasedTable } from '../table/released.ts'
import { loadTable } from './load.ts'
import { type ReadPolicy, readPolicy } from './policy-file.ts'
import { DATA_FILE, REPORT_FILE, writeAnonymized, writeReport, writtenColumns, writtenWhole } from './write.ts'

export type AnonymizeProgress = { step: 'load' | 'write'; records: number } | ({ step: 'search' } & SearchProgress)

export interface AnonymizeOptions {
  data: string
  policy: string
  out: string
  progress?: (progress: AnonymizeProgress) => void
  signal?: AbortSignal
  timeLimitMs?: number
}

/**
 * Leaves `anonymized.csv` and `report.json` in the folder `out`, or nothing.
 * @returns the report
 * @throws AppError with the codes of what it calls, `export_cancelled`
 */
export async function anonymize(options: AnonymizeOptions): Promise<Report> {
  const { data, out, progress = () => {}, signal } = options
  const beganMs = performance.now()
  const given = await readPolicy(options.policy)
  const { policy, delimiter } = given
  const loaded = await loadTable(data, delimiter, policy, records => progress({ step: 'load', records }), signal)
  const loadMs = performance.now() - beganMs
  const { coded, columns, sha256 } = loaded
  const solution = await optimiseCoded({
    ...{ coded, policy, progress: state => progress({ step: 'search', ...state }) },
    ...(signal ? { signal } : {}),
    ...(options.timeLimitMs === undefined ? {} : { timeLimitMs: options.timeLimitMs }),
  })
  const released = releasedTable(coded, policy, solution)
  // Counted on what will be written, by other code than the search's.
  if (released.risk.after.smallest_class < Math.max(...policy.models.map(model => ('k' in model ? model.k : 1))))
    throw new AppError('engine_fault', 'A class of the result is too small; nothing is written')
  const writeMs = performance.now()
  progress({ step: 'write', records: solution.records - solution.suppressed })
  let report: Report | undefined
  await writtenWhole(out, async folder => {
    await writeAnonymized(join(folder, DATA_FILE), { data, delimiter, sha256, policy, solution }, signal)
    report = reportOf(given, { columns, sha256 }, solution, released, {
      load_ms: Math.round(loadMs),
      search_ms: Math.round(solution.searchMs),
      write_ms: Math.round(performance.now() - writeMs),
    })
    await writeReport(join(folder, REPORT_FILE), report)
    signal?.throwIfAborted()
  })
  return report!
}

export type Report = ReturnType<typeof reportOf>

function reportOf(
  { policy, sha256: policySha256, hierarchies }: ReadPolicy,
  data: { columns: readonly string[]; sha256: string },
  solution: TableSolution,
  released: ReleasedTable,
  times: { load_ms: number; search_ms: number; write_ms: number },
) {
  const { levels, score, loss, suppressed, classes, records, checks, optimal, gap } = solution
  const columns = writtenColumns(data.columns, policy)
  return {
    levels,
    ...{ metric: policy.metric, score, loss, records, suppressed, classes, checks, ...times, optimal, gap },
    quasi_identifiers: policy.quasiIdentifiers.map(({ column, hierarchy, weight }, i) => ({
      ...{ column, hierarchy: hierarchy.name, level: levels[i]!, levels: hierarchy.values[0]!.length, weight },
    })),
    suppression_limit: policy.suppressionLimit.numerator / policy.suppressionLimit.denominator,
    /** Not named in the policy, so not written. */
    columns_left_out: data.columns.filter(column => !columns.includes(column)),
    ...released,
    sha256: { data: data.sha256, policy: policySha256, hierarchies },
  }
}
