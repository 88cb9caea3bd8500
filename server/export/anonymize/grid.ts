/** The grid that a metric's values are told on: 1, 2 or 5 times a power of ten, never finer than the device shows. */
import type { Metric } from '../../../core/profile.ts'

/** A step of mantissa · 10^exponent. */
export interface Grid {
  mantissa: 1 | 2 | 5
  exponent: number
}

/** So many steps span what is usual, or accepted where nothing is said of the usual; a share of true is told in hundredths. */
const STEPS = 400
/** Values are counted in whole tenths of a step, so that sums are exact. */
export const UNITS_PER_STEP = 10

export function gridOf(metric: Metric): Grid {
  if (metric.kind !== 'number') return { mantissa: 1, exponent: -2 }
  const [low, high] = metric.plausible ?? metric.range
  const wanted = (high - low) / STEPS
  for (let exponent = -metric.digits; ; exponent++)
    for (const mantissa of [1, 2, 5] as const) if (mantissa * 10 ** exponent >= wanted) return { mantissa, exponent }
}

/** Decimal text of whole steps, exact. */
export function stepsText(steps: number, { mantissa, exponent }: Grid): string {
  const whole = steps * mantissa
  if (exponent >= 0) return String(whole * 10 ** exponent)
  const digits = String(Math.abs(whole)).padStart(1 - exponent, '0')
  return `${whole < 0 ? '-' : ''}${digits.slice(0, exponent)}.${digits.slice(exponent)}`
}

export const stepOf = (grid: Grid): number => Number(stepsText(1, grid))
/** Size of a tenth of a step. */
export const unitOf = (grid: Grid): number => stepOf({ ...grid, exponent: grid.exponent - 1 })

/** Whole steps nearest to a quotient of units, half away from zero. @param sum whole units @param count above 0 */
export function roundedSteps(sum: number, count: number): number {
  const steps = Math.floor((2 * Math.abs(sum) + count * UNITS_PER_STEP) / (2 * count * UNITS_PER_STEP))
  return sum < 0 && steps > 0 ? -steps : steps
}
