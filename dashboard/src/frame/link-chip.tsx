/** How old the picture is, in a word: a quiet dot while live, words with running seconds when not. */
import { useLink } from '../board/use-board.ts'
import { running } from '../format.ts'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import styles from './link-chip.module.css'

export function LinkChip() {
  const say = useSay()
  const link = useLink()
  const seconds = Math.floor(link.ageMs / 1000)
  return (
    <span className={styles.chip} data-kind={link.kind} data-testid="link">
      {link.kind === 'stopped' ? (
        <Icon name="linkOff" />
      ) : link.kind === 'live' ? (
        <span className={styles.dot} />
      ) : (
        <Icon name="clock" />
      )}
      <span>{say(`link.${link.kind}`)}</span>
      {link.kind === 'live' && <small>{say('link.age', { seconds: (link.ageMs / 1000).toFixed(1) })}</small>}
      {link.kind === 'delayed' && <b>{say('link.age', { seconds })}</b>}
      {link.kind === 'stopped' && Number.isFinite(link.ageMs) && <b>{running(link.ageMs)}</b>}
    </span>
  )
}
