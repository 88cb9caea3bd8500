/** What happened in a trial as its maker and stewards may know it: without person, place, time and words. */
import type { z } from 'zod'
import type { trialEntriesRoutes } from '../../../core/rest/trial-entries.ts'
import type { Trial } from '../../../core/rest/trials.ts'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay } from '../services.ts'
import styles from './trials.module.css'
import { useEventSummaries } from './use-trials.ts'

type Summary = z.output<typeof trialEntriesRoutes.trialEventSummaries.response>['items'][number]

export function SummariesPart({ trial }: { trial: Trial }) {
  const say = useSay()
  const { data, error, refetch } = useEventSummaries(trial.id)
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Loading />
  const of = (kind: Summary['kind']): Summary[] => data.filter(event => event.kind === kind)
  return (
    <>
      <p className={styles.note}>{say('trial.summariesWhy')}</p>
      {(['adverse_event', 'device_deficiency'] as const).map(kind => (
        <section key={kind} className={styles.section}>
          <h2>
            {say(`trial.kinds.${kind}`)} <small>{say('trial.count', { count: of(kind).length })}</small>
          </h2>
          {of(kind).length === 0 ? (
            <Nothing icon="check" head={say(`trial.none.${kind}`)} />
          ) : (
            <ul>
              {of(kind).map(event => (
                <Row key={event.id} event={event} />
              ))}
            </ul>
          )}
        </section>
      ))}
    </>
  )
}

function Row({ event }: { event: Summary }) {
  const say = useSay()
  return (
    <li className={styles.entry}>
      <p>
        <b>{say(`trial.severity.${event.severity}`)}</b>
        {event.serious && <span className={styles.serious}>{say('trial.serious')}</span>}
        {event.device && <small className="mono">{event.device}</small>}
      </p>
      <p>
        {say(`trial.outcome.${event.outcome}`)}
        <small>
          {say('trial.relation')}: {say(`trial.relation.${event.relation}`)}
        </small>
      </p>
      {event.corrected && <small>{say('trial.corrected')}</small>}
    </li>
  )
}
