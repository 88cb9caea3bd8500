/** What can come of a trial's dataset, said before anyone waits for it: the product, or why there will be none. */
import { AppError } from '../../../core/errors.ts'
import type { TrialRecord } from '../../../core/registry-trials.ts'
import type { DatasetOutlook } from '../../../core/rest/datasets.ts'
import { compositionBreaches } from '../../export/register/composition.ts'
import { mustLeaveOut } from '../../export/register/leave-out.ts'
import type { TrialInput } from '../../export/trial/input.ts'
import { trialPolicy } from '../../export/trial/policy.ts'
import { eligibleProduct } from '../../export/trial/product.ts'
import { type Asked, type TrialContext, trialInputOf } from './input.ts'

export type OutlookContext = Omit<TrialContext, 'release' | 'demonstration'>

/** Numbers are not told: they could say who takes part. */
export async function outlookOf(
  trial: TrialRecord,
  product: Asked['product'],
  context: OutlookContext,
): Promise<DatasetOutlook> {
  const none = (reason: DatasetOutlook['reason']): DatasetOutlook => ({ product: null, reason })
  if (!trial.protocols.some(({ lockedMs }) => lockedMs !== null)) return none('not_locked')
  const asked = { id: 'notasked00', product, maker: trial.maker, createdBy: '', reviews: [] }
  try {
    const input = await trialInputOf(asked, trial, { ...context, release: 'notasked00', demonstration: false })
    const eligible = eligibleProduct(input)
    if (eligible.product === 'P2') return none('as_asked')
    return composes(input, eligible.product)
      ? { product: eligible.product, reason: eligible.reason }
      : none('composition')
  } catch (error) {
    if (error instanceof AppError && error.code === 'too_few_people') return none('too_few_people')
    if (error instanceof AppError && error.code === 'not_ready') return none('prefecture_unknown')
    throw error
  }
}

/** As far as it can be known without looking for classes: the build may still find that there are none. */
function composes({ earlier, subjects, trial }: TrialInput, product: 'P0' | 'P1'): boolean {
  const { k, suppressionLimit } = trialPolicy
  if (product === 'P0') {
    const members = new Map(subjects.map(({ id }) => [id, { class: null, groups: {} }] as const))
    return compositionBreaches(earlier, { trial, product, levels: null, members }, k).length === 0
  }
  const left = mustLeaveOut(earlier, new Map(subjects.map(({ id }) => [id, 'all'])), k)
  return left.size * suppressionLimit.denominator <= subjects.length * suppressionLimit.numerator
}

/** Why nothing can come out, for whoever hands it in. */
export const OUTLOOK_TEXTS: Record<DatasetOutlook['reason'], string> = {
  as_asked: '',
  too_few_for_individuals: '',
  too_few_sites: '',
  no_grounds_for_pseudonymised: '',
  not_locked: 'The protocol of this trial is not locked; nobody can take part yet.',
  too_few_people: `Fewer than ${trialPolicy.k} participants with consent have data in this trial: nothing could be published.`,
  prefecture_unknown: 'The prefecture of a site is not known; an administrator of the platform says it.',
  composition:
    'Beside what was released before, this dataset would tell of too few people: somebody who was in an earlier one takes part no more, or too few have joined since.',
}
