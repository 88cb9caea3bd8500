/** Risks of being found again in a table of classes, as rationals; pure. */
import type { Ratio } from '../trial/policy.ts'
import type { Between, RiskFacts } from './facts.ts'

export interface Risk {
  /** By one who knows that the person is in it and all that can be known: 1 / smallest class. */
  prosecutor: Ratio
  /** By one who does not know whether the person is in it. */
  journalist: Ratio
  /** Expected share of all who are found: classes / records. */
  marketer: Ratio
  recordsAtRisk: number
}

/** Null where no record is about one person. */
export function riskOf({
  classSizes,
  smallestInPopulation,
  threshold,
}: Pick<RiskFacts, 'classSizes' | 'smallestInPopulation' | 'threshold'>): Risk | null {
  if (classSizes.length === 0) return null
  const smallest = Math.min(...classSizes)
  return {
    prosecutor: { numerator: 1, denominator: smallest },
    journalist: { numerator: 1, denominator: Math.max(smallest, smallestInPopulation ?? smallest) },
    marketer: { numerator: classSizes.length, denominator: sum(classSizes) },
    recordsAtRisk: sum(classSizes.filter(size => isAtRisk(size, threshold))),
  }
}

/** 1/size > threshold, without rounding: one in eleven is more than nine in a hundred. */
const isAtRisk = (size: number, { numerator, denominator }: Ratio): boolean => denominator > numerator * size

export interface Bin {
  from: number
  /** Inclusive; null: open. */
  to: number | null
  classes: number
}

/** How many classes are how big. Every class has k records, so every class that is counted here is of k people or more. */
export function histogramOf(classSizes: readonly number[], k: number): Bin[] {
  const bounds = [...new Set([k, Math.ceil(1.5 * k), 2 * k, 3 * k])]
  return bounds.map((from, i) => {
    const next = bounds[i + 1]
    return {
      from,
      to: next === undefined ? null : next - 1,
      classes: classSizes.filter(size => size >= from && (next === undefined || size < next)).length,
    }
  })
}

/** Denominators of the steps in which a share is told, from fine to coarse. */
const STEPS = [20, 10, 4, 2, 1]

/** So wide that k people lie in between: the exact share could tell of fewer. */
export function between(count: number, all: number, k: number): Between {
  const steps = STEPS.find(step => all >= k * step) ?? 1
  const from = Math.min(steps - 1, Math.floor((count * steps) / Math.max(1, all)))
  return { from: { numerator: from, denominator: steps }, to: { numerator: from + 1, denominator: steps } }
}

/** @param classSizes how many people share each combination of what can be known, before anything was done */
export function riskBefore(
  classSizes: readonly number[],
  { threshold, k }: Pick<RiskFacts, 'threshold' | 'k'>,
): NonNullable<RiskFacts['before']> {
  const all = sum(classSizes)
  return {
    atRisk: between(sum(classSizes.filter(size => isAtRisk(size, threshold))), all, k),
    average: between(classSizes.length, all, k),
  }
}

/** Never less than it is. */
export const percent = ({ numerator, denominator }: Ratio): string =>
  `${(Math.ceil((1_000 * numerator) / Math.max(1, denominator)) / 10).toString()}%`

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0)
