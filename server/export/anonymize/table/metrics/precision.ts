/** Precision: how high in its hierarchy a value is, on average; what is suppressed is at the top. */
import type { Measure, MeasureInput } from './measure.ts'

export function precision({ table, weights }: MeasureInput): Measure {
  const { attributes, records } = table
  const score = (levels: readonly number[], suppressed: number) => {
    let sum = 0
    for (const [i, { codes }] of attributes.entries()) {
      const height = codes.length === 1 ? 0 : levels[i]! / (codes.length - 1)
      sum += weights[i]! * (suppressed + (records - suppressed) * height)
    }
    return sum / attributes.length / records
  }
  return { bound: levels => score(levels, 0), score: ({ levels, suppressed }) => score(levels, suppressed) }
}
