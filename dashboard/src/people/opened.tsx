/** The frame of a screen that was opened from a list: the way back, its heading, what stands under it. */
import type { ReactNode } from 'react'
import { ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import styles from './people.module.css'

interface OpenedProps {
  back: string
  title: string
  sub?: ReactNode
  tools?: ReactNode
  children: ReactNode
}

export function Opened({ back, title, sub, tools, children }: OpenedProps) {
  const say = useSay()
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <ButtonLink href={back} square label={say('nav.back')}>
          <Icon name="left" />
        </ButtonLink>
        <div className={styles.title}>
          <h1 tabIndex={-1}>{title}</h1>
          {sub}
        </div>
        {tools && <div className={styles.tools}>{tools}</div>}
      </header>
      {children}
    </div>
  )
}
