/** One part of what is known of a resident: heading, one button that opens its form, its records. */
import type { ReactNode } from 'react'
import { Button } from '../parts/button.tsx'
import styles from './people.module.css'

interface PartProps {
  id: string
  title: string
  sub?: string
  /** Opens the form of this part; none while it is open, or where nothing may be added. */
  open?: { word: string; onPress: () => void } | false | undefined
  children: ReactNode
}

export function Part({ id, title, sub, open, children }: PartProps) {
  return (
    <section className={styles.part} aria-labelledby={`part-${id}`} data-part={id}>
      <header>
        <h2 id={`part-${id}`}>{title}</h2>
        {open && <Button onPress={open.onPress}>{open.word}</Button>}
      </header>
      {sub !== undefined && <p className={styles.partSub}>{sub}</p>}
      {children}
    </section>
  )
}

interface RecordProps {
  head: ReactNode
  sub?: ReactNode
  state?: string | undefined
  isPast?: boolean
  children?: ReactNode
}
/** One line of a part: newest first, what has ended in a lighter ink. */
export function RecordLine({ head, sub, state, isPast, children }: RecordProps) {
  return (
    <li className={styles.record} data-past={isPast || undefined}>
      <div>
        <b>{head}</b>
        {sub && <small>{sub}</small>}
      </div>
      {state !== undefined && <span className={styles.state}>{state}</span>}
      {children}
    </li>
  )
}
