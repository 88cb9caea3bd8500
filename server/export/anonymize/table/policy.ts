/** What a table's anonymization has to keep to: columns, privacy models, limit, measure. The contract's JSON, with hierarchies read. */
import type { Ratio } from '../../trial/policy.ts'
import type { Hierarchy } from './hierarchy.ts'

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
