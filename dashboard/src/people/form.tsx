/** The frame of a form about people and places: fields, what was refused, and the two buttons; one press is one change. */
import type { ReactNode } from 'react'
import { refusalOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay } from '../services.ts'
import styles from './people.module.css'

/** What was tried when the server said that it does not go with what is there. */
type Conflict = 'absence' | 'ended' | 'stay' | 'leave' | 'withdrawn' | 'taken' | 'inUse' | 'changed'

interface FormProps {
  label: string
  submit: string
  isReady: boolean
  isBusy: boolean
  error: unknown
  /** What a conflict means here. */
  conflict?: Conflict
  onSubmit: () => void
  onCancel?: () => void
  children: ReactNode
}

export function Form({ label, submit, isReady, isBusy, error, conflict, onSubmit, onCancel, children }: FormProps) {
  const say = useSay()
  return (
    <form
      className={styles.form}
      aria-label={label}
      noValidate
      onSubmit={event => {
        event.preventDefault()
        if (isReady && !isBusy) onSubmit()
      }}
    >
      <div className={styles.fields}>{children}</div>
      <Refused error={error} conflict={conflict} />
      <div className={styles.buttons}>
        <Button kind="main" type="submit" isDisabled={!isReady || isBusy}>
          {submit}
        </Button>
        {onCancel && <Button onPress={onCancel}>{say('people.cancel')}</Button>}
      </div>
    </form>
  )
}

/** Why a change was refused, in words that fit what was tried. */
export function Refused({ error, conflict }: { error: unknown; conflict?: Conflict | undefined }) {
  const say = useSay()
  if (!error) return null
  const isConflict = refusalOf(error)?.problem?.code === 'conflict'
  return (
    <p className={styles.problem} role="alert">
      {isConflict && conflict ? say(`people.conflict.${conflict}`) : errorText(error, say)}
    </p>
  )
}
