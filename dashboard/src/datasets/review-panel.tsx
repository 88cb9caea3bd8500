/** The steward's decision on a request: approve, return or reject; a reason where one is owed; never one's own, never twice. */
import { useState } from 'react'
import { Label } from 'react-aria-components/Label'
import { TextArea } from 'react-aria-components/TextArea'
import { TextField } from 'react-aria-components/TextField'
import type { DatasetRequest } from '../../../core/rest/datasets.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './datasets.module.css'
import { APPROVALS_NEEDED, approvalsOf, useCommand } from './use-requests.ts'

const CHECKS = ['review.check.purpose', 'review.check.scope', 'review.check.period'] as const

export function ReviewPanel({ request }: { request: DatasetRequest }) {
  const say = useSay()
  const { me } = useSignedIn()
  const approvals = approvalsOf(request)
  const blocked =
    request.state !== 'submitted'
      ? say('review.notNow', { state: say(`request.state.${request.state}`) })
      : request.created_by === me.user
        ? say('review.own')
        : approvals.some(review => review.by === me.user)
          ? say('review.already')
          : null
  return (
    <aside className={styles.side} aria-label={say('review.title')}>
      <h2>{say('review.title')}</h2>
      <p className={styles.approvals}>
        <b>
          {approvals.length} / {APPROVALS_NEEDED}
        </b>{' '}
        {say('review.approvals')}
      </p>
      <ul className={styles.rules}>
        {CHECKS.map(check => (
          <li key={check}>
            <Icon name="eye" />
            {say(check)}
          </li>
        ))}
      </ul>
      {blocked === null ? <Decide request={request} /> : <p className={styles.blocked}>{blocked}</p>}
    </aside>
  )
}

function Decide({ request }: { request: DatasetRequest }) {
  const say = useSay()
  const { call } = useServices()
  const [reason, setReason] = useState('')
  const [isAsked, setAsked] = useState(false)
  const params = { id: request.id }
  const approve = useCommand(() =>
    call('reviewDatasetRequest', {
      params,
      body: { decision: 'approve', ...(reason.trim() && { reason: reason.trim() }) },
    }),
  )
  const reject = useCommand(() =>
    call('reviewDatasetRequest', { params, body: { decision: 'reject', reason: reason.trim() } }),
  )
  const giveBack = useCommand(() => call('returnDatasetRequest', { params, body: { reason: reason.trim() } }))
  const isBusy = approve.isPending || reject.isPending || giveBack.isPending
  const problem = approve.error ?? reject.error ?? giveBack.error
  const withReason = (run: () => void) => (): void => {
    setAsked(true)
    if (reason.trim() !== '') run()
  }
  const isMissing = isAsked && reason.trim() === ''
  return (
    <div className={styles.decide}>
      <TextField
        value={reason}
        onChange={setReason}
        maxLength={2000}
        isInvalid={isMissing}
        className={styles.field ?? ''}
      >
        <Label>{say('review.reason')}</Label>
        <TextArea rows={4} />
      </TextField>
      <p className={isMissing ? styles.error : styles.hint} role={isMissing ? 'alert' : undefined}>
        {say('review.reasonOwed')}
      </p>
      <Button kind="main" onPress={() => approve.mutate(undefined)} isDisabled={isBusy}>
        {say('review.approve')}
      </Button>
      <Button onPress={withReason(() => giveBack.mutate(undefined))} isDisabled={isBusy}>
        {say('review.return')}
      </Button>
      <Button onPress={withReason(() => reject.mutate(undefined))} isDisabled={isBusy}>
        {say('review.reject')}
      </Button>
      {problem && (
        <p className={styles.error} role="alert">
          {errorText(problem, say)}
        </p>
      )}
    </div>
  )
}
