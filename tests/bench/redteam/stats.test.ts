// The statistics of the red team against published figures.
import { describe, expect, test } from 'vitest'
import { advantage, difference, kendall, wilson } from './stats.ts'

describe('intervals', () => {
  test('Wilson’s is the published one for none of twelve and for half of ten', () => {
    expect(wilson(0, 12).upper).toBeCloseTo(0.2425, 4)
    expect(wilson(5, 10)).toEqual({ lower: expect.closeTo(0.2366, 4), upper: expect.closeTo(0.7634, 4) })
  })

  test('Newcombe’s is the one of his first example, 56 of 70 against 48 of 80', () => {
    const { lower, upper } = difference({ tries: 70, successes: 56 }, { tries: 80, successes: 48 })
    expect(lower).toBeCloseTo(0.0524, 4)
    expect(upper).toBeCloseTo(0.3339, 4)
  })
})

describe('orders and scores', () => {
  test('Kendall’s tau is one for the same order, minus one for the opposite', () => {
    const up = [1, 2, 3, 4, 5, 6]
    expect(kendall(up, up).tau).toBe(1)
    expect(kendall(up, [...up].reverse()).tau).toBe(-1)
    // sqrt(2 (2n + 5) / 9n(n − 1)) with n = 6
    expect(kendall(up, up).sd).toBeCloseTo(Math.sqrt(34 / 270), 12)
  })

  test('a score that separates everybody gains all, one that says nothing gains nothing', () => {
    const members = Array.from({ length: 40 }, (_, i) => 100 + i)
    const others = Array.from({ length: 40 }, (_, i) => i)
    const { hits, falseAlarms } = advantage(members, others)
    expect(hits).toBeGreaterThanOrEqual(38)
    expect(falseAlarms).toBeLessThanOrEqual(2)
    const same = advantage(
      members.map(() => 1),
      others.map(() => 1),
    )
    expect(same.hits).toBe(same.falseAlarms)
  })
})
