/** When the resident is away, during which nothing alarms; and being back. */
import { useState } from 'react'
import { ABSENCE_REASONS, type AbsenceReason } from '../../../core/rest/residents.ts'
import { Button } from '../parts/button.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { Line, Pick } from './fields.tsx'
import { Form } from './form.tsx'
import { Part, RecordLine } from './part.tsx'
import styles from './people.module.css'
import type { PartOf } from './resident-page.tsx'
import { useMoment } from './use-moment.ts'
import { useChange } from './use-people.ts'
import { instantOf, timeText } from './when.ts'

export function AbsencePart(part: PartOf) {
  const say = useSay()
  const language = useLanguage()
  const [open, setOpen] = useState<'add' | string | null>(null)
  const { absences, left, erased } = part.resident
  const when = (time: string): string => timeText(time, part.zone, language)
  const close = (): void => setOpen(null)
  return (
    <Part
      id="absences"
      title={say('people.part.absences')}
      sub={say('people.absenceSub')}
      open={
        open !== 'add' &&
        left === null &&
        erased === null &&
        absences.every(({ to }) => to !== null) && { word: say('people.absenceAdd'), onPress: () => setOpen('add') }
      }
    >
      {open === 'add' && <Add {...part} onClose={close} />}
      {absences.length === 0 ? (
        <p className={styles.none}>{say('people.absenceNone')}</p>
      ) : (
        <ul>
          {absences.toReversed().map(({ id, reason, from, to }) => (
            <RecordLine
              key={id}
              head={say(reason === null ? 'people.reasonErased' : `people.reason.${reason}`)}
              sub={
                to === null
                  ? say('time.from', { time: when(from) })
                  : say('people.fromTo', { from: when(from), to: when(to) })
              }
              isPast={to !== null}
            >
              {to === null && open !== id && <Button onPress={() => setOpen(id)}>{say('people.back')}</Button>}
              {to === null && open === id && <Back {...part} absence={id} onClose={close} />}
            </RecordLine>
          ))}
        </ul>
      )}
    </Part>
  )
}

function Add({ resident, zone, onClose }: PartOf & { onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const [reason, setReason] = useState('')
  const from = useMoment(zone)
  const [to, setTo] = useState('')
  const begins = instantOf(from.text, zone)
  const ends = instantOf(to, zone)
  const isBackwards = begins !== null && ends !== null && Date.parse(ends) <= Date.parse(begins)
  const add = useChange(
    (_: undefined, idempotencyKey) =>
      call('addAbsence', {
        params: { id: resident.id },
        body: { reason: reason as AbsenceReason, from: from.instant() ?? '', ...(ends !== null && { to: ends }) },
        idempotencyKey,
      }),
    onClose,
  )
  return (
    <Form
      label={say('people.absenceAdd')}
      submit={say('people.record')}
      isReady={reason !== '' && begins !== null && !isBackwards}
      isBusy={add.isPending}
      error={add.error}
      conflict="absence"
      onSubmit={() => add.mutate(undefined)}
      onCancel={onClose}
    >
      <Pick
        label={say('people.reason')}
        value={reason}
        onChange={setReason}
        none={say('people.choose')}
        options={ABSENCE_REASONS.map(id => ({ id, text: say(`people.reason.${id}`) }))}
      />
      <Line type="datetime-local" label={say('people.from')} value={from.text} onChange={from.setText} />
      <Line
        type="datetime-local"
        label={say('people.until')}
        hint={say(isBackwards ? 'people.backwards' : 'people.untilOpen')}
        isInvalid={isBackwards}
        value={to}
        onChange={setTo}
      />
    </Form>
  )
}

function Back({ absence, zone, onClose }: PartOf & { absence: string; onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const at = useMoment(zone)
  const end = useChange(
    (_: undefined, idempotencyKey) =>
      call('endAbsence', { params: { id: absence }, body: { at: at.instant() ?? '' }, idempotencyKey }),
    onClose,
  )
  return (
    <Form
      label={say('people.back')}
      submit={say('people.record')}
      isReady={at.text !== ''}
      isBusy={end.isPending}
      error={end.error}
      conflict="ended"
      onSubmit={() => end.mutate(undefined)}
      onCancel={onClose}
    >
      <Line type="datetime-local" label={say('people.backAt')} value={at.text} onChange={at.setText} />
    </Form>
  )
}
