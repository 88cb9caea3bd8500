// What is hidden in a table stays hidden from an attacker who tries every table that fits.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundsOf, type Hidden, suppressed } from '../../../server/export/anonymize/suppression.ts'

/** Every filling of the hidden cells with whole numbers from 0 that gives the same margins. */
function* fillings(counts: readonly (readonly number[])[], hidden: Hidden): Generator<number[][]> {
  const cells = hidden.flatMap((row, i) => row.flatMap((is, j) => (is ? [[i, j] as const] : [])))
  const rows = counts.map((row, i) => row.reduce((sum, n, j) => sum + (hidden[i]![j] ? n : 0), 0))
  const columns = counts[0]!.map((_, j) => counts.reduce((sum, row, i) => sum + (hidden[i]![j] ? row[j]! : 0), 0))
  const table = counts.map(row => [...row])
  function* fill(at: number): Generator<number[][]> {
    if (at === cells.length) {
      if (rows.every(left => left === 0) && columns.every(left => left === 0)) yield table.map(row => [...row])
      return
    }
    const [i, j] = cells[at]!
    for (let n = 0; n <= Math.min(rows[i]!, columns[j]!); n++) {
      table[i]![j] = n
      rows[i]! -= n
      columns[j]! -= n
      yield* fill(at + 1)
      rows[i]! += n
      columns[j]! += n
    }
  }
  yield* fill(0)
}

const tables = fc
  .record({ rows: fc.integer({ min: 1, max: 3 }), columns: fc.integer({ min: 1, max: 3 }) })
  .chain(({ rows, columns }) =>
    fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    }),
  )

describe('cell suppression', () => {
  test('bounds of a hidden cell are the smallest and largest of all tables that fit', () => {
    fc.assert(
      fc.property(tables, fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), (counts, pattern) => {
        const hidden = counts.map((row, i) => row.map((_, j) => pattern[i * 3 + j]!))
        const cells = hidden.flatMap((row, i) => row.flatMap((is, j) => (is ? [[i, j] as const] : [])))
        const seen = cells.map(() => ({ low: Number.POSITIVE_INFINITY, high: -1 }))
        for (const table of fillings(counts, hidden))
          for (const [at, [i, j]] of cells.entries()) {
            seen[at]!.low = Math.min(seen[at]!.low, table[i]![j]!)
            seen[at]!.high = Math.max(seen[at]!.high, table[i]![j]!)
          }
        expect(cells.map(([i, j]) => boundsOf(counts, hidden, i, j))).toEqual(seen)
      }),
      { numRuns: 100 },
    )
  })

  test('no count below k is told, and no hidden one can be narrowed to less than k, whatever the table', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 2, max: 3 }), (counts, k) => {
        const hidden = suppressed(counts, k)
        if (!hidden) return
        const fits = [...fillings(counts, hidden)]
        for (const [i, row] of counts.entries())
          for (const [j, n] of row.entries()) {
            if (n < k) expect(hidden[i]![j]).toBe(true)
            if (!hidden[i]![j]) continue
            const values = fits.map(table => table[i]![j]!)
            expect(Math.max(...values) - Math.min(...values)).toBeGreaterThanOrEqual(k)
          }
      }),
      { numRuns: 100 },
    )
  })

  test('nothing is hidden when every count has k', () => {
    expect(
      suppressed(
        [
          [12, 30],
          [14, 15],
        ],
        12,
      ),
    ).toEqual([
      [false, false],
      [false, false],
    ])
  })

  test('the table is not told when a single row gives its hidden count away', () => {
    expect(suppressed([[3, 20, 30]], 12)).toBeUndefined()
  })

  test('other counts of the same row and column are hidden with a small one', () => {
    const hidden = suppressed(
      [
        [3, 40, 60],
        [50, 45, 70],
        [20, 80, 90],
      ],
      12,
    )!
    expect(hidden[0]![0]).toBe(true)
    expect(hidden.flat().filter(Boolean).length).toBeLessThan(9)
    expect(hidden.flat().filter(Boolean).length).toBeGreaterThanOrEqual(4)
  })
})
