/** Fields of the forms about people and places: a line, a day, a time, one of several; each with its label above it. */
import { type ReactNode, useId } from 'react'
import { Icon } from '../parts/icon.tsx'
import styles from './people.module.css'

interface LineProps {
  label: string
  hint?: string
  value: string
  onChange: (value: string) => void
  type?: 'text' | 'date' | 'datetime-local' | 'search'
  maxLength?: number
  max?: string
  min?: string
  isRequired?: boolean
  isInvalid?: boolean
}

export function Line({ label, hint, onChange, isRequired, isInvalid, type = 'text', ...field }: LineProps) {
  const id = useId()
  return (
    <div className={styles.field} data-type={type}>
      <label htmlFor={id}>{label}</label>
      <input
        {...field}
        id={id}
        type={type}
        required={isRequired}
        aria-invalid={isInvalid || undefined}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={event => onChange(event.target.value)}
      />
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  )
}

export interface PickOption {
  id: string
  text: string
  /** Options of one group follow each other under its name. */
  group?: string
}
interface PickProps {
  label: string
  hint?: string
  value: string
  onChange: (value: string) => void
  options: readonly PickOption[]
  /** What the empty choice says; without it there is none. */
  none?: string
}

export function Pick({ label, hint, value, onChange, options, none }: PickProps) {
  const id = useId()
  const groups = [...new Set(options.map(({ group }) => group))]
  const listed = (group: string | undefined): ReactNode =>
    options
      .filter(option => option.group === group)
      .map(option => (
        <option key={option.id} value={option.id}>
          {option.text}
        </option>
      ))
  return (
    <div className={`${styles.field} ${styles.pick}`}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={event => onChange(event.target.value)}
      >
        {none !== undefined && <option value="">{none}</option>}
        {groups.map(group =>
          group === undefined ? (
            listed(group)
          ) : (
            <optgroup key={group} label={group}>
              {listed(group)}
            </optgroup>
          ),
        )}
      </select>
      <Icon name="down" className={styles.arrow} />
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  )
}
