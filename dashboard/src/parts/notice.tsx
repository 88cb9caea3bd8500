/** What stands where a panel has nothing to show: loading, nothing there, or failed with its correlation id and a way to try again. */
import { AppError } from '../../../core/errors.ts'
import { refusalOf } from '../api.ts'
import type { MessageId, Say } from '../language.ts'
import { useSay } from '../services.ts'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'
import styles from './notice.module.css'

const KNOWN: Record<string, MessageId> = {
  unreachable: 'error.unreachable',
  unexpected_answer: 'error.unexpectedAnswer',
  forbidden: 'error.forbidden',
  not_found: 'error.notFound',
  not_ready: 'error.notReady',
  unavailable: 'error.notReady',
  conflict: 'error.conflict',
  precondition_failed: 'error.conflict',
  weak_password: 'error.weakPassword',
  bad_request: 'error.badRequest',
  rate_limited: 'error.rateLimited',
  wrong_credentials: 'error.wrongCredentials',
  too_many_attempts: 'error.tooManyAttempts',
  not_signed_in: 'error.notSignedIn',
}
export const errorText = (error: unknown, say: Say): string =>
  say((error instanceof AppError ? KNOWN[error.code] : undefined) ?? 'error.internal')

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const say = useSay()
  const correlation = refusalOf(error)?.problem?.correlation_id
  return (
    <div className={styles.notice} role="alert">
      <Icon name="warning" className={styles.icon} />
      <div>
        <p className={styles.head}>{errorText(error, say)}</p>
        {correlation && (
          <p className={styles.sub}>
            {say('error.correlation')} <span className="mono">{correlation}</span>
          </p>
        )}
        {onRetry && <Button onPress={onRetry}>{say('action.retry')}</Button>}
      </div>
    </div>
  )
}

export function Nothing({ icon = 'eye', head, sub }: { icon?: IconName; head: string; sub?: string }) {
  return (
    <div className={styles.notice}>
      <Icon name={icon} className={styles.icon} />
      <div>
        <p className={styles.head}>{head}</p>
        {sub && <p className={styles.sub}>{sub}</p>}
      </div>
    </div>
  )
}

export function Loading() {
  const say = useSay()
  return (
    <p className={styles.loading} role="status">
      {say('loading')}
    </p>
  )
}
