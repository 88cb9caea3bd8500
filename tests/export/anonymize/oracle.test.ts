// The exhaustive search of all 12,960 nodes of Adult: what passes, and that nothing is better than what the engine finds.
import { beforeAll, expect, test, vi } from 'vitest'
import { codedRows } from '../../../server/export/anonymize/table/code-rows.ts'
import { createExaminer } from '../../../server/export/anonymize/table/examine.ts'
import { latticeOf } from '../../../server/export/anonymize/table/lattice.ts'
import { runSearch, searchTask } from '../../../server/export/anonymize/table/run.ts'
import { describeWithRecording } from '../../device-sim/recordings.ts'
import { ADULT, type Adult, adultPolicy, readAdult } from './adult.ts'
import { type NodeFacts, visitAllNodes } from './oracle.ts'

const KS = [2, 5, 10, 11, 12, 20]
const RECORDS = 30_162
const limitOf = (percent: number): number => Math.floor((RECORDS * percent) / 100)

/** k → limit in % → nodes within it. */
const PASSING: readonly (readonly [k: number, percent: number, nodes: number])[] = [
  ...([
    [2, 0, 136],
    [2, 2, 5_641],
  ] as const),
  ...([
    [5, 0, 87],
    [5, 2, 2_861],
    [5, 5, 5_184],
  ] as const),
  ...([
    [10, 2, 1_743],
    [10, 5, 3_433],
  ] as const),
  ...([
    [11, 0, 62],
    [11, 2, 1_640],
    [11, 5, 3_235],
    [11, 10, 5_822],
  ] as const),
  ...([
    [12, 0, 62],
    [12, 2, 1_511],
    [12, 5, 3_086],
    [12, 10, 5_594],
  ] as const),
  [20, 5, 2_183],
]

// On a busy machine searches take their time.
vi.setConfig({ testTimeout: 120_000 })

describeWithRecording(ADULT, 'all nodes of Adult', () => {
  let adult: Adult
  const all: { levels: number[]; facts: readonly NodeFacts[] }[] = []
  const heights = () => adult.columns.map(column => adult.hierarchies.get(column)![0]!.length)

  beforeAll(() => {
    adult = readAdult()
    visitAllNodes(adult, KS, (levels, facts) => all.push({ levels: [...levels], facts }))
  }, 600_000)

  test('are 12,960', () => {
    expect(all.length).toBe(12_960)
  })

  test.for(PASSING)('k=%i, at most %i per cent left out: %i pass', ([k, percent, nodes]) => {
    const within = all.filter(({ facts }) => facts[KS.indexOf(k)]!.suppressed <= limitOf(percent))
    expect(within.length).toBe(nodes)
  })

  test('the engine counts every node as the oracle does', () => {
    const policy = adultPolicy(adult, { k: 12, limit: 0 })
    const { table } = codedRows(adult.columns, adult.rows, policy)
    const examiner = createExaminer(table, latticeOf(heights()), { minSize: 12, joinable: true, models: [] })
    const different = all.filter(({ levels, facts }, node) => {
      const { suppressed, kept, levels: at } = examiner.release(node)
      const told = facts[KS.indexOf(12)]!
      return at.join() !== levels.join() || suppressed !== told.suppressed || kept !== told.classes
    })
    expect(different).toEqual([])
  })

  test('raising a column never leaves more records in small classes', () => {
    const steps = heights().map((_, i) =>
      heights()
        .slice(0, i)
        .reduce((product, height) => product * height, 1),
    )
    const worse = all.flatMap(({ levels, facts }, node) =>
      steps.flatMap((step, i) => {
        if (levels[i] === heights()[i]! - 1) return []
        return facts.filter((fact, k) => all[node + step]!.facts[k]!.suppressed > fact.suppressed)
      }),
    )
    expect(worse).toEqual([])
  })

  test.for([
    ...KS.flatMap(k => [0, 2, 5, 10, 100].map(percent => ({ k, percent, metric: 'loss' as const }))),
    ...[5, 12].flatMap(k => (['discernibility', 'precision'] as const).map(metric => ({ k, percent: 5, metric }))),
  ])(
    'nothing is better than what the engine finds: $metric, k=$k, at most $percent per cent left out',
    ({ k, percent, metric }) => {
      const policy = adultPolicy(adult, { k, limit: 10 * percent, metric })
      const solution = runSearch(searchTask(codedRows(adult.columns, adult.rows, policy), policy))
      const within = all.filter(({ facts }) => facts[KS.indexOf(k)]!.suppressed <= limitOf(percent))
      const least = within.reduce(
        (best, { facts }) => Math.min(best, facts[KS.indexOf(k)]![metric]),
        Number.POSITIVE_INFINITY,
      )
      expect(Math.abs(solution.score / least - 1)).toBeLessThan(1e-11)
      const node = all.find(({ levels }) => levels.join() === solution.levels.join())!.facts[KS.indexOf(k)]!
      expect(solution).toMatchObject({ suppressed: node.suppressed, classes: node.classes, optimal: true })
      expect(Math.abs(solution.score / node[metric] - 1)).toBeLessThan(1e-11)
    },
  )
})
