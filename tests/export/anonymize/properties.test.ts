// What holds for every table, model and measure: the optimum is one, nothing it should not depend on moves it, and the result is what it says.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { codedRows } from '../../../server/export/anonymize/table/code-rows.ts'
import { leadingDigits } from '../../../server/export/anonymize/table/exact.ts'
import { createExaminer } from '../../../server/export/anonymize/table/examine.ts'
import { above, latticeOf } from '../../../server/export/anonymize/table/lattice.ts'
import { measureOf } from '../../../server/export/anonymize/table/metrics/measure.ts'
import { METRICS, type TablePolicy } from '../../../server/export/anonymize/table/policy.ts'
import { runSearch, searchTask } from '../../../server/export/anonymize/table/run.ts'
import { search } from '../../../server/export/anonymize/table/search.ts'
import { openSpace, wholeSpace } from '../../../server/export/anonymize/table/space.ts'
import { bestOf } from './oracle.ts'
import { type SmallTable, smallTable } from './small-tables.ts'

// Thousands of searches; on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })
const RUNS = { numRuns: 500 }

function solve({ columns, rows, policy }: SmallTable) {
  const task = searchTask(codedRows(columns, rows, policy), policy)
  try {
    return runSearch(task)
  } catch (error) {
    expect(error).toMatchObject({ code: 'no_solution' })
    return null
  }
}
const essence = (table: SmallTable) => {
  const solution = solve(table)
  return (
    solution && {
      score: solution.score,
      loss: solution.loss,
      suppressed: solution.suppressed,
      classes: solution.classes,
    }
  )
}

test('the best score and its suppressed records are those of an exhaustive search', () => {
  fc.assert(
    fc.property(smallTable(), table => {
      const [found, best] = [solve(table), bestOf(table.columns, table.rows, table.policy)]
      expect(found === null).toBe(best === null)
      if (!found || !best) return
      expect(Math.abs(found.score - best.score)).toBeLessThan(1e-9 * Math.max(1, best.score))
      expect(found.suppressed).toBe(best.suppressed)
    }),
    { numRuns: 2_000 },
  )
})

test('a search that remembers only what it met finds the same node', () => {
  fc.assert(
    fc.property(smallTable(), ({ columns, rows, policy }) => {
      const { table, models, limit } = searchTask(codedRows(columns, rows, policy), policy)
      const lattice = latticeOf(table.attributes.map(({ codes }) => codes.length))
      const examiner = createExaminer(table, lattice, models)
      const measure = measureOf(policy.metric, {
        ...{ table, base: examiner.base, weights: table.attributes.map(() => 1), minSize: models.minSize },
      })
      const [whole, open] = [wholeSpace, openSpace].map(spaceOf =>
        search({ lattice, space: spaceOf(lattice, measure.bound), examiner, measure, limit, monotone: false }),
      )
      expect(open!.optimal).toBe(true)
      expect(open!.best).toEqual(whole!.best)
    }),
    RUNS,
  )
})

test('a score is never below its bound, and bounds never fall upwards', () => {
  fc.assert(
    fc.property(smallTable(), fc.constantFrom(...METRICS), ({ columns, rows, policy }, metric) => {
      const { table, models } = searchTask(codedRows(columns, rows, policy), policy)
      const lattice = latticeOf(table.attributes.map(({ codes }) => codes.length))
      const examiner = createExaminer(table, lattice, models)
      const measure = measureOf(metric, { table, base: examiner.base, weights: [1, 1, 1], minSize: models.minSize })
      const { bound } = wholeSpace(lattice, measure.bound)
      for (let node = 0; node < lattice.nodes; node++) {
        const release = examiner.release(node)
        if (release.kept > 0) expect(leadingDigits(measure.score(release))).toBeGreaterThanOrEqual(bound(node))
        for (const next of above(lattice, node)) expect(bound(next)).toBeGreaterThanOrEqual(bound(node))
      }
    }),
    RUNS,
  )
})

test('raising a column never leaves more records in classes that are too small', () => {
  fc.assert(
    fc.property(smallTable(), ({ columns, rows, policy }) => {
      const { table, models } = searchTask(codedRows(columns, rows, policy), policy)
      const lattice = latticeOf(table.attributes.map(({ codes }) => codes.length))
      const examiner = createExaminer(table, lattice, models)
      for (let node = 0; node < lattice.nodes; node++)
        for (const next of above(lattice, node))
          expect(examiner.tooSmall(next)).toBeLessThanOrEqual(examiner.tooSmall(node))
    }),
    RUNS,
  )
})

test('the optimum stays when rows are in another order', () => {
  fc.assert(
    fc.property(smallTable(), fc.infiniteStream(fc.nat()), (table, order) => {
      const sorted = table.rows
        .map(row => ({ row, place: order.next().value as number }))
        .sort((a, b) => a.place - b.place)
        .map(({ row }) => row)
      const [before, after] = [solve(table), solve({ ...table, rows: sorted })]
      expect(after?.levels).toEqual(before?.levels)
      expect(essence({ ...table, rows: sorted })).toEqual(essence(table))
    }),
    RUNS,
  )
})

test('the optimum stays when values have other names and hierarchies another order', () => {
  fc.assert(
    fc.property(smallTable(), table => {
      const renamed = (value: string) => `z${value}z`
      const policy: TablePolicy = {
        ...table.policy,
        quasiIdentifiers: table.policy.quasiIdentifiers.map(quasi => {
          const values = quasi.hierarchy.values.map(line => line.map(renamed)).reverse()
          return { ...quasi, hierarchy: { name: quasi.hierarchy.name, values } }
        }),
      }
      const rows = table.rows.map(row => row.map((value, i) => (i < row.length - 1 ? renamed(value) : value)))
      expect(essence({ ...table, rows, policy })).toEqual(essence(table))
    }),
    RUNS,
  )
})

test('the optimum stays when a level is there twice', () => {
  const measures = METRICS.filter(metric => metric !== 'precision').map(metric => smallTable({ metric }))
  fc.assert(
    fc.property(fc.oneof(...measures), fc.nat(2), (table, which) => {
      const quasiIdentifiers = table.policy.quasiIdentifiers.map((quasi, i) => {
        if (i !== which % table.policy.quasiIdentifiers.length) return quasi
        const values = quasi.hierarchy.values.map(line => [...line, line.at(-1)!])
        return { ...quasi, hierarchy: { ...quasi.hierarchy, values } }
      })
      expect(essence({ ...table, policy: { ...table.policy, quasiIdentifiers } })).toEqual(essence(table))
    }),
    RUNS,
  )
})

test('a larger k never costs less', () => {
  fc.assert(
    fc.property(smallTable({ models: 'k only' }), table => {
      const [first] = table.policy.models
      if (first?.model !== 'k_anonymity') throw new Error('k first')
      const larger = { ...table.policy, models: [{ ...first, k: first.k + 1 }] }
      const [before, after] = [solve(table), solve({ ...table, policy: larger })]
      if (after) expect(after.score).toBeGreaterThanOrEqual(before!.score)
    }),
    RUNS,
  )
})

test('classes and suppressed records add up, every class that is kept is large enough, and values become what their hierarchy says', () => {
  fc.assert(
    fc.property(smallTable(), table => {
      const solution = solve(table)
      if (!solution) return
      const classes = new Map<string, number>()
      for (const [row, cells] of table.rows.entries()) {
        if (solution.kept[row] === 0) continue
        const general = table.policy.quasiIdentifiers.map(({ hierarchy }, i) => {
          const line = hierarchy.values.find(values => values[0] === cells[i])!
          return line[solution.levels[i]!]!
        })
        classes.set(JSON.stringify(general), (classes.get(JSON.stringify(general)) ?? 0) + 1)
      }
      const sizes = [...classes.values()]
      expect(sizes.length).toBe(solution.classes)
      expect(sizes.reduce((total, size) => total + size, 0) + solution.suppressed).toBe(table.rows.length)
      const [first] = table.policy.models
      for (const size of sizes) expect(size).toBeGreaterThanOrEqual((first as { k: number }).k)
    }),
    RUNS,
  )
})
