/** Stretches of time with what is held in them: nothing held goes, nothing free stays. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecesOf, without } from '../../server/retention/spans.ts'

const hold = fc.record({
  from: fc.integer({ min: -5, max: 30 }),
  length: fc.integer({ min: 0, max: 20 }),
  devices: fc.subarray(['a', 'b', 'c']),
})
const holdsOf = (given: readonly { from: number; length: number; devices: string[] }[]) =>
  given.map(({ from, length, devices }) => ({ fromMs: from, toMs: from + length, devices: new Set(devices) }))

test('each instant of a span lies in one piece, and a device is held there exactly when some hold says so', () => {
  fc.assert(
    fc.property(fc.array(hold, { maxLength: 6 }), given => {
      const holds = holdsOf(given)
      const pieces = piecesOf({ fromMs: 0, toMs: 25 }, holds)
      for (let at = 0; at < 25; at += 1) {
        const here = pieces.filter(piece => piece.fromMs <= at && piece.toMs > at)
        expect(here).toHaveLength(1)
        for (const device of ['a', 'b', 'c'])
          expect(here[0]?.held.has(device)).toBe(
            holds.some(({ fromMs, toMs, devices }) => fromMs <= at && toMs > at && devices.has(device)),
          )
      }
    }),
  )
})

test('what is left of a span is what no other covers', () => {
  const days = (fromMs: number, toMs: number) => ({ fromMs, toMs })
  expect(without(days(0, 10), [])).toMatchObject([days(0, 10)])
  expect(without(days(0, 10), [days(2, 4), days(3, 6), days(9, 20)])).toMatchObject([days(0, 2), days(6, 9)])
  expect(without(days(0, 10), [days(0, 5), days(5, 10)])).toEqual([])
})
