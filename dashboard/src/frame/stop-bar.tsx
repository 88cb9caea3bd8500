/** Says in red that the screen is not the present, since when, and what to do; and tells it once to those who listen. */
import { useBoardFrame, useLink, useLinkKind } from '../board/use-board.ts'
import { hourMinuteSecond, running } from '../format.ts'
import { Icon } from '../parts/icon.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './stop-bar.module.css'

export function StopBar() {
  const say = useSay()
  const kind = useLinkKind()
  return (
    <div className={styles.place}>
      <p className="hidden-text" role="status">
        {kind === 'stopped' ? say('stop.announce') : kind === 'live' ? say('link.live') : ''}
      </p>
      {kind === 'stopped' && <Bar />}
    </div>
  )
}

function Bar() {
  const say = useSay()
  const link = useLink()
  const frame = useBoardFrame()
  const { live } = useServices()
  const zone = frame?.facility.zone ?? 'Asia/Tokyo'
  const attempts = live.attempts()
  return (
    <div className={styles.bar} data-testid="stop-bar">
      <Icon name="linkOff" className={styles.icon} />
      <b className={styles.since}>
        {say('link.stopped')} {link.asOfMs !== null && hourMinuteSecond(link.asOfMs, zone)}
      </b>
      <span className={styles.text}>
        {say('stop.todo')}{' '}
        {link.feedOnly ? say('stop.feed') : attempts > 0 ? say('stop.retrying', { attempts }) : say('stop.server')}
      </span>
      {Number.isFinite(link.ageMs) && <b className={styles.run}>{running(link.ageMs)}</b>}
    </div>
  )
}
