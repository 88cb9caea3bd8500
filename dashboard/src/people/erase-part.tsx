/** Erasure in two steps: what goes and what stays, then the name typed once more; nothing brings it back. */
import { useEffect, useId, useRef, useState } from 'react'
import { Button } from '../parts/button.tsx'
import { useSay, useServices } from '../services.ts'
import { Line } from './fields.tsx'
import { Refused } from './form.tsx'
import styles from './people.module.css'
import type { PartOf } from './resident-page.tsx'
import { folded } from './search.ts'
import { useChange } from './use-people.ts'

type Step = 'closed' | 'told' | 'typing'
/** Enough of the number to mean one person, where there is no name to type. */
const DIGITS = 6

export function ErasePart({ resident }: PartOf) {
  const say = useSay()
  const [step, setStep] = useState<Step>('closed')
  if (step === 'closed')
    return (
      <div className={styles.end}>
        <p>{say('people.eraseSub')}</p>
        <Button onPress={() => setStep('told')}>{say('people.erase')}</Button>
      </div>
    )
  return <Steps resident={resident} step={step} onStep={setStep} />
}

interface StepsProps {
  resident: PartOf['resident']
  step: Step
  onStep: (step: Step) => void
}
function Steps({ resident, step, onStep }: StepsProps) {
  const say = useSay()
  const { call } = useServices()
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const [typed, setTyped] = useState('')
  const wanted = resident.identity?.name ?? resident.id.slice(0, DIGITS)
  const erase = useChange((_: undefined, idempotencyKey) =>
    call('eraseResident', { params: { id: resident.id }, body: { confirm: resident.id }, idempotencyKey }),
  )
  // The button that was pressed is gone; reading goes on where the question stands.
  useEffect(() => {
    if (step === 'told') box.current?.focus()
    else box.current?.querySelector('input')?.focus()
  }, [step])
  const lists = [
    { word: 'people.eraseGoes', items: ['people.eraseGoes1', 'people.eraseGoes2', 'people.eraseGoes3'] },
    {
      word: 'people.eraseStays',
      items: ['people.eraseStays1', 'people.eraseStays2', 'people.eraseStays3', 'people.eraseStays4'],
    },
  ] as const
  return (
    <div className={styles.ask} role="alertdialog" aria-labelledby={id} tabIndex={-1} ref={box}>
      <p id={id}>
        <b>{say('people.eraseAsk')}</b>
      </p>
      {resident.left === null && <p>{say('people.eraseStillHere')}</p>}
      <div className={styles.balance}>
        {lists.map(({ word, items }) => (
          <div key={word}>
            <h3>{say(word)}</h3>
            <ul>
              {items.map(item => (
                <li key={item}>{say(item, { releases: resident.releases.length, trials: resident.trials.length })}</li>
              ))}
            </ul>
          </div>
        ))}
      </div>
      {step === 'typing' && (
        <Line
          label={say(resident.identity ? 'people.eraseType' : 'people.eraseTypeNumber', { wanted })}
          value={typed}
          onChange={setTyped}
        />
      )}
      <Refused error={erase.error} />
      <div className={styles.buttons}>
        {step === 'told' ? (
          <Button onPress={() => onStep('typing')}>{say('people.eraseNext')}</Button>
        ) : (
          <Button
            kind="main"
            isDisabled={erase.isPending || folded(typed) !== folded(wanted)}
            onPress={() => erase.mutate(undefined)}
          >
            {say('people.eraseDo')}
          </Button>
        )}
        <Button onPress={() => onStep('closed')}>{say('people.cancel')}</Button>
      </div>
    </div>
  )
}
