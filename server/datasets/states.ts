/** The life of a dataset request, as pure rules: who may do what in which state, and what then changes. */
import { AppError } from '../../core/errors.ts'
import type { DatasetRequestRecord, RequestState, ReviewRecord } from '../../core/registry.ts'
import type { DatasetRequest } from '../../core/rest/datasets.ts'

/** Different stewards that must approve one version of the scope. */
const APPROVALS = 2

type Change = Partial<Pick<DatasetRequestRecord, 'purpose' | 'product' | 'scope' | 'state' | 'failure' | 'reviews'>>
type Rule<A extends unknown[]> = (request: DatasetRequestRecord, ...args: A) => Change

/** Whose turn it is. */
export const turnOf: Record<RequestState, DatasetRequest['turn']> = {
  draft: 'maker',
  returned: 'maker',
  submitted: 'steward',
  approved: 'platform',
  preparing: 'platform',
  ready: 'nobody',
  failed: 'nobody',
  rejected: 'nobody',
  withdrawn: 'nobody',
}

const require = (request: DatasetRequestRecord, states: readonly RequestState[], act: string): void => {
  if (!states.includes(request.state))
    throw new AppError(
      'not_ready',
      `A request that is ${request.state} cannot be ${act}; it must be ${states.join(' or ')}.`,
    )
}

/** What was said when a request was returned stays readable; approvals of another version do not count. */
const withoutApprovals = ({ reviews }: DatasetRequestRecord): ReviewRecord[] =>
  reviews.filter(({ decision }) => decision === 'return')

export const edit: Rule<[Pick<DatasetRequestRecord, 'purpose' | 'product' | 'scope'>]> = (
  request,
  { purpose, product, scope },
) => {
  require(request, ['draft', 'returned'], 'changed')
  return { purpose, product, scope, reviews: withoutApprovals(request) }
}

export const submit: Rule<[]> = request => {
  require(request, ['draft', 'returned'], 'submitted')
  return { state: 'submitted', reviews: withoutApprovals(request) }
}

export const review: Rule<[Pick<ReviewRecord, 'by' | 'reason' | 'atMs'> & { decision: 'approve' | 'reject' }]> = (
  request,
  given,
) => {
  require(request, ['submitted'], 'reviewed')
  requireOther(request, given.by)
  if (given.decision === 'reject') {
    if (given.reason === null) throw new AppError('bad_request', 'reason: say why it is rejected.')
    return { state: 'rejected', reviews: [...request.reviews, given] }
  }
  const approvals = approvers(request)
  if (approvals.has(given.by))
    throw new AppError('not_ready', 'You have approved this already; another steward must approve it too.')
  return {
    state: approvals.size + 1 >= APPROVALS ? 'approved' : 'submitted',
    reviews: [...request.reviews, given],
  }
}

export const giveBack: Rule<[{ by: string; reason: string; atMs: number }]> = (request, given) => {
  require(request, ['submitted'], 'returned')
  requireOther(request, given.by)
  return { state: 'returned', reviews: [...withoutApprovals(request), { ...given, decision: 'return' }] }
}

export const withdraw: Rule<[]> = request => {
  require(request, ['draft', 'submitted', 'returned', 'approved'], 'withdrawn')
  return { state: 'withdrawn' }
}

const approvers = ({ reviews }: DatasetRequestRecord): Set<string> =>
  new Set(reviews.filter(({ decision }) => decision === 'approve').map(({ by }) => by))

function requireOther({ createdBy }: DatasetRequestRecord, by: string): void {
  if (createdBy === by) throw new AppError('forbidden', 'Nobody reviews an own request.')
}
