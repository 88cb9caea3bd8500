/** One device's credentials: which there are, a new one, their end; the devices it speaks for; where it stands; its label. */
import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { DeviceAccess } from '../../../core/rest/credentials.ts'
import { useDevice, useZone } from '../devices/use-devices.ts'
import { whenShort } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText, Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useLanguage, useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './access.module.css'
import { HubList } from './hub-list.tsx'
import { PlaceIt } from './place-it.tsx'
import { ShownOnce } from './shown-once.tsx'
import { useAccess } from './use-access.ts'

const OVERLAPS = [0, 3600, 86400, 604800] as const

export function AccessPage({ id }: { id: string }) {
  const say = useSay()
  const { me, facility: own } = useSignedIn()
  const [search] = useSearchParams()
  const facility = search.get('facility') ?? own ?? ''
  const access = useAccess(id, facility)
  const device = useDevice(id, facility)
  useEffect(() => {
    document.title = `${id} ${say('access.open')} | ${say('brand')}`
  }, [id, say])
  const { rotate } = access
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <ButtonLink href={`/devices/${id}?facility=${facility}`} square label={say('nav.back')}>
          <Icon name="left" />
        </ButtonLink>
        <div>
          <h1 tabIndex={-1}>{say('access.title')}</h1>
          <p className="mono">{access.data?.client_id ?? id}</p>
        </div>
        <ButtonLink href={`/devices/-/labels?facility=${facility}&device=${id}`}>{say('access.label')}</ButtonLink>
      </header>
      {access.error ? (
        <Failure error={access.error} onRetry={() => void access.refetch()} />
      ) : !access.data ? (
        <Loading />
      ) : (
        <>
          {rotate.data ? (
            <ShownOnce credential={rotate.data} broker={access.data.broker} onDone={rotate.reset} />
          ) : (
            <Commands access={access} data={access.data} />
          )}
          <Credentials access={access.data} />
          {device.data && me.role === 'facility_admin' && <PlaceIt device={device.data} />}
          <HubList access={access} data={access.data} />
        </>
      )}
    </div>
  )
}

function Credentials({ access }: { access: DeviceAccess }) {
  const say = useSay()
  const language = useLanguage()
  const zone = useZone(access.facility)
  const now = useNow(5_000)
  const when = (time: string): string => whenShort(Date.parse(time), now, zone, language)
  if (access.credentials.every(({ state }) => state === 'ended') && access.credentials.length === 0)
    return <Nothing icon="key" head={say('access.none')} />
  return (
    <div className={styles.scroll}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('access.user')}</th>
            <th scope="col">{say('access.state')}</th>
            <th scope="col">{say('access.created')}</th>
          </tr>
        </thead>
        <tbody>
          {access.credentials.map(({ username, created, ends, state, broker }) => (
            <tr key={username} data-state={state}>
              <td className="mono">{username}</td>
              <td>
                <b>{ends === null ? say('access.state.valid') : say(`access.state.${state}`, { time: when(ends) })}</b>
                {state !== 'ended' && broker === 'absent' && <small>{say('access.absent')}</small>}
                {state !== 'ended' && broker === 'unknown' && <small>{say('access.unknown')}</small>}
              </td>
              <td>{when(created)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Commands({ access, data }: { access: ReturnType<typeof useAccess>; data: DeviceAccess }) {
  const say = useSay()
  const { rotate, revoke } = access
  const [overlap, setOverlap] = useState<number>(0)
  const [isAsking, setAsking] = useState(false)
  const isValid = data.credentials.some(({ state }) => state !== 'ended')
  const error = rotate.error ?? revoke.error
  return (
    <section className={styles.commands}>
      {!isValid && <p className={styles.none}>{say('access.none')}</p>}
      <div className={styles.row}>
        {isValid && (
          <label className={styles.choice}>
            <span>{say('access.overlap')}</span>
            <select value={overlap} onChange={event => setOverlap(Number(event.target.value))}>
              {OVERLAPS.map(each => (
                <option key={each} value={each}>
                  {say(`access.overlap.${each}`)}
                </option>
              ))}
            </select>
          </label>
        )}
        <Button kind="main" isDisabled={rotate.isPending} onPress={() => rotate.mutate(overlap)}>
          <Icon name="key" />
          {say('access.rotate')}
        </Button>
        {isValid && !isAsking && <Button onPress={() => setAsking(true)}>{say('access.revoke')}</Button>}
      </div>
      {isAsking && (
        <div className={styles.ask} role="alertdialog" aria-labelledby="revoke-ask">
          <p id="revoke-ask">{say('access.revokeAsk', { device: data.device })}</p>
          <Button
            kind="main"
            isDisabled={revoke.isPending}
            onPress={() => revoke.mutate(undefined, { onSuccess: () => setAsking(false) })}
          >
            {say('access.revokeYes')}
          </Button>
          <Button onPress={() => setAsking(false)}>{say('access.cancel')}</Button>
        </div>
      )}
      {error && (
        <p className={styles.error} role="alert">
          {errorText(error, say)}
        </p>
      )}
    </section>
  )
}
