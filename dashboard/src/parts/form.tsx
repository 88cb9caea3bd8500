/** Fields of the administration's forms: a line, a longer text, one of many, a yes or no, a day, and a moment in a facility's zone. */
import { type ReactNode, useId } from 'react'
import { zoneName } from '../format.ts'
import styles from './form.module.css'

interface Labelled {
  label: string
  hint?: string | undefined
}
interface Wired {
  id: string
  'aria-describedby': string | undefined
}

function Field({ label, hint, draw }: Labelled & { draw: (wired: Wired) => ReactNode }) {
  const id = useId()
  const hintId = `${id}-hint`
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {draw({ id, 'aria-describedby': hint === undefined ? undefined : hintId })}
      {hint !== undefined && <small id={hintId}>{hint}</small>}
    </div>
  )
}

interface TextProps extends Labelled {
  value: string
  onChange: (value: string) => void
  maxLength: number
}

export function Line({
  value,
  onChange,
  maxLength,
  isName = false,
  decimal = false,
  ...labelled
}: TextProps & {
  /** A name that machines read: nothing is capitalised or corrected. */
  isName?: boolean
  decimal?: boolean
}) {
  return (
    <Field
      {...labelled}
      draw={wired => (
        <input
          {...wired}
          type="text"
          value={value}
          maxLength={maxLength}
          autoComplete="off"
          autoCapitalize={isName ? 'none' : 'sentences'}
          spellCheck={!isName}
          inputMode={decimal ? 'decimal' : 'text'}
          onChange={event => onChange(event.target.value)}
        />
      )}
    />
  )
}

export function LongText({ value, onChange, maxLength, ...labelled }: TextProps) {
  return (
    <Field
      {...labelled}
      draw={wired => (
        <textarea
          {...wired}
          rows={3}
          value={value}
          maxLength={maxLength}
          onChange={event => onChange(event.target.value)}
        />
      )}
    />
  )
}

interface PickProps extends Labelled {
  value: string
  onChange: (value: string) => void
  options: readonly { id: string; text: string }[]
  /** What stands for nothing chosen; left out: something always is. */
  none?: string
}
export function Pick({ value, onChange, options, none, ...labelled }: PickProps) {
  return (
    <Field
      {...labelled}
      draw={wired => (
        <select {...wired} value={value} onChange={event => onChange(event.target.value)}>
          {none !== undefined && <option value="">{none}</option>}
          {options.map(({ id, text }) => (
            <option key={id} value={id}>
              {text}
            </option>
          ))}
        </select>
      )}
    />
  )
}

export function Tick({
  label,
  value,
  onChange,
}: {
  label: string
  value: boolean
  onChange: (value: boolean) => void
}) {
  return (
    <label className={styles.tick}>
      <input type="checkbox" checked={value} onChange={event => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  )
}

interface TimeProps extends Labelled {
  value: string
  onChange: (value: string) => void
}
export function DayField({ value, onChange, ...labelled }: TimeProps) {
  return (
    <Field
      {...labelled}
      draw={wired => (
        <input
          {...wired}
          type="date"
          value={value}
          min="1970-01-01"
          max="2199-12-31"
          onChange={event => onChange(event.target.value)}
        />
      )}
    />
  )
}

/** Holds the wall clock of `zone` (moment.ts); the zone's name stands beside the label. */
export function MomentField({ value, onChange, zone, label, hint }: TimeProps & { zone: string }) {
  return (
    <Field
      label={`${label} (${zoneName(zone, Date.now())})`}
      hint={hint}
      draw={wired => (
        <input
          {...wired}
          type="datetime-local"
          value={value}
          min="1970-01-01T00:00"
          max="2199-12-31T23:59"
          onChange={event => onChange(event.target.value)}
        />
      )}
    />
  )
}
