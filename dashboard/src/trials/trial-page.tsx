/** One trial: its design and protocol, and behind tabs what the reader's role may see of people, events and reference measurements. */
import { useEffect } from 'react'
import { Link, useSearchParams } from 'wouter'
import type { Role } from '../../../core/rest/route.ts'
import type { Trial } from '../../../core/rest/trials.ts'
import { isoDay } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import { DesignPart } from './design-part.tsx'
import { EventsPart } from './events-part.tsx'
import { PeoplePart } from './people-part.tsx'
import { ReferencesPart } from './references-part.tsx'
import { trialStanding } from './standing.ts'
import { SummariesPart } from './summaries-part.tsx'
import styles from './trials.module.css'
import { useTrial } from './use-trials.ts'

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

type Part = 'design' | 'people' | 'events' | 'references'
/** A maker and a steward read what happened without anyone in it; who is in it stays at the site. */
const PARTS: Partial<Record<Role, readonly Part[]>> = {
  manufacturer: ['design', 'events'],
  steward: ['design', 'events'],
  facility_admin: ['design', 'people', 'events', 'references'],
  staff: ['design', 'people', 'events', 'references'],
}

export function TrialPage({ id }: { id: string }) {
  const say = useSay()
  const { data, error, refetch } = useTrial(id)
  useEffect(() => {
    document.title = `${data?.title ?? say('nav.trials')} | ${say('brand')}`
  }, [data, say])
  if (error && !data)
    return (
      <div className={styles.page}>
        <h1 tabIndex={-1}>{say('nav.trials')}</h1>
        <Failure error={error} onRetry={() => void refetch()} />
      </div>
    )
  return data ? <Inside trial={data} /> : <Loading />
}

function Inside({ trial }: { trial: Trial }) {
  const say = useSay()
  const { me } = useSignedIn()
  const [search] = useSearchParams()
  const today = isoDay(useNow(60_000), BROWSER_ZONE)
  const parts = PARTS[me.role] ?? []
  const part = parts.find(each => each === search.get('part')) ?? 'design'
  const isSite = me.role === 'facility_admin' || me.role === 'staff'
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <ButtonLink href="/trials" square label={say('nav.back')}>
          <Icon name="left" />
        </ButtonLink>
        <div className={styles.title}>
          <h1 tabIndex={-1}>{trial.title}</h1>
          <p>
            {trial.sponsor} {say('list.dot')} <span className="mono">{trial.id}</span>
          </p>
        </div>
        <p className={styles.standing}>
          <b>{say(`trial.standing.${trialStanding(trial, today)}`)}</b>
          {trial.enrolled !== null && <small>{say('trial.enrolledCount', { count: trial.enrolled })}</small>}
        </p>
      </header>
      <nav className={styles.tabs} aria-label={say('trial.parts')}>
        {parts.map(each => (
          <Link key={each} href={`/trials/${trial.id}?part=${each}`} aria-current={each === part ? 'page' : undefined}>
            {say(`trial.part.${each}`)}
          </Link>
        ))}
      </nav>
      {part === 'design' && <DesignPart trial={trial} />}
      {part === 'people' && <PeoplePart trial={trial} />}
      {part === 'events' && (isSite ? <EventsPart trial={trial} /> : <SummariesPart trial={trial} />)}
      {part === 'references' && <ReferencesPart trial={trial} />}
    </div>
  )
}
