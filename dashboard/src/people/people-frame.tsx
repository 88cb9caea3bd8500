/** What the screens about residents and places share: their heading, what can be added, and the way from one to the other. */
import { type ReactNode, useEffect } from 'react'
import { Link } from 'wouter'
import type { MessageId } from '../language.ts'
import { useSay } from '../services.ts'
import styles from './people.module.css'

const TABS = [
  { id: 'residents', href: '/residents', word: 'people.tab.residents' },
  { id: 'consents', href: '/residents/-/consents', word: 'people.tab.consents' },
  { id: 'layout', href: '/places', word: 'people.tab.layout' },
  { id: 'import', href: '/residents/-/import', word: 'people.tab.import' },
] as const
type Tab = (typeof TABS)[number]['id']

interface PeopleFrameProps {
  tab: Tab
  sub?: string
  tools?: ReactNode
  children: ReactNode
}

export function PeopleFrame({ tab, sub, tools, children }: PeopleFrameProps) {
  const say = useSay()
  useTitle(`people.title.${tab}`)
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{say(`people.title.${tab}`)}</h1>
        {sub !== undefined && <p>{sub}</p>}
        {tools && <div className={styles.tools}>{tools}</div>}
      </header>
      <nav className={styles.tabs} aria-label={say('people.tabs')}>
        {TABS.map(({ id, href, word }) => (
          <Link key={id} href={href} aria-current={id === tab ? 'page' : undefined}>
            {say(word)}
          </Link>
        ))}
      </nav>
      {children}
    </div>
  )
}

/** The title of the window, which the browser keeps: never anybody's name. */
export function useTitle(word: MessageId): void {
  const say = useSay()
  useEffect(() => {
    document.title = `${say(word)} | ${say('brand')}`
  }, [say, word])
}
