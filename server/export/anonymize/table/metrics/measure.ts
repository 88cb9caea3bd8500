/** What a recoding costs: a score to be made small, and a bound that tells without looking at records how small it can be at a node. */
import type { CodedTable } from '../coding.ts'
import type { Base, Groups } from '../groups.ts'
import type { Metric } from '../policy.ts'
import { averageClassSize, discernibility } from './class-sizes.ts'
import { loss } from './loss.ts'
import { nonUniformEntropy } from './nue.ts'
import { precision } from './precision.ts'

/** Classes of a node, and which of them are left out. */
export interface Release {
  levels: readonly number[]
  classes: Groups
  /** Class → 1: suppressed. */
  out: Uint8Array
  /** Records in those. */
  suppressed: number
  /** Classes that are kept. */
  kept: number
}

export interface Measure {
  /** At most the score of any release of the node; the same or more for every more general node. */
  bound(levels: readonly number[]): number
  score(release: Release): number
}

export interface MeasureInput {
  table: CodedTable
  base: Base
  /** Attribute → weight, ≥ 0, adding up to the number of attributes. */
  weights: readonly number[]
  /** Fewest records in a class. */
  minSize: number
}

export function measureOf(metric: Metric, input: MeasureInput): Measure {
  switch (metric) {
    case 'loss':
      return loss(input)
    case 'discernibility':
      return discernibility(input)
    case 'aecs':
      return averageClassSize(input)
    case 'precision':
      return precision(input)
    case 'nue':
      return nonUniformEntropy(input, { monotone: true })
    case 'nue_non_monotone':
      return nonUniformEntropy(input, { monotone: false })
  }
}
