// Each privacy model on classes small enough to be worked out by hand, exactly on the bound and just past it.
import { expect, test } from 'vitest'
import { codedRows } from '../../../server/export/anonymize/table/code-rows.ts'
import { byCodePoint, codedHierarchy } from '../../../server/export/anonymize/table/coding.ts'
import { fractionOf } from '../../../server/export/anonymize/table/exact.ts'
import {
  distinctDiversity,
  entropyDiversity,
  recursiveDiversity,
} from '../../../server/export/anonymize/table/models/l-diversity.ts'
import {
  alphaBound,
  betaLikeness,
  deltaDisclosure,
} from '../../../server/export/anonymize/table/models/ratio-models.ts'
import {
  equalCloseness,
  hierarchicalCloseness,
  orderedCloseness,
} from '../../../server/export/anonymize/table/models/t-closeness.ts'
import type { Model, TablePolicy } from '../../../server/export/anonymize/table/policy.ts'
import { runSearch, searchTask } from '../../../server/export/anonymize/table/run.ts'

const size = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
const asks = (check: (counts: Int32Array, size: number) => boolean, ...counts: number[]) =>
  check(Int32Array.from(counts), size(counts))
const table = (...counts: number[]) => ({ counts: Int32Array.from(counts), records: size(counts) })

test('distinct: as many different values as asked', () => {
  expect(asks(distinctDiversity(3), 5, 1, 0, 1)).toBe(true)
  expect(asks(distinctDiversity(3), 5, 2, 0, 0)).toBe(false)
})

test.for([
  [3, [1, 1, 1]],
  [3, [7, 7, 7]],
  [3, [10_001, 10_001, 10_001]],
  [10, Array.from({ length: 10 }, () => 13)],
  [2.5, Array.from({ length: 5 }, () => 4)],
] as [number, number[]][])('entropy: classes exactly on the bound satisfy %i', ([l, counts]) => {
  expect(asks(entropyDiversity(l), ...counts)).toBe(true)
})

test('entropy: one record off the bound does not satisfy, however large the class', () => {
  expect(asks(entropyDiversity(3), 10_001, 10_001, 10_000)).toBe(false)
  // 7.4e-10 below ln 3: closer than what is decided by logarithms.
  expect(asks(entropyDiversity(3), 20_000, 20_000, 19_999)).toBe(false)
})

test('recursive: the most frequent against the rest, sorted from the most frequent down', () => {
  // r = 11, 4, 3: 11 < c · 3 only for c above 3 2/3. Sorted the other way round, c = 1 would do.
  expect(asks(recursiveDiversity(3, 3.667), 4, 3, 11)).toBe(true)
  expect(asks(recursiveDiversity(3, 3.666), 4, 3, 11)).toBe(false)
  expect(asks(recursiveDiversity(3, 4), 12, 5, 3)).toBe(false)
  expect(asks(recursiveDiversity(3, 1_000), 12, 5, 0)).toBe(false)
})

test('equal closeness: half the sum of differences, the bound included', () => {
  // q = 0.6, 0.4 against p = 0.4, 0.6.
  expect(asks(equalCloseness(0.2, table(40, 60)), 3, 2)).toBe(true)
  expect(asks(equalCloseness(0.1999999999, table(40, 60)), 3, 2)).toBe(false)
})

test('ordered closeness: steps along a line', () => {
  // All of the class at one end of three values, the table evenly spread: (2/3 + 1/3) / 2.
  const check = (t: number) => orderedCloseness(t, table(10, 10, 10), [0, 1, 2], 3)
  expect(asks(check(0.5), 6, 0, 0)).toBe(true)
  expect(asks(check(0.4999), 6, 0, 0)).toBe(false)
  expect(asks(check(0.34), 0, 6, 0)).toBe(true)
})

test('hierarchical closeness: values under one parent are near each other', () => {
  const tree = codedHierarchy({
    name: 'tree',
    values: ['w', 'x', 'y', 'z'].map((value, i) => [value, i < 2 ? 'low' : 'high', '*']),
  })
  const check = (t: number) => hierarchicalCloseness(t, table(5, 5, 5, 5), [0, 1, 2, 3], tree)
  // w and x trade places below "low": a quarter moves half the height.
  expect(asks(check(0.125), 2, 0, 1, 1)).toBe(true)
  expect(asks(check(0.1249), 2, 0, 1, 1)).toBe(false)
  // Everything in "low": half moves the whole height.
  expect(asks(check(0.5), 1, 1, 0, 0)).toBe(true)
  expect(asks(check(0.4999), 1, 1, 0, 0)).toBe(false)
})

test('α: the largest share, the bound included', () => {
  expect(asks(alphaBound(0.3), 3, 3, 3, 1)).toBe(true)
  expect(asks(alphaBound(0.3), 4, 3, 2, 1)).toBe(false)
})

test('β: gain over the table, and for the enhanced one less where a value is frequent', () => {
  // p = 0.1, q = 0.4: gain 3.
  expect(asks(betaLikeness(3, 'basic', table(10, 90)), 4, 6)).toBe(true)
  expect(asks(betaLikeness(2.999, 'basic', table(10, 90)), 4, 6)).toBe(false)
  // −ln 0.1 = 2.30.
  expect(asks(betaLikeness(3, 'enhanced', table(10, 90)), 4, 6)).toBe(false)
  expect(asks(betaLikeness(3, 'enhanced', table(10, 90)), 33, 67)).toBe(true)
})

test('δ: shares of what is there, both ways', () => {
  expect(asks(deltaDisclosure(0.7, table(10, 10, 20)), 2, 2, 4)).toBe(true)
  expect(asks(deltaDisclosure(0.69, table(10, 10, 20)), 4, 0, 4)).toBe(false)
  expect(asks(deltaDisclosure(0.7, table(10, 10, 20)), 4, 0, 4)).toBe(true)
  expect(asks(deltaDisclosure(0.7, table(10, 10, 20)), 1, 3, 4)).toBe(true)
  expect(asks(deltaDisclosure(0.69, table(10, 10, 20)), 1, 3, 4)).toBe(false)
})

const policyOf = (models: Model[], limit = 0): TablePolicy => ({
  quasiIdentifiers: [
    {
      column: 'a',
      weight: 1,
      hierarchy: {
        name: 'a',
        values: [
          ['A', 'AB', '*'],
          ['B', 'AB', '*'],
          ['C', 'C', '*'],
        ],
      },
    },
  ],
  sensitive: ['s'],
  models,
  suppressionLimit: { numerator: limit, denominator: 100 },
  metric: 'loss',
})
const rowsOf = (counts: Record<string, Record<string, number>>): string[][] =>
  Object.entries(counts).flatMap(([a, values]) =>
    Object.entries(values).flatMap(([s, count]) => Array.from({ length: count }, () => [a, s])),
  )
const solve = (rows: string[][], policy: TablePolicy) =>
  runSearch(searchTask(codedRows(['a', 's'], rows, policy), policy))

test('δ: a finer recoding is found although a coarser one fails', () => {
  // v is a fifth of A, absent from B, three tenths of C: joined, A and B have half of what the table has.
  const rows = rowsOf({ A: { v: 2, w: 8 }, B: { w: 10 }, C: { v: 6, w: 14 } })
  expect(solve(rows, policyOf([{ model: 'delta_disclosure', delta: 0.5 }])).levels).toEqual([0])
})

test('a model without a column holds for each sensitive column alone', () => {
  const rows = rowsOf({ A: { v: 2, w: 2 }, B: { v: 4 }, C: { v: 2, w: 2 } })
  expect(solve(rows, policyOf([{ model: 'l_diversity', variant: 'distinct', l: 2 }])).levels).toEqual([1])
})

test('classes that fail a model are left out within the same limit', () => {
  const rows = rowsOf({ A: { v: 10, w: 10 }, B: { v: 3 }, C: { v: 38, w: 39 } })
  const model: Model = { model: 'l_diversity', column: 's', variant: 'distinct', l: 2 }
  expect(solve(rows, policyOf([model], 3))).toMatchObject({ levels: [0], suppressed: 3, classes: 2 })
  expect(solve(rows, policyOf([model], 2))).toMatchObject({ levels: [1], suppressed: 0 })
})

test('no_solution, with the reason, when nothing would be left', () => {
  const rows = rowsOf({ A: { v: 3 }, B: { v: 3 }, C: { v: 3 } })
  const diverse: Model = { model: 'l_diversity', column: 's', variant: 'distinct', l: 2 }
  expect(() => solve(rows, policyOf([diverse], 100))).toThrow(/Not even with every value fully generalised/)
  expect(() => solve(rows, policyOf([{ model: 'k_anonymity', k: 10 }], 100))).toThrow(
    'There are 9 records, and a class needs 10',
  )
})

test('values are in order of their code points, not of their UTF-16 units', () => {
  expect(['\u{1F600}', '\uFF5E', 'b', 'a', 'ab'].sort(byCodePoint)).toEqual(['a', 'ab', 'b', '\uFF5E', '\u{1F600}'])
})

test.for([
  [0.05, 5n, 100n],
  [12, 12n, 1n],
  [1e-7, 1n, 10_000_000n],
  [1.5e21, 1_500_000_000_000_000_000_000n, 1n],
] as [number, bigint, bigint][])('%f is the fraction that it is written as', ([value, numerator, denominator]) => {
  expect(fractionOf(value)).toEqual({ numerator, denominator })
})
