/** What a table's anonymization has to keep to: columns, privacy models, limit, measure. The contract's JSON, with hierarchies read. */
import { AppError } from '../../../../core/errors.ts'
import type { Ratio } from '../../trial/policy.ts'
import { checkHierarchy, type Hierarchy } from './hierarchy.ts'

export const METRICS = ['loss', 'discernibility', 'aecs', 'precision', 'nue', 'nue_non_monotone'] as const
export type Metric = (typeof METRICS)[number]

/** A model about sensitive values holds for its column, or, without one, for each sensitive column alone. */
interface OfColumn {
  column?: string | undefined
}
export type LDiversity = OfColumn & { model: 'l_diversity'; l: number } & (
    | { variant: 'distinct' | 'entropy' }
    | { variant: 'recursive'; c: number }
  )
export type TCloseness = OfColumn & { model: 't_closeness'; t: number } & (
    | { variant: 'equal' }
    | { variant: 'hierarchical'; hierarchy: Hierarchy }
    /** Default order: by code point. */
    | { variant: 'ordered'; order?: readonly string[] | undefined }
  )
export type BetaLikeness = OfColumn & { model: 'beta_likeness'; variant: 'basic' | 'enhanced'; beta: number }
export type AlphaK = OfColumn & { model: 'alpha_k'; alpha: number; k: number }
export type DeltaDisclosure = OfColumn & { model: 'delta_disclosure'; delta: number }
export type SensitiveModel = LDiversity | TCloseness | BetaLikeness | AlphaK | DeltaDisclosure
export type Model = { model: 'k_anonymity'; k: number } | SensitiveModel

export interface QuasiIdentifier {
  column: string
  hierarchy: Hierarchy
  /** Share in the measure, relative to the others'; ≥ 0. */
  weight: number
}

export interface TablePolicy {
  quasiIdentifiers: readonly QuasiIdentifier[]
  sensitive: readonly string[]
  models: readonly Model[]
  /** Largest share of the records that may be left out. */
  suppressionLimit: Ratio
  metric: Metric
}

/**
 * What types cannot say.
 * @throws AppError `policy_invalid`, `hierarchy_invalid`
 */
export function checkPolicy({ quasiIdentifiers, sensitive, models, suppressionLimit }: TablePolicy): void {
  const refuse = (message: string): never => {
    throw new AppError('policy_invalid', message)
  }
  const columns = [...quasiIdentifiers.map(({ column }) => column), ...sensitive]
  const twice = columns.find((column, i) => columns.indexOf(column) < i)
  if (twice !== undefined) refuse(`The column ${twice} is named twice`)
  if (quasiIdentifiers.length === 0) refuse('There is no quasi-identifier')
  if (models.length === 0) refuse('There is no privacy model')
  if (quasiIdentifiers.some(({ weight }) => !(weight >= 0 && Number.isFinite(weight)))) refuse('A weight is below 0')
  if (quasiIdentifiers.every(({ weight }) => weight === 0)) refuse('All weights are 0')
  const { numerator, denominator } = suppressionLimit
  if (!(numerator >= 0 && numerator <= denominator)) refuse('The suppression limit is not between 0 and 1')
  for (const { hierarchy } of quasiIdentifiers) checkHierarchy(hierarchy)
  for (const model of models) {
    if (model.model === 't_closeness' && model.variant === 'hierarchical') checkHierarchy(model.hierarchy)
  }
}
