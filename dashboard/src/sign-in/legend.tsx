/** How to read the screens: what the pictures mean, and that hatch never is the present. */
import { Notice } from '../board/event-column.tsx'
import { Glyph } from '../parts/glyph.tsx'
import { useSay } from '../services.ts'
import styles from './sign-in.module.css'

const SEEN = ['asleep', 'awake', 'sitting_up', 'bed_edge', 'out_of_bed', 'toilet'] as const
const UNSEEN = ['stale', 'offline', 'unclear', 'not_installed'] as const
const LINK = ['live', 'delayed', 'stopped'] as const

export function Legend() {
  const say = useSay()
  return (
    <aside className={styles.legend} aria-label={say('legend.title')}>
      <h2>{say('legend.title')}</h2>
      <p className={styles.sub}>{say('legend.sub')}</p>
      <h3>{say('legend.link')}</h3>
      <ul className={styles.links}>
        {LINK.map(kind => (
          <li key={kind}>
            <b data-kind={kind}>{say(`link.${kind}`)}</b>
            <span>{say(`legend.link.${kind}`)}</span>
          </li>
        ))}
      </ul>
      <h3>{say('legend.rooms')}</h3>
      <ul className={styles.states}>
        {SEEN.map(state => (
          <li key={state}>
            <Glyph state={state} className={styles.glyph} />
            <b>{say(`state.${state}`)}</b>
            <span>{say(`legend.${state}`)}</span>
          </li>
        ))}
      </ul>
      <h3>{say('legend.unseen')}</h3>
      <ul className={styles.states}>
        {UNSEEN.map(state => (
          <li key={state}>
            <Glyph state={state} className={styles.glyph} />
            <b>{say(`state.${state}`)}</b>
            <span>{say(`legend.${state}`)}</span>
          </li>
        ))}
      </ul>
      <p className={`hatch ${styles.hatch}`}>{say('legend.hatch')}</p>
      <Notice />
    </aside>
  )
}
