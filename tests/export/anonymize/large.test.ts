// A lattice of a million nodes: the proven optimum when there is time, an honest gap when there is not; and a search that is called off.
import { beforeAll, expect, test } from 'vitest'
import { codedRows } from '../../../server/export/anonymize/table/code-rows.ts'
import { createExaminer } from '../../../server/export/anonymize/table/examine.ts'
import { latticeOf } from '../../../server/export/anonymize/table/lattice.ts'
import { measureOf } from '../../../server/export/anonymize/table/metrics/measure.ts'
import { optimiseTable, type SearchProgress } from '../../../server/export/anonymize/table/optimise.ts'
import type { TablePolicy } from '../../../server/export/anonymize/table/policy.ts'
import { runSearch, searchTask } from '../../../server/export/anonymize/table/run.ts'
import { search } from '../../../server/export/anonymize/table/search.ts'
import { openSpace } from '../../../server/export/anonymize/table/space.ts'
import { describeWithRecording } from '../../device-sim/recordings.ts'
import { ADULT, type Adult, adultPolicy, readAdult } from './adult.ts'

/** k=5, at most 2 % left out. */
const OPTIMUM = 0.3137130353311184
const TIMEOUT_MS = 120_000

describeWithRecording(ADULT, 'Adult with every level above the first twice', () => {
  let adult: Adult
  let policy: TablePolicy
  beforeAll(() => {
    adult = readAdult()
    const twice = Array.from(adult.hierarchies, ([column, values]) => {
      return [
        column,
        values.map(line => line.flatMap((value, level) => (level === 0 ? [value] : [value, value]))),
      ] as const
    })
    policy = adultPolicy({ ...adult, hierarchies: new Map(twice) }, { k: 5, limit: 20 })
  })
  const task = (timeLimitMs?: number) => searchTask(codedRows(adult.columns, adult.rows, policy), policy, timeLimitMs)

  test('has 1,063,125 nodes, and the same optimum, proven', { timeout: TIMEOUT_MS }, () => {
    const { table } = task()
    expect(latticeOf(table.attributes.map(({ codes }) => codes.length)).nodes).toBe(1_063_125)
    const solution = runSearch(task(TIMEOUT_MS))
    expect(solution).toMatchObject({ loss: OPTIMUM, suppressed: 506, classes: 222, optimal: true, gap: 0 })
  })

  test.for([1, 30, 300])('after %i looks the optimum lies between bound and best', { timeout: TIMEOUT_MS }, looks => {
    const { table, models, limit } = task()
    const lattice = latticeOf(table.attributes.map(({ codes }) => codes.length))
    const examiner = createExaminer(table, lattice, models)
    const weights = table.attributes.map(() => 1)
    const measure = measureOf('loss', { table, base: examiner.base, weights, minSize: models.minSize })
    const result = search({
      ...{ lattice, examiner, measure, limit, monotone: true },
      space: openSpace(lattice, measure.bound),
      goOn: ({ checks }) => checks < looks,
    })
    expect(result.optimal).toBe(false)
    expect(result.bound).toBeLessThan(OPTIMUM)
    expect(result.best!.score).toBeGreaterThanOrEqual(OPTIMUM)
  })

  test('no_solution when no time is given', () => {
    expect(() => runSearch(task(0))).toThrow('Time ran out before any solution was found')
  })

  test('export_cancelled when called off before, and while it searches', { timeout: TIMEOUT_MS }, async () => {
    const given = { columns: adult.columns, rows: adult.rows, policy }
    await expect(optimiseTable({ ...given, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'export_cancelled',
    })
    const abort = new AbortController()
    const said: SearchProgress[] = []
    const progress = (state: SearchProgress) => {
      said.push(state)
      abort.abort()
    }
    await expect(optimiseTable({ ...given, signal: abort.signal, progress })).rejects.toMatchObject({
      code: 'export_cancelled',
    })
    expect(said.length).toBe(1)
    expect(said[0]).toMatchObject({ nodes: 1_063_125 })
  })
})
