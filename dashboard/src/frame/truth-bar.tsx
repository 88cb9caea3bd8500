/** The bar that is always there: whose picture this is, what time it is there, how true it is, who looks. */
import { Link } from 'wouter'
import { LANGUAGES } from '../../../core/profile.ts'
import { useBoardFrame } from '../board/use-board.ts'
import { dayWithWeekday, hourMinute, zoneName } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Mark } from '../parts/glyph.tsx'
import { Icon } from '../parts/icon.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { LANGUAGE_NAMES } from '../words/names.ts'
import { LinkChip } from './link-chip.tsx'
import { TechnicalChip } from './technical-chip.tsx'
import styles from './truth-bar.module.css'

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function TruthBar() {
  const say = useSay()
  const language = useLanguage()
  const services = useServices()
  const { me, facility } = useSignedIn()
  const frame = useBoardFrame()
  const owner = facility === null ? me.maker : (frame?.facility.name ?? '')
  return (
    <header className={styles.bar}>
      <Link href="/" className={styles.brand} aria-label={say('brand')}>
        <Mark />
        <span className={styles.brandName}>{say('brand')}</span>
      </Link>
      {owner && <span className={styles.owner}>{owner}</span>}
      <Clock zone={facility === null ? BROWSER_ZONE : (frame?.facility.zone ?? null)} />
      {facility !== null && <LinkChip />}
      {facility !== null && <TechnicalChip />}
      <span className={styles.gap} />
      <Link href="/me" className={styles.user}>
        <Icon name="user" />
        <span>{me.user}</span>
      </Link>
      <span className={styles.languages}>
        {LANGUAGES.map(each => (
          <button
            key={each}
            type="button"
            lang={each}
            aria-pressed={each === language}
            onClick={() => void services.language.keep(each)}
          >
            {LANGUAGE_NAMES[each]}
          </button>
        ))}
      </span>
    </header>
  )
}

function Clock({ zone }: { zone: string | null }) {
  const language = useLanguage()
  const now = useNow(500)
  if (zone === null) return null
  const seconds = String(Math.floor(now / 1000) % 60).padStart(2, '0')
  return (
    <span className={styles.clock}>
      <b>{hourMinute(now, zone)}</b>
      <span className={styles.seconds}>:{seconds}</span>
      <span className={styles.date}>
        {dayWithWeekday(now, zone, language)} {zoneName(zone, now)}
      </span>
    </span>
  )
}
