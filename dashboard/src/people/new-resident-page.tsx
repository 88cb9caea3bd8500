/** Admission: who comes, with what care level, into which bed, recorded in one piece. */
import { useState } from 'react'
import { useLocation } from 'wouter'
import { CARE_LEVELS } from '../../../core/rest/residents.ts'
import { useZone } from '../devices/use-devices.ts'
import { useSignedIn } from '../me.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { usePlaces } from '../places/use-places.ts'
import { useSay, useServices } from '../services.ts'
import { Pick } from './fields.tsx'
import { Form } from './form.tsx'
import { draftOf, IdentityFields, identityOf, isSound } from './identity-fields.tsx'
import { Opened } from './opened.tsx'
import { useTitle } from './people-frame.tsx'
import { NO_PLACE, PlacePick } from './place-pick.tsx'
import { useChange, usePeople } from './use-people.ts'
import { dayIn, instantOf } from './when.ts'

export function NewResidentPage() {
  const say = useSay()
  const facility = useSignedIn().facility ?? ''
  const zone = useZone(facility)
  const { call, clock } = useServices()
  const [, navigate] = useLocation()
  const places = usePlaces(facility)
  const people = usePeople(facility)
  const today = dayIn(clock.now(), zone)
  const [who, setWho] = useState(() => ({ ...draftOf(null), admitted_on: today }))
  const [level, setLevel] = useState('')
  const [place, setPlace] = useState(NO_PLACE)
  useTitle('people.add')
  const add = useChange(
    (_: undefined, idempotencyKey) => {
      const begins = who.admitted_on === '' ? today : who.admitted_on
      return call('createResident', {
        body: {
          facility: facility as never,
          identity: identityOf(who),
          ...(level !== '' && { care_level: { level: level as (typeof CARE_LEVELS)[number], from: begins } }),
          ...(place.room !== '' && {
            stay: {
              room: place.room,
              ...(place.bed !== '' && { bed: place.bed }),
              from: instantOf(begins, zone) ?? '',
            },
          }),
        },
        idempotencyKey,
      })
    },
    ({ id }) => navigate(`/residents/${id}`, { replace: true }),
  )
  return (
    <Opened back="/residents" title={say('people.add')}>
      {places.error ? (
        <Failure error={places.error} onRetry={() => void places.refetch()} />
      ) : !places.data ? (
        <Loading />
      ) : (
        <Form
          label={say('people.add')}
          submit={say('people.addDo')}
          isReady={isSound(who, today)}
          isBusy={add.isPending}
          error={add.error}
          conflict="stay"
          onSubmit={() => add.mutate(undefined)}
          onCancel={() => navigate('/residents')}
        >
          <IdentityFields draft={who} today={today} onChange={setWho} />
          <Pick
            label={say('import.column.care_level')}
            value={level}
            onChange={setLevel}
            none={say('people.notSaid')}
            options={CARE_LEVELS.map(id => ({ id, text: say(`people.level.${id}`) }))}
          />
          <PlacePick
            places={places.data}
            people={people.data ?? []}
            draft={place}
            none={say('people.placeLater')}
            onChange={setPlace}
          />
        </Form>
      )}
    </Opened>
  )
}
