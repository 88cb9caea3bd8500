/** Which product can come of a trial, and why not more, before anyone waits for it. */
import { AppError } from '../../../core/errors.ts'
import type { TrialInput } from './input.ts'
import { type TrialPolicy, trialPolicy } from './policy.ts'

export type TrialProduct = TrialInput['product']
export type ProductReason =
  | 'as_asked'
  /** Fewer participants than two classes need: only tables over all of them. */
  | 'too_few_for_individuals'
  /** Whoever knows the facilities would know too much of each. */
  | 'too_few_sites'
  /** Individual series are given only under a contract and with a committee's decision. */
  | 'no_grounds_for_pseudonymised'

export interface EligibleProduct {
  product: TrialProduct
  reason: ProductReason
  /** Participants whose devices can have measured anything. */
  subjects: number
  sites: number
  /** P2 is handed over under its contract, never offered for download. */
  downloadable: boolean
}

type People = Pick<TrialInput, 'product' | 'subjects' | 'placements' | 'p2_grounds'>

/**
 * The best product that the numbers and grounds allow, at most the one asked for. What is finally released may be less: the engine concludes
 * it from the finished tables.
 * @throws AppError `too_few_people` when not even tables over all may be told
 */
export function eligibleProduct(input: People, policy: TrialPolicy = trialPolicy): EligibleProduct {
  const placed = new Set(input.placements.map(({ subject }) => subject))
  const people = input.subjects.filter(({ id }) => placed.has(id))
  const sites = new Set(people.map(({ site }) => site)).size
  if (people.length < policy.k)
    throw new AppError('too_few_people', 'Fewer participants than a cell of a table needs have data in this trial')
  const as = (product: TrialProduct, reason: ProductReason): EligibleProduct => ({
    ...{ product, reason, subjects: people.length, sites },
    downloadable: product !== 'P2',
  })
  if (input.product === 'P0') return as('P0', 'as_asked')
  if (people.length < policy.minSubjectsForP1) return as('P0', 'too_few_for_individuals')
  if (sites < policy.minSites) return as('P0', 'too_few_sites')
  if (input.product === 'P1') return as('P1', 'as_asked')
  return input.p2_grounds ? as('P2', 'as_asked') : as('P1', 'no_grounds_for_pseudonymised')
}
