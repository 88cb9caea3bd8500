/** The grid that a metric's values are told on: 1, 2 or 5 times a power of ten, never finer than the device shows. */
import type { Metric } from '../../../core/profile.ts'

/** A step of mantissa · 10^exponent. */
export interface Grid {
  mantissa: 1 | 2 | 5
  exponent: number
}

/** At most so many steps span what at least k persons at either end were measured with. */
const STEPS = 400
/** Decimals of a share of true in a boolean. */
const SHARE_DIGITS = 2

const digitsOf = (metric: Metric): number => (metric.kind === 'number' ? metric.digits : SHARE_DIGITS)

/** Values are counted in whole tenths of the last digit that the device shows, so that sums are exact. */
export const unitExponentOf = (metric: Metric): number => -digitsOf(metric) - 1

/** @param span in units @returns the finest grid, and how many units a step has */
export function gridOf(metric: Metric, span: number): { grid: Grid; unitsPerStep: number } {
  for (let power = 1; ; power++)
    for (const mantissa of [1, 2, 5] as const) {
      const unitsPerStep = mantissa * 10 ** power
      if (unitsPerStep * STEPS >= span)
        return { grid: { mantissa, exponent: unitExponentOf(metric) + power }, unitsPerStep }
    }
}

/** Decimal text of whole steps, exact. */
export function stepsText(steps: number, { mantissa, exponent }: Grid): string {
  const whole = steps * mantissa
  if (exponent >= 0) return String(whole * 10 ** exponent)
  const digits = String(Math.abs(whole)).padStart(1 - exponent, '0')
  return `${whole < 0 ? '-' : ''}${digits.slice(0, exponent)}.${digits.slice(exponent)}`
}

/** Whole units → number, nearest to its decimal text. */
export const unitsNumber = (units: number, unitExponent: number): number =>
  Number(stepsText(units, { mantissa: 1, exponent: unitExponent }))
export const stepOf = (grid: Grid): number => Number(stepsText(1, grid))

/** Whole steps nearest to a quotient of units, half away from zero. @param sum whole units @param count above 0 */
export function roundedSteps(sum: number, count: number, unitsPerStep: number): number {
  const divisor = count * unitsPerStep
  const steps = Math.floor((2 * Math.abs(sum) + divisor) / (2 * divisor))
  return sum < 0 && steps > 0 ? -steps : steps
}
