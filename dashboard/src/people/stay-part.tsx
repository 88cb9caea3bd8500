/** Where the resident lives and lived, and moving; the stay before ends when the next begins. */
import { useState } from 'react'
import { Failure, Loading } from '../parts/notice.tsx'
import { placeText, usePlaces } from '../places/use-places.ts'
import { useLanguage, useSay, useServices } from '../services.ts'
import { Line } from './fields.tsx'
import { Form } from './form.tsx'
import { Part, RecordLine } from './part.tsx'
import styles from './people.module.css'
import { NO_PLACE, PlacePick } from './place-pick.tsx'
import type { PartOf } from './resident-page.tsx'
import { useMoment } from './use-moment.ts'
import { useChange, usePeople } from './use-people.ts'
import { timeText } from './when.ts'

export function StayPart(part: PartOf) {
  const say = useSay()
  const language = useLanguage()
  const [isOpen, setOpen] = useState(false)
  const { stays, left, erased, facility } = part.resident
  const places = usePlaces(facility)
  const when = (time: string): string => timeText(time, part.zone, language)
  return (
    <Part
      id="stays"
      title={say('people.part.stays')}
      open={
        !isOpen &&
        left === null &&
        erased === null && {
          word: say(stays.length === 0 ? 'people.stayFirst' : 'people.stayMove'),
          onPress: () => setOpen(true),
        }
      }
    >
      {isOpen && <Move {...part} onClose={() => setOpen(false)} />}
      {stays.length === 0 ? (
        <p className={styles.none}>{say('people.stayNone')}</p>
      ) : (
        <ul>
          {stays.toReversed().map(({ id, room, bed, from, to }) => (
            <RecordLine
              key={id}
              head={placeText(places.data, room, bed) || '—'}
              sub={
                to === null
                  ? say('time.from', { time: when(from) })
                  : say('people.fromTo', { from: when(from), to: when(to) })
              }
              isPast={to !== null}
            />
          ))}
        </ul>
      )}
    </Part>
  )
}

function Move({ resident, zone, onClose }: PartOf & { onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const places = usePlaces(resident.facility)
  const people = usePeople(resident.facility)
  const [place, setPlace] = useState(NO_PLACE)
  const from = useMoment(zone)
  const move = useChange(
    (_: undefined, idempotencyKey) =>
      call('addStay', {
        params: { id: resident.id },
        body: { room: place.room, ...(place.bed !== '' && { bed: place.bed }), from: from.instant() ?? '' },
        idempotencyKey,
      }),
    onClose,
  )
  if (places.error) return <Failure error={places.error} onRetry={() => void places.refetch()} />
  if (!places.data) return <Loading />
  return (
    <Form
      label={say('people.stayMove')}
      submit={say('people.record')}
      isReady={place.room !== '' && from.text !== ''}
      isBusy={move.isPending}
      error={move.error}
      conflict="stay"
      onSubmit={() => move.mutate(undefined)}
      onCancel={onClose}
    >
      <PlacePick
        places={places.data}
        people={people.data ?? []}
        draft={place}
        none={say('people.choose')}
        onChange={setPlace}
      />
      <Line type="datetime-local" label={say('people.from')} value={from.text} onChange={from.setText} />
    </Form>
  )
}
