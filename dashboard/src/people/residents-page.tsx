/** The residents of a facility: searched on the spot, so that no name stands in an address; each leads to all that is known. */
import { useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { languageTag } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { type Places, placeText, usePlaces } from '../places/use-places.ts'
import { useLanguage, useSay } from '../services.ts'
import { Line } from './fields.tsx'
import styles from './people.module.css'
import { PeopleFrame } from './people-frame.tsx'
import { inOrder, isAmong, matches, PRESENCES } from './search.ts'
import { type Person, usePeople } from './use-people.ts'

export function ResidentsPage() {
  const say = useSay()
  const { facility } = useSignedIn()
  const people = usePeople(facility ?? '')
  const places = usePlaces(facility ?? '')
  const living = people.data?.filter(person => person.left === null) ?? []
  return (
    <PeopleFrame
      tab="residents"
      {...(people.data?.length && {
        sub: say('people.count', { count: living.length, away: living.filter(({ absent }) => absent).length }),
      })}
      tools={
        <>
          <ButtonLink href="/residents/-/new" kind="main">
            <Icon name="plus" />
            {say('people.add')}
          </ButtonLink>
          <ButtonLink href="/residents/-/import">{say('people.import')}</ButtonLink>
        </>
      }
    >
      {people.error ? (
        <Failure error={people.error} onRetry={() => void people.refetch()} />
      ) : !people.data ? (
        <Loading />
      ) : people.data.length === 0 ? (
        <Nothing icon="people" head={say('people.none')} sub={say('people.noneSub')} />
      ) : (
        <List people={people.data} places={places.data} />
      )}
    </PeopleFrame>
  )
}

function List({ people, places }: { people: readonly Person[]; places: Places | undefined }) {
  const say = useSay()
  const language = useLanguage()
  const [search, setSearch] = useSearchParams()
  const [typed, setTyped] = useState('')
  const presence = PRESENCES.find(each => each === search.get('who')) ?? 'here'
  const placeOf = ({ room, bed }: Person): string => placeText(places, room, bed)
  const found = inOrder(people, languageTag(language), placeOf).filter(
    person => isAmong(person, presence) && matches(person, placeOf(person), typed),
  )
  const show = (chosen: string): void =>
    setSearch(chosen === 'here' ? new URLSearchParams() : { who: chosen }, { replace: true })
  return (
    <>
      <search className={styles.narrow}>
        <Line type="search" label={say('people.search')} value={typed} onChange={setTyped} maxLength={80} />
        <Segments
          label={say('people.who')}
          value={presence}
          options={PRESENCES.map(id => ({ id, text: say(`people.who.${id}`) }))}
          onChange={show}
        />
      </search>
      <p className={styles.found} role="status">
        {say('people.found', { count: found.length })}
      </p>
      {found.length === 0 ? (
        <div>
          <Nothing icon="filter" head={say('people.noneFound')} />
          {(typed !== '' || presence !== 'all') && (
            <Button
              onPress={() => {
                setTyped('')
                show('all')
              }}
            >
              {say('people.showAll')}
            </Button>
          )}
        </div>
      ) : (
        <ul className={styles.list}>
          {found.map(person => (
            <Row key={person.id} person={person} place={placeText(places, person.room, person.bed)} />
          ))}
        </ul>
      )}
    </>
  )
}

function Row({ person, place }: { person: Person; place: string }) {
  const say = useSay()
  const { id, identity, absent, left, erased } = person
  const state = erased ? 'erased' : left ? 'left' : absent ? 'away' : null
  return (
    <li>
      <Link href={`/residents/${id}`} className={styles.row} data-resident={id} data-state={state ?? 'here'}>
        <b className={styles.place}>{place === '' ? say('people.noPlace') : place}</b>
        <span className={styles.who}>
          <b>{identity?.name ?? say(erased ? 'people.nameErased' : 'people.noName')}</b>
          <small>{identity?.kana ?? ''}</small>
        </span>
        <span className={styles.number}>{identity?.number ?? <span className="mono">{id.slice(0, 6)}</span>}</span>
        <span className={styles.state}>{state && say(`people.state.${state}`)}</span>
        <Icon name="right" className={styles.go} />
      </Link>
    </li>
  )
}
