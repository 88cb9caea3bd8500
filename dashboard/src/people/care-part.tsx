/** Care levels with the day from which each counts; only ever added to. */
import { useState } from 'react'
import { CARE_LEVELS } from '../../../core/rest/residents.ts'
import { useLanguage, useSay, useServices } from '../services.ts'
import { Line, Pick } from './fields.tsx'
import { Form } from './form.tsx'
import { Part, RecordLine } from './part.tsx'
import styles from './people.module.css'
import type { PartOf } from './resident-page.tsx'
import { useChange } from './use-people.ts'
import { dayIn, dayText } from './when.ts'

export function CarePart(part: PartOf) {
  const say = useSay()
  const language = useLanguage()
  const { clock } = useServices()
  const [isOpen, setOpen] = useState(false)
  const { care_levels, erased } = part.resident
  const today = dayIn(clock.now(), part.zone)
  const newestFirst = care_levels.toReversed()
  const current = newestFirst.find(({ from }) => from <= today)
  return (
    <Part
      id="care"
      title={say('people.part.care')}
      open={!isOpen && erased === null && { word: say('people.careAdd'), onPress: () => setOpen(true) }}
    >
      {isOpen && <Add {...part} today={today} onClose={() => setOpen(false)} />}
      {care_levels.length === 0 ? (
        <p className={styles.none}>{say(erased ? 'people.identityErased' : 'people.careNone')}</p>
      ) : (
        <ul>
          {newestFirst.map(({ id, level, from, by }) => (
            <RecordLine
              key={id}
              head={say(`people.level.${level}`)}
              sub={say('people.careSub', { day: dayText(from, language), who: by })}
              isPast={id !== current?.id}
              state={id === current?.id ? say('people.now') : undefined}
            />
          ))}
        </ul>
      )}
    </Part>
  )
}

function Add({ resident, today, onClose }: PartOf & { today: string; onClose: () => void }) {
  const say = useSay()
  const { call } = useServices()
  const [level, setLevel] = useState('')
  const [from, setFrom] = useState(today)
  const add = useChange(
    (_: undefined, idempotencyKey) =>
      call('addCareLevel', {
        params: { id: resident.id },
        body: { level: level as (typeof CARE_LEVELS)[number], from },
        idempotencyKey,
      }),
    onClose,
  )
  return (
    <Form
      label={say('people.careAdd')}
      submit={say('people.record')}
      isReady={level !== '' && from !== ''}
      isBusy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate(undefined)}
      onCancel={onClose}
    >
      <Pick
        label={say('import.column.care_level')}
        value={level}
        onChange={setLevel}
        none={say('people.choose')}
        options={CARE_LEVELS.map(id => ({ id, text: say(`people.level.${id}`) }))}
      />
      <Line type="date" label={say('import.column.care_level_from')} value={from} onChange={setFrom} />
    </Form>
  )
}
