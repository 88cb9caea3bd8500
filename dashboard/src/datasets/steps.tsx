/** The way of a request as a row of steps, the present one marked. */
import type { DatasetRequest } from '../../../core/rest/datasets.ts'
import { useSay } from '../services.ts'
import styles from './datasets.module.css'
import { APPROVALS_NEEDED, approvalsOf } from './use-requests.ts'

const STEPS = ['draft', 'review1', 'review2', 'preparing', 'ready'] as const
type Step = (typeof STEPS)[number]

/** Null: the request has left the way (rejected, withdrawn). */
function stepOf(request: DatasetRequest): Step | null {
  switch (request.state) {
    case 'draft':
    case 'returned':
      return 'draft'
    case 'submitted':
      return approvalsOf(request).length === 0 ? 'review1' : 'review2'
    case 'approved':
    case 'preparing':
    case 'failed':
      return 'preparing'
    case 'ready':
      return 'ready'
    case 'rejected':
    case 'withdrawn':
      return null
  }
}

export function Steps({ request }: { request: DatasetRequest }) {
  const say = useSay()
  const current = stepOf(request)
  if (current === null) return <p className={styles.ended}>{say(`request.state.${request.state}`)}</p>
  const at = STEPS.indexOf(current)
  return (
    <ol
      className={styles.steps}
      aria-label={say('steps.label', { done: approvalsOf(request).length, needed: APPROVALS_NEEDED })}
    >
      {STEPS.map((step, i) => (
        <li key={step} data-done={i < at || undefined} aria-current={i === at ? 'step' : undefined}>
          {i === at && request.state !== 'submitted' ? say(`request.state.${request.state}`) : say(`steps.${step}`)}
        </li>
      ))}
    </ol>
  )
}
