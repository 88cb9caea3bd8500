// MDAV's groups are those of a plain implementation of its description, and of the size they must have.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mdav, standardised } from '../../../server/export/anonymize/mdav.ts'

/** The description, step by step, with every distance computed anew. */
function plain(points: number[][], k: number): number[][] {
  const squared = (a: number[], b: number[]) => a.reduce((sum, value, j) => sum + (value - b[j]!) ** 2, 0)
  const mean = (of: number[]) => points[0]!.map((_, j) => of.reduce((sum, i) => sum + points[i]![j]!, 0) / of.length)
  let rest = points.map((_, i) => i)
  const farthest = (from: number[]) =>
    rest.reduce((best, i) => (squared(points[i]!, from) > squared(points[best]!, from) ? i : best), rest[0]!)
  const groups: number[][] = []
  const near = (i: number) => {
    const group = [...rest]
      .sort((a, b) => squared(points[a]!, points[i]!) - squared(points[b]!, points[i]!) || a - b)
      .slice(0, k)
    rest = rest.filter(of => !group.includes(of))
    groups.push(group.sort((a, b) => a - b))
  }
  while (rest.length >= 3 * k) {
    const r = farthest(mean(rest))
    near(r)
    near(farthest(points[r]!))
  }
  if (rest.length >= 2 * k) near(farthest(mean(rest)))
  if (rest.length > 0) groups.push(rest)
  return groups
}

const clouds = fc
  .record({
    k: fc.integer({ min: 1, max: 6 }),
    n: fc.integer({ min: 0, max: 40 }),
    width: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ k, n, width }) =>
    fc.record({
      k: fc.constant(k),
      points: fc.array(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: width, maxLength: width }), {
        minLength: n,
        maxLength: n,
      }),
    }),
  )

describe('mdav', () => {
  test('groups equal those of the plain quadratic implementation', () => {
    fc.assert(
      fc.property(clouds, ({ k, points }) => {
        expect(
          mdav(
            points.map(point => Float64Array.from(point)),
            k,
          ),
        ).toEqual(plain(points, k))
      }),
      { numRuns: 300 },
    )
  })

  test('everybody is in one group of k to 2k − 1, or all in one when there are fewer than 2k', () => {
    fc.assert(
      fc.property(clouds, ({ k, points }) => {
        const groups = mdav(
          points.map(point => Float64Array.from(point)),
          k,
        )
        expect(groups.flat().sort((a, b) => a - b)).toEqual(points.map((_, i) => i))
        for (const { length } of groups) {
          if (points.length >= k) expect(length).toBeGreaterThanOrEqual(k)
          expect(length).toBeLessThan(2 * k)
        }
      }),
    )
  })

  test('an unknown feature counts as the mean, and one without spread as nothing', () => {
    expect(
      standardised([
        [1, 5],
        [3, 5],
        [Number.NaN, 5],
      ]).map(point => [...point]),
    ).toEqual([
      [-1, 0],
      [1, 0],
      [0, 0],
    ])
  })
})
