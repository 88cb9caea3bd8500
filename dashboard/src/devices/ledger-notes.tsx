/** What stands where there is no balance: the gateway is away, or the reader is a maker in somebody's facility. */
import type { LedgerDevices } from '../../../core/rest/ledger.ts'
import { refusalOf } from '../api.ts'
import { day, hourMinute } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText } from '../parts/notice.tsx'
import { useLanguage, useSay } from '../services.ts'
import styles from './ledger-notes.module.css'

interface AwayProps {
  error: unknown
  /** Of the figures that are still shown; null: there are none. */
  asOf: string | null
  zone: string
  onRetry: () => unknown
}

export function AwayNote({ error, asOf, zone, onRetry }: AwayProps) {
  const say = useSay()
  const problem = refusalOf(error)?.problem
  const isGateway = problem?.code === 'unavailable'
  return (
    <section className={styles.away} role="alert" data-testid="ledger-away">
      <Icon name="linkOff" className={styles.icon} />
      <div>
        <b>{isGateway ? say('balance.away') : errorText(error, say)}</b>
        <p>
          {isGateway && say('balance.awaySub')}{' '}
          {asOf !== null && say('balance.awayAsOf', { time: hourMinute(Date.parse(asOf), zone) })}
        </p>
        {problem && (
          <p>
            {say('error.correlation')} <span className="mono">{problem.correlation_id}</span>
          </p>
        )}
      </div>
      <Button onPress={() => void onRetry()}>{say('action.retry')}</Button>
    </section>
  )
}

export function MakerNote({ ledger, zone }: { ledger: LedgerDevices; zone: string }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <p className={styles.maker}>
      {say('balance.maker', {
        from: day(Date.parse(ledger.from), zone, language),
        to: day(Date.parse(ledger.to) - 1, zone, language),
      })}
    </p>
  )
}
