/** All that is known of one resident, from admission to leaving and erasure; the address names only the number. */
import { useEffect, useRef } from 'react'
import { refusalOf } from '../api.ts'
import { useZone } from '../devices/use-devices.ts'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { placeText, usePlaces } from '../places/use-places.ts'
import { useLanguage, useSay, useServices } from '../services.ts'
import { AbsencePart } from './absence-part.tsx'
import { CarePart } from './care-part.tsx'
import { ConsentPart } from './consent-part.tsx'
import { ErasePart } from './erase-part.tsx'
import { IdentityPart } from './identity-part.tsx'
import { LeavePart } from './leave-part.tsx'
import { Opened } from './opened.tsx'
import styles from './people.module.css'
import { useTitle } from './people-frame.tsx'
import { ReleasedPart } from './released-part.tsx'
import { StayPart } from './stay-part.tsx'
import { type ResidentDetail, useResident } from './use-people.ts'
import { timeText } from './when.ts'

/** What every part of the page is given. */
export interface PartOf {
  resident: ResidentDetail
  zone: string
}

export function ResidentPage({ id }: { id: string }) {
  const say = useSay()
  const { data, error, refetch } = useResident(id)
  useTitle('people.title.residents')
  if (data) return <Known resident={data} />
  return (
    <Opened back="/residents" title={say('people.one')}>
      {refusalOf(error)?.status === 404 ? (
        <Nothing icon="user" head={say('people.unknown')} sub={say('people.unknownSub')} />
      ) : error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
    </Opened>
  )
}

function Known({ resident }: { resident: ResidentDetail }) {
  const say = useSay()
  const { identity, erased, left, facility } = resident
  const zone = useZone(facility)
  const part: PartOf = { resident, zone }
  // The heading says what has become of the resident: after erasure that is where to read on.
  const wasErased = useRef(erased !== null)
  useEffect(() => {
    if (erased !== null && !wasErased.current) document.querySelector<HTMLElement>('main h1')?.focus()
    wasErased.current = erased !== null
  }, [erased])
  return (
    <Opened
      back="/residents"
      title={identity?.name ?? say(erased ? 'people.nameErased' : 'people.noName')}
      sub={<Sub {...part} />}
    >
      <div className={styles.columns}>
        <div>
          <IdentityPart {...part} />
          <CarePart {...part} />
          <StayPart {...part} />
          <AbsencePart {...part} />
        </div>
        <div>
          <ConsentPart {...part} />
          <ReleasedPart {...part} />
          {(left === null || erased === null) && (
            <section className={styles.ends} aria-label={say('people.ends')}>
              {left === null && <LeavePart {...part} />}
              {erased === null && <ErasePart {...part} />}
            </section>
          )}
        </div>
      </div>
    </Opened>
  )
}

function Sub({ resident, zone }: PartOf) {
  const say = useSay()
  const language = useLanguage()
  const { clock } = useServices()
  const places = usePlaces(resident.facility)
  const { identity, left, erased, absent, room, bed, absences } = resident
  const place = placeText(places.data, room, bed)
  const away = absences.find(({ from, to }) => Date.parse(from) <= clock.now() && to === null)
  const when = (time: string): string => timeText(time, zone, language)
  const parts = [
    identity?.kana,
    place === '' ? null : say('people.in', { place }),
    left && say('people.leftAt', { time: when(left) }),
    !left && absent && (away ? say('people.awaySince', { time: when(away.from) }) : say('people.state.away')),
    erased && say('people.erasedAt', { time: when(erased) }),
  ]
  return (
    <p>
      {parts.filter(Boolean).join(say('list.separator'))}
      <span className={`mono ${styles.id}`}>{resident.id}</span>
    </p>
  )
}
