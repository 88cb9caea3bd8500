/** The attack on kept back counts: as sharp as trying all tables, and sharp enough for every way in which a table can be told. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { intervalsOf, type ToldSum } from '../../server/export/gate/trial/interval-attack.ts'

/** All counts from 0 to `most` that obey the sums, tried one by one. */
function bruteForce(hidden: number, sums: readonly ToldSum[], most: number) {
  const bounds = Array.from({ length: hidden }, () => ({
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
  }))
  const counts = Array<number>(hidden).fill(0)
  const visit = (cell: number): void => {
    if (cell < hidden) {
      for (let n = 0; n <= most; n++) {
        counts[cell] = n
        const over = sums.some(of => of.cells.reduce((sum, i) => sum + (i <= cell ? (counts[i] ?? 0) : 0), 0) > of.sum)
        if (!over) visit(cell + 1)
      }
      counts[cell] = 0
      return
    }
    if (!sums.every(of => of.cells.reduce((sum, i) => sum + (counts[i] ?? 0), 0) === of.sum)) return
    for (const [i, bound] of bounds.entries()) {
      bound.low = Math.min(bound.low, counts[i] ?? 0)
      bound.high = Math.max(bound.high, counts[i] ?? 0)
    }
  }
  visit(0)
  return bounds
}

test('gives the bounds that trying all two-way tables gives', () => {
  const table = fc.record({
    counts: fc.array(fc.array(fc.nat(4), { minLength: 3, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
    mask: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
  })
  fc.assert(
    fc.property(table, ({ counts, mask }) => {
      const cells = counts.flatMap((row, i) => row.map((n, j) => ({ i, j, n, hidden: mask[i * 3 + j] === true })))
      const hidden = cells.filter(cell => cell.hidden)
      const sumOf = (within: (cell: { i: number; j: number }) => boolean): ToldSum => ({
        cells: hidden.flatMap((cell, at) => (within(cell) ? [at] : [])),
        sum: hidden.filter(within).reduce((sum, { n }) => sum + n, 0),
      })
      const sums = [
        ...counts.map((_, i) => sumOf(cell => cell.i === i)),
        ...[0, 1, 2].map(j => sumOf(cell => cell.j === j)),
      ]
      const found = intervalsOf(hidden.length, sums)
      const tried = bruteForce(hidden.length, sums, 12)
      expect(found).toBeDefined()
      for (const [at, { low, high }] of tried.entries()) {
        expect(found?.[at]?.low).toBeCloseTo(low, 6)
        expect(found?.[at]?.high).toBeCloseTo(high, 6)
      }
    }),
    { numRuns: 150 },
  )
})

describe('of sums', () => {
  test('that nothing obeys there are no bounds', () => {
    expect(
      intervalsOf(2, [
        { cells: [0, 1], sum: 3 },
        { cells: [0], sum: 5 },
      ]),
    ).toBeUndefined()
    expect(intervalsOf(1, [{ cells: [0], sum: -1 }])).toBeUndefined()
  })

  test('that leave a count open it can be as large as one likes', () => {
    expect(intervalsOf(2, [{ cells: [0], sum: 3 }])).toEqual([
      { low: 3, high: 3 },
      { low: 0, high: Number.POSITIVE_INFINITY },
    ])
  })

  test('that are told twice the bounds stay', () => {
    const sums = [
      { cells: [0, 1], sum: 7 },
      { cells: [0, 1], sum: 7 },
    ]
    expect(intervalsOf(2, sums)).toEqual([
      { low: 0, high: 7 },
      { low: 0, high: 7 },
    ])
  })
})
