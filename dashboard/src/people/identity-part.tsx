/** Who the resident is, and correcting it; earlier versions are kept until erasure. */
import { useState } from 'react'
import { useLanguage, useSay, useServices } from '../services.ts'
import { Form } from './form.tsx'
import { draftOf, IdentityFields, identityOf, isSound } from './identity-fields.tsx'
import { Part } from './part.tsx'
import styles from './people.module.css'
import type { PartOf } from './resident-page.tsx'
import { useChange } from './use-people.ts'
import { ageOn, dayIn, dayText } from './when.ts'

export function IdentityPart({ resident, zone }: PartOf) {
  const say = useSay()
  const { clock } = useServices()
  const [isOpen, setOpen] = useState(false)
  const { identity, erased } = resident
  const today = dayIn(clock.now(), zone)
  return (
    <Part
      id="identity"
      title={say('people.part.identity')}
      open={!isOpen && erased === null && { word: say('people.edit'), onPress: () => setOpen(true) }}
    >
      {isOpen ? (
        <Edit resident={resident} today={today} onClose={() => setOpen(false)} />
      ) : identity ? (
        <Facts identity={identity} today={today} />
      ) : (
        <p className={styles.none}>{say(erased ? 'people.identityErased' : 'people.identityNone')}</p>
      )}
    </Part>
  )
}

function Facts({ identity, today }: { identity: NonNullable<PartOf['resident']['identity']>; today: string }) {
  const say = useSay()
  const language = useLanguage()
  const { birth_date, sex, admitted_on, diagnosis_group, number, kana, name } = identity
  const facts = [
    ['name', name],
    ['kana', kana],
    ['number', number],
    [
      'birth_date',
      birth_date && say('people.born', { day: dayText(birth_date, language), age: ageOn(birth_date, today) }),
    ],
    ['sex', sex && say(`people.sex.${sex}`)],
    ['admitted_on', admitted_on && dayText(admitted_on, language)],
    ['diagnosis_group', diagnosis_group && say(`people.diagnosis.${diagnosis_group}`)],
  ] as const
  return (
    <dl className={styles.facts}>
      {facts.map(([column, text]) => (
        <div key={column}>
          <dt>{say(`import.column.${column}`)}</dt>
          <dd>{text ?? <span className={styles.none}>{say('people.notSaid')}</span>}</dd>
        </div>
      ))}
    </dl>
  )
}

interface EditProps {
  resident: PartOf['resident']
  today: string
  onClose: () => void
}
function Edit({ resident, today, onClose }: EditProps) {
  const say = useSay()
  const { call } = useServices()
  const [draft, setDraft] = useState(() => draftOf(resident.identity))
  // What the form began with: the page reads the resident again while somebody types.
  const [read] = useState(resident.version)
  const save = useChange(
    (_: undefined, idempotencyKey) =>
      call('identifyResident', {
        params: { id: resident.id },
        body: identityOf(draft),
        version: read,
        idempotencyKey,
      }),
    onClose,
  )
  return (
    <Form
      label={say('people.part.identity')}
      submit={say('people.save')}
      isReady={isSound(draft, today)}
      isBusy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate(undefined)}
      onCancel={onClose}
    >
      <IdentityFields draft={draft} today={today} onChange={setDraft} />
    </Form>
  )
}
