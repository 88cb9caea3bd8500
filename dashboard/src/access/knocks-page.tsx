/** Devices that tried to connect and were refused: who they say they are, how often, and the way to enrol them. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useSearchParams } from 'wouter'
import type { Knock } from '../../../core/rest/knocks.ts'
import { useZone } from '../devices/use-devices.ts'
import { whenShort } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './access.module.css'

export function KnocksPage() {
  const say = useSay()
  const { call } = useServices()
  const { facility: own } = useSignedIn()
  const [search] = useSearchParams()
  const facility = search.get('facility') ?? own ?? ''
  // All that one may see, as a new device may not know yet where it belongs.
  const { data, error, refetch } = useQuery({
    queryKey: ['knocks'],
    queryFn: () => call('knocks'),
    refetchInterval: 3_000,
  })
  useEffect(() => {
    document.title = `${say('knock.title')} | ${say('brand')}`
  }, [say])
  const knocks = (data?.items ?? []).filter(knock => knock.facility === null || knock.facility === facility)
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <ButtonLink href={`/devices?facility=${facility}`} square label={say('nav.back')}>
          <Icon name="left" />
        </ButtonLink>
        <div>
          <h1 tabIndex={-1}>{say('knock.title')}</h1>
          <p>{say('knock.sub')}</p>
        </div>
      </header>
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : !data.heard ? (
        <Nothing icon="linkOff" head={say('knock.unheard')} />
      ) : knocks.length === 0 ? (
        <Nothing icon="check" head={say('knock.none')} />
      ) : (
        <ul>
          {knocks.map(knock => (
            <Row key={`${knock.client_id} ${knock.username}`} knock={knock} facility={facility} />
          ))}
        </ul>
      )}
    </div>
  )
}

function Row({ knock, facility }: { knock: Knock; facility: string }) {
  const say = useSay()
  const language = useLanguage()
  const zone = useZone(facility)
  const now = useNow(5_000)
  const { client_id, username, device, enrolled, last, count } = knock
  return (
    <li className={styles.knock}>
      <div>
        <b className="mono">{client_id || '—'}</b>
        {username !== client_id && <span className="mono">{username}</span>}
        {enrolled && <p>{say('knock.enrolled')}</p>}
        <small>
          {say('knock.last', { time: whenShort(Date.parse(last), now, zone, language) })}
          {' · '}
          {say('knock.times', { count })}
        </small>
      </div>
      {enrolled ? (
        <ButtonLink href={`/devices/${device}/access?facility=${facility}`}>{say('knock.see')}</ButtonLink>
      ) : (
        <ButtonLink kind="main" href={`/devices/-/enrol?facility=${facility}${device ? `&id=${device}` : ''}`}>
          {say('knock.enrol')}
        </ButtonLink>
      )}
    </li>
  )
}
