/** All trials that the reader may see, newest first, each with where it stands. */
import { Link } from 'wouter'
import type { Trial } from '../../../core/rest/trials.ts'
import { useCatalogue } from '../catalogue.ts'
import { useFacilities } from '../devices/use-devices.ts'
import { isoDay } from '../format.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import { trialStanding } from './standing.ts'
import styles from './trials.module.css'
import { useTrials } from './use-trials.ts'

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function TrialList({ isMaker }: { isMaker: boolean }) {
  const say = useSay()
  const { data, error, refetch } = useTrials()
  const trials = [...(data ?? [])].sort((a, b) => Date.parse(b.created) - Date.parse(a.created))
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{say('nav.trials')}</h1>
        {isMaker && (
          <ButtonLink href="/trials/new" kind="main">
            <Icon name="plus" />
            {say('trial.new')}
          </ButtonLink>
        )}
      </header>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Loading /> : null}
      {data && trials.length === 0 && (
        <Nothing icon="flask" head={say('trial.none')} sub={say(isMaker ? 'trial.noneMaker' : 'trial.noneSite')} />
      )}
      <ul>
        {trials.map(trial => (
          <Row key={trial.id} trial={trial} />
        ))}
      </ul>
    </div>
  )
}

function Row({ trial }: { trial: Trial }) {
  const say = useSay()
  const catalogue = useCatalogue()
  const today = isoDay(useNow(60_000), BROWSER_ZONE)
  const { data: facilities } = useFacilities()
  const nameOf = (site: string): string => facilities?.items.find(({ id }) => id === site)?.name ?? site
  const locked = trial.protocols.findLast(protocol => protocol.locked !== null)
  return (
    <li className={styles.trial} data-trial={trial.id}>
      <Link href={`/trials/${trial.id}`} className={styles.open}>
        <b>{trial.title}</b>
        <small>
          {trial.sponsor} {say('list.dot')} {say(`trial.route.${trial.legal_route}`)}
        </small>
      </Link>
      <p>
        {trial.sites.map(nameOf).join(say('list.comma'))}
        <small>{trial.device_types.map(catalogue.deviceLabel).join(say('list.comma'))}</small>
      </p>
      <p>
        {trial.from} – {trial.to}
        {locked && <small>{say('trial.protocolOf', { version: locked.version })}</small>}
      </p>
      <p>
        <b>{say(`trial.standing.${trialStanding(trial, today)}`)}</b>
        {trial.enrolled !== null && <small>{say('trial.enrolledCount', { count: trial.enrolled })}</small>}
      </p>
    </li>
  )
}
