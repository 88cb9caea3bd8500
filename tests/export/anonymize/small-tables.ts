/** Small random tables with hierarchies, for properties that hold for every table. */
import fc from 'fast-check'
import type { Hierarchy } from '../../../server/export/anonymize/table/hierarchy.ts'
import { METRICS, type Metric, type Model, type TablePolicy } from '../../../server/export/anonymize/table/policy.ts'

export interface SmallTable {
  columns: string[]
  rows: string[][]
  policy: TablePolicy
}

/** Level by level, each node of the level below gets one of fewer and fewer nodes above. */
function hierarchy(name: string): fc.Arbitrary<Hierarchy> {
  const heights = fc.array(fc.array(fc.nat(2), { minLength: 6, maxLength: 6 }), { maxLength: 3, size: 'max' })
  return fc.tuple(fc.integer({ min: 1, max: 6 }), heights).map(([leaves, choices]) => {
    let nodes = Array.from({ length: leaves }, (_, leaf) => leaf)
    const levels = choices.map((choice, level) => {
      nodes = nodes.map(node => choice[node]! % (3 - level))
      return nodes
    })
    const values = nodes.map((_, leaf) => [
      `${name}${leaf}`,
      ...levels.map((level, i) => `${name}/${i}/${level[leaf]}`),
    ])
    return { name, values }
  })
}

const column = 's'
const share = (max: number) => fc.integer({ min: 1, max: 20 * max }).map(twentieths => twentieths / 20)
const sensitiveTree: Hierarchy = {
  name: 'tree',
  values: [
    ['w', 'low', '*'],
    ['x', 'low', '*'],
    ['y', 'high', '*'],
    ['z', 'high', '*'],
  ],
}

const sensitiveModel: fc.Arbitrary<Model> = fc.oneof(
  fc.record({
    model: fc.constant('l_diversity' as const),
    column: fc.constant(column),
    variant: fc.constantFrom('distinct' as const, 'entropy' as const),
    l: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    model: fc.constant('l_diversity' as const),
    column: fc.constant(column),
    variant: fc.constant('recursive' as const),
    l: fc.integer({ min: 1, max: 3 }),
    c: share(3),
  }),
  fc.record({
    model: fc.constant('t_closeness' as const),
    column: fc.constant(column),
    variant: fc.constantFrom('equal' as const, 'ordered' as const),
    t: share(1),
  }),
  fc.record({
    model: fc.constant('t_closeness' as const),
    column: fc.constant(column),
    variant: fc.constant('hierarchical' as const),
    t: share(1),
    hierarchy: fc.constant(sensitiveTree),
  }),
  fc.record({
    model: fc.constant('beta_likeness' as const),
    column: fc.constant(column),
    variant: fc.constantFrom('basic' as const, 'enhanced' as const),
    beta: share(3),
  }),
  fc.record({
    model: fc.constant('alpha_k' as const),
    column: fc.constant(column),
    alpha: share(1),
    k: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ model: fc.constant('delta_disclosure' as const), column: fc.constant(column), delta: share(2) }),
)

export interface SmallTableLimits {
  models?: 'k only' | 'any'
  metric?: Metric
}

export function smallTable({ models = 'any', metric }: SmallTableLimits = {}): fc.Arbitrary<SmallTable> {
  return fc
    .record({
      hierarchies: fc.integer({ min: 1, max: 3 }).chain(n => fc.tuple(...['a', 'b', 'c'].slice(0, n).map(hierarchy))),
      seeds: fc.array(fc.array(fc.nat(59), { minLength: 4, maxLength: 4 }), {
        minLength: 1,
        maxLength: 25,
        size: 'max',
      }),
      k: fc.integer({ min: 1, max: 5 }),
      others: models === 'any' ? fc.array(sensitiveModel, { maxLength: 2 }) : fc.constant([]),
      limit: fc.constantFrom(0, 5, 20, 50, 100),
      weights: fc.array(fc.constantFrom(0.5, 1, 2), { minLength: 3, maxLength: 3 }),
      metric: metric ? fc.constant(metric) : fc.constantFrom(...METRICS),
    })
    .map(({ hierarchies, seeds, k, others, limit, weights, metric }) => ({
      columns: [...hierarchies.map(({ name }) => name), column],
      rows: seeds.map(seed => [
        ...hierarchies.map(({ values }, i) => values[seed[i]! % values.length]![0]!),
        'wxyz'[seed[3]! % 4]!,
      ]),
      policy: {
        quasiIdentifiers: hierarchies.map((hierarchy, i) => ({
          column: hierarchy.name,
          hierarchy,
          weight: weights[i]!,
        })),
        sensitive: [column],
        models: [{ model: 'k_anonymity', k }, ...others],
        suppressionLimit: { numerator: limit, denominator: 100 },
        metric,
      },
    }))
}
