/** What surrounds every screen: truth bar, stop bar, the rail (a bottom bar on phones), and the place for the screen itself. */
import { type ReactNode, useEffect, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import { useSignedIn } from '../me.ts'
import { Icon } from '../parts/icon.tsx'
import { SECTION_ICONS, sectionsOf, sectionWord } from '../roles.ts'
import { useSay } from '../services.ts'
import styles from './app-frame.module.css'
import { StopBar } from './stop-bar.tsx'
import { TruthBar } from './truth-bar.tsx'

const HEADING_TRIES = 60

export function AppFrame({ children }: { children: ReactNode }) {
  const say = useSay()
  const { me, facility } = useSignedIn()
  const main = useRef<HTMLElement>(null)
  const [path] = useLocation()
  const place = `/${path.split('/')[1]}`
  const isFirst = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs because the path has changed
  useEffect(() => {
    // Coming in takes no focus: nothing was left for it.
    if (isFirst.current) {
      isFirst.current = false
      return
    }
    let tries = 0
    const focusHeading = (): void => {
      const heading = main.current?.querySelector<HTMLElement>('h1')
      tries += 1
      // While the next screen's chunk is on the way the one before is still in the page, hidden.
      if (!heading?.checkVisibility() && tries < HEADING_TRIES) return
      clearInterval(timer)
      heading?.focus()
    }
    const timer = setInterval(focusHeading, 50)
    focusHeading()
    return () => clearInterval(timer)
  }, [path])
  return (
    <div className={styles.app}>
      <a href="#screen" className={styles.skip}>
        {say('nav.skip')}
      </a>
      <TruthBar />
      {facility !== null && <StopBar />}
      <nav className={styles.rail} aria-label={say('nav.label')}>
        {sectionsOf(me.role).map(section => (
          <Link
            key={section}
            href={`/${section}`}
            className={styles.door}
            aria-current={isWithin(place, section) ? 'page' : undefined}
          >
            <Icon name={SECTION_ICONS[section]} className={styles.doorIcon} />
            <span>{say(sectionWord(section))}</span>
          </Link>
        ))}
        <Link
          href="/me"
          className={`${styles.door} ${styles.mine}`}
          aria-current={place === '/me' ? 'page' : undefined}
        >
          <Icon name="user" className={styles.doorIcon} />
          <span>{say('nav.me')}</span>
        </Link>
      </nav>
      <main id="screen" ref={main} className={styles.screen} tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}

const isWithin = (place: string, section: string): boolean =>
  place === `/${section}` ||
  (section === 'board' && place === '/rooms') ||
  (section === 'residents' && place === '/places') ||
  (section === 'devices' && place === '/swap')
