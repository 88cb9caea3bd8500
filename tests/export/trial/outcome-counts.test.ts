/** Counts of outcomes over all participants tell nothing of the few of whom the participants' own table keeps the outcome back. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outcomeCounts } from '../../../server/export/anonymize/aggregates.ts'
import { trialPolicy } from '../../../server/export/trial/policy.ts'

const countsOf = (yes: number, no: number, told: readonly string[] | undefined) => {
  const outcomes = new Map([['fell', [...Array(yes).fill(true), ...Array(no).fill(false)]]])
  const rows = outcomeCounts(outcomes, trialPolicy, told ? new Map([['fell', told]]) : undefined)
  return Object.fromEntries(rows.map(({ column, persons }) => [column, persons]))
}
const open = (yes: number, no: number, kept: number): string[] => [
  ...Array<string>(yes).fill('yes'),
  ...Array<string>(no).fill('no'),
  ...Array<string>(kept).fill('*'),
]

describe('the counts of an outcome', () => {
  test('are told when k had it and k had not', () => {
    expect(countsOf(12, 100, undefined)).toEqual({ yes: 12, no: 100 })
    expect(countsOf(11, 101, undefined)).toEqual({ yes: null, no: null })
  })

  test('are kept back when two of those had it whose class does not tell it', () => {
    expect(countsOf(16, 100, open(14, 59, 43))).toEqual({ yes: null, no: null })
  })

  test('are told when k of those had it whose class does not tell it, and when every class tells it', () => {
    expect(countsOf(26, 90, open(14, 59, 43))).toEqual({ yes: 26, no: 90 })
    expect(countsOf(14, 59, open(14, 59, 0))).toEqual({ yes: 14, no: 59 })
  })

  test('never leave fewer than k to be worked out', () => {
    const few = fc.nat(40)
    fc.assert(
      fc.property(few, few, few, few, (toldYes, toldNo, keptYes, keptNo) => {
        const told = countsOf(toldYes + keptYes, toldNo + keptNo, open(toldYes, toldNo, keptYes + keptNo))
        if (told.yes === null || keptYes + keptNo === 0) return
        expect(Math.min(Number(told.yes) - toldYes, Number(told.no) - toldNo)).toBeGreaterThanOrEqual(trialPolicy.k)
      }),
    )
  })
})
