// The published and the measured figures of Adult, to the last digit that was printed: reference on anonymization, 8.1, 8.3, 8.4.
import { beforeAll, expect, test, vi } from 'vitest'
import { codedRows } from '../../../server/export/anonymize/table/code-rows.ts'
import { optimiseTable } from '../../../server/export/anonymize/table/optimise.ts'
import type { Model } from '../../../server/export/anonymize/table/policy.ts'
import { riskOf } from '../../../server/export/anonymize/table/risk.ts'
import { runSearch, searchTask } from '../../../server/export/anonymize/table/run.ts'
import { describeWithRecording } from '../../device-sim/recordings.ts'
import { ADULT, type Adult, type AdultPolicy, adultPolicy, readAdult } from './adult.ts'
import { sizesOf } from './recount.ts'

const PER_CENT = 10
/** Of the losses below: ARX adds rounded shares, we add whole leaves. */
const LAST_DIGIT = 1e-10

/** k, limit in %, levels, loss, suppressed, classes: ARX 3.9.2, reproduced by an exhaustive search. */
const BY_LOSS = [
  [2, 0, '0,4,1,1,3,2,0,2,0', 0.5296955144, 0, 52],
  [5, 0, '0,4,1,1,3,2,2,1,0', 0.5731509656, 0, 24],
  [12, 0, '0,4,1,1,3,2,2,1,0', 0.5731509656, 0, 24],
  [5, 2, '0,3,0,2,2,1,1,2,0', 0.3137130353, 506, 222],
  [10, 2, '0,4,0,1,2,1,1,2,0', 0.3423367036, 592, 124],
  [11, 2, '0,3,1,1,2,2,1,1,0', 0.3691708111, 585, 222],
  [12, 2, '0,4,0,2,3,1,1,1,0', 0.3814523903, 542, 95],
  [5, 5, '0,3,0,0,2,1,1,2,0', 0.2419323651, 1_346, 397],
  [11, 5, '0,4,0,1,2,1,1,1,0', 0.3032763984, 1_507, 186],
  [12, 5, '0,4,0,0,2,1,1,2,0', 0.3115149432, 1_361, 154],
  [12, 10, '0,3,0,0,2,1,1,2,0', 0.2746316684, 2_529, 228],
  [5, 100, '0,3,0,0,2,1,1,1,0', 0.2204119285, 2_553, 602],
  [12, 100, '0,3,0,0,2,1,1,2,0', 0.2746316684, 2_529, 228],
] as const

/** Measure, k, limit in %, score and its printed decimals, suppressed, levels. */
const BY_OTHERS = [
  ['discernibility', 5, 2, 7_220_555, 0, 105, '0,0,1,2,3,2,2,1,1'],
  ['discernibility', 11, 5, 11_144_809, 0, 141, '1,0,1,2,3,2,2,1,1'],
  ['discernibility', 5, 0, 33_627_534, 0, 0, '1,1,1,2,3,2,2,1,1'],
  ['aecs', 5, 2, 47.35007849, 8, 419, '1,0,1,2,3,2,2,0,1'],
  ['aecs', 11, 5, 54.24820144, 8, 1_367, '0,0,1,2,2,2,2,1,1'],
  ['precision', 5, 2, 0.4356518013, 10, 511, '0,4,0,1,1,1,1,2,0'],
  ['precision', 11, 5, 0.4171934517, 10, 1_397, '0,4,0,0,3,1,0,2,0'],
  ['nue', 5, 0, 407_289.53889, 5, 0, '1,2,1,1,3,2,2,1,1'],
  ['nue', 5, 2, 282_939.03355, 5, 309, '0,0,1,1,3,2,2,1,1'],
  ['nue_non_monotone', 5, 2, 285_604.74964, 5, 309, '0,0,1,1,3,2,2,1,1'],
  ['nue_non_monotone', 11, 5, 291_540.77704, 5, 1_430, '1,0,1,1,2,2,2,1,1'],
] as const

/** Published in ARX's own tests; k, limit in %, score, levels. */
const PUBLISHED_NUE = [
  [5, 4, 255559.85455731067, '1,0,1,1,3,2,2,0,1'],
  [100, 4, 379417.3460570988, '1,1,1,1,3,2,2,1,1'],
  [5, 0, 407289.5388925293, '1,2,1,1,3,2,2,1,1'],
  [100, 0, 453196.8932458743, '0,4,1,1,3,2,2,1,1'],
] as const

const column = 'occupation'
/** Occupation sensitive, k = 5, at most 5 %. */
const WITH_SENSITIVE: readonly (readonly [
  name: string,
  Model,
  levels: string,
  loss: number,
  suppressed: number,
  number,
])[] = [
  [
    'distinct l=3',
    { model: 'l_diversity', column, variant: 'distinct', l: 3 },
    '0,3,0,0,2,1,1,0',
    0.1717021812,
    1_400,
    387,
  ],
  // ARX prints 0.2154493356, 1,180, 261: its logarithms put classes of exactly three equal shares below three (entropy-tie.test.ts).
  [
    'entropy l=3',
    { model: 'l_diversity', column, variant: 'entropy', l: 3 },
    '0,3,0,1,2,1,1,0',
    0.2152770981,
    1_174,
    262,
  ],
  ['t=0.2 equal', { model: 't_closeness', column, variant: 'equal', t: 0.2 }, '1,4,1,1,3,1,2,1', 0.8150031862, 235, 6],
  [
    't=0.2 ordered',
    { model: 't_closeness', column, variant: 'ordered', t: 0.2 },
    '0,2,0,0,3,1,1,0',
    0.2144580618,
    1_451,
    342,
  ],
  [
    'basic β=3',
    { model: 'beta_likeness', column, variant: 'basic', beta: 3 },
    '1,3,0,0,3,2,2,0',
    0.4750904668,
    1_353,
    72,
  ],
]

// On a busy machine searches take their time.
vi.setConfig({ testTimeout: 120_000 })

describeWithRecording(ADULT, 'Adult', () => {
  let adult: Adult
  beforeAll(() => {
    adult = readAdult()
  })
  const solve = (given: AdultPolicy) => {
    const policy = adultPolicy(adult, given)
    return runSearch(searchTask(codedRows(adult.columns, adult.rows, policy), policy))
  }

  test('average risk, sample uniqueness and records at risk of the raw table', () => {
    const risk = riskOf(sizesOf(adult.rows), { numerator: 9, denominator: 100 })
    expect(risk).toMatchObject({ records: 30_162, classes: 19_502, smallest_class: 1 })
    expect(risk.average).toBe(0.6465751607983555)
    expect(risk.unique).toBe(0.5142895033485844)
    expect(risk.at_risk).toBeCloseTo(0.91665, 6)
  })

  test.for(BY_LOSS)('the optimum by loss, k=%i, at most %i per cent left out', row => {
    const [k, percent, levels, loss, suppressed, classes] = row
    const solution = solve({ k, limit: percent * PER_CENT })
    expect(solution).toMatchObject({ suppressed, classes, optimal: true, gap: 0 })
    expect(solution.levels.join()).toBe(levels)
    expect(Math.abs(solution.loss - loss)).toBeLessThan(LAST_DIGIT)
    expect(solution.score).toBe(solution.loss)
    expect(solution.kept.reduce((sum, kept) => sum + kept, 0)).toBe(30_162 - suppressed)
  })

  test.for(BY_OTHERS)('the optimum by %s, k=%i, at most %i per cent left out', row => {
    const [metric, k, percent, score, decimals, suppressed, levels] = row
    const solution = solve({ k, limit: percent * PER_CENT, metric })
    expect(solution.score.toFixed(decimals)).toBe(score.toFixed(decimals))
    expect(solution.levels.join()).toBe(levels)
    expect(solution.suppressed).toBe(suppressed)
  })

  test.for(PUBLISHED_NUE)('the entropy that ARX publishes, k=%i, at most %i per cent left out', row => {
    const [k, percent, score, levels] = row
    const solution = solve({ k, limit: percent * PER_CENT, metric: 'nue' })
    // The last digits are those of another order of adding.
    expect(Math.abs(solution.score / score - 1)).toBeLessThan(1e-14)
    expect(solution.levels.join()).toBe(levels)
  })

  test('the same from a worker thread', async () => {
    const policy = adultPolicy(adult, { k: 12, limit: 5 * PER_CENT })
    const solution = await optimiseTable({ columns: adult.columns, rows: adult.rows, policy })
    expect(solution).toMatchObject({
      ...solve({ k: 12, limit: 5 * PER_CENT }),
      searchMs: expect.any(Number),
      records: 30_162,
    })
    const age = policy.quasiIdentifiers[1]!.hierarchy.values.find(line => line[0] === adult.rows[0]![1])!
    expect(solution.generalised(0, 1)).toBe(age[solution.levels[1]!])
  })

  test.for(WITH_SENSITIVE)('occupation sensitive, %s', ([, model, levels, loss, suppressed, classes]) => {
    const solution = solve({ k: 5, limit: 5 * PER_CENT, models: [model] })
    expect(solution).toMatchObject({ suppressed, classes })
    expect(solution.levels.join()).toBe(levels)
    expect(Math.abs(solution.loss - loss)).toBeLessThan(LAST_DIGIT)
  })
})
