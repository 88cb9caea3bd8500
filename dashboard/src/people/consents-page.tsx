/** The consents of a facility, newest first, and who has none that holds; each leads to its resident, where it is withdrawn. */
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'wouter'
import { CONSENT_PURPOSES } from '../../../core/rest/consents.ts'
import { useZone } from '../devices/use-devices.ts'
import { languageTag } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { placeText, usePlaces } from '../places/use-places.ts'
import { useLanguage, useSay, useServices } from '../services.ts'
import { ConsentFacts } from './consent-part.tsx'
import { stateOf } from './consent-state.ts'
import styles from './people.module.css'
import { PeopleFrame } from './people-frame.tsx'
import { inOrder } from './search.ts'
import { useConsents, usePeople } from './use-people.ts'

const VIEWS = ['valid', 'missing', 'withdrawn', 'all'] as const

export function ConsentsPage() {
  const say = useSay()
  const language = useLanguage()
  const facility = useSignedIn().facility ?? ''
  const zone = useZone(facility)
  const { clock } = useServices()
  const consents = useConsents(facility)
  const people = usePeople(facility)
  const places = usePlaces(facility)
  const [search, setSearch] = useSearchParams()
  const view = VIEWS.find(each => each === search.get('show')) ?? 'valid'
  const now = clock.now()
  const valid = (consents.data ?? []).filter(consent => stateOf(consent, now) === 'valid')
  const living = (people.data ?? []).filter(({ left, erased }) => left === null && erased === null)
  const evaluating = new Set(
    valid.flatMap(({ purpose, resident }) => (purpose === CONSENT_PURPOSES[0] ? [resident] : [])),
  )
  const missing = inOrder(
    living.filter(({ id }) => !evaluating.has(id)),
    languageTag(language),
    ({ room, bed }) => placeText(places.data, room, bed),
  )
  const shown = (consents.data ?? [])
    .filter(consent => view === 'all' || stateOf(consent, now) === view)
    .toSorted((a, b) => Date.parse(b.withdrawn ?? b.from) - Date.parse(a.withdrawn ?? a.from))
  const nameOf = (id: string): string => {
    const person = people.data?.find(each => each.id === id)
    return person?.identity?.name ?? say(person?.erased ? 'people.nameErased' : 'people.noName')
  }
  const placeOf = (id: string): string => {
    const person = people.data?.find(each => each.id === id)
    return placeText(places.data, person?.room ?? null, person?.bed ?? null) || say('people.noPlace')
  }
  const error = consents.error ?? people.error
  return (
    <PeopleFrame
      tab="consents"
      {...(consents.data &&
        people.data && { sub: say('consent.count', { count: valid.length, missing: missing.length }) })}
    >
      <div className={styles.narrow}>
        <Segments
          label={say('consent.show')}
          value={view}
          options={VIEWS.map(id => ({ id, text: say(`consent.show.${id}`) }))}
          onChange={chosen =>
            setSearch(chosen === 'valid' ? new URLSearchParams() : { show: chosen }, { replace: true })
          }
        />
      </div>
      {error ? (
        <Failure error={error} onRetry={() => void Promise.all([consents.refetch(), people.refetch()])} />
      ) : !consents.data || !people.data ? (
        <Loading />
      ) : view === 'missing' ? (
        missing.length === 0 ? (
          <Nothing icon="check" head={say('consent.missingNone')} />
        ) : (
          <ul className={styles.list}>
            {missing.map(({ id }) => (
              <Row key={id} id={id} name={nameOf(id)} place={placeOf(id)} />
            ))}
          </ul>
        )
      ) : shown.length === 0 ? (
        <Nothing icon="check" head={say('consent.noneShown')} sub={say('consent.noneSub')} />
      ) : (
        <ul className={styles.list}>
          {shown.map(consent => (
            <Row
              key={consent.id}
              id={consent.resident}
              name={nameOf(consent.resident)}
              place={placeOf(consent.resident)}
            >
              <b>{say(`consent.purpose.${consent.purpose}`)}</b>
              <small>
                <ConsentFacts consent={consent} zone={zone} />
              </small>
            </Row>
          ))}
        </ul>
      )}
    </PeopleFrame>
  )
}

interface RowProps {
  id: string
  name: string
  place: string
  children?: ReactNode
}
function Row({ id, name, place, children }: RowProps) {
  return (
    <li>
      <Link href={`/residents/${id}`} className={`${styles.row} ${styles.consent}`}>
        <b className={styles.place}>{place}</b>
        <span className={styles.who}>
          <b>{name}</b>
        </span>
        <span className={styles.what}>{children}</span>
        <Icon name="right" className={styles.go} />
      </Link>
    </li>
  )
}
