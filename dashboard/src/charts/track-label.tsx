/** What stands beside a track: the metric's name, its figures, and its full data as a file. */
import type { ReactNode } from 'react'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import type { Track } from './tracks.ts'
import styles from './trend-stack.module.css'

export function TrackLabel({
  track,
  showDevice,
  children,
}: {
  track: Track
  showDevice: boolean
  children?: ReactNode
}) {
  const say = useSay()
  return (
    <div className={styles.label}>
      <b>{track.label}</b>
      {showDevice && <span className={styles.device}>{track.device}</span>}
      {children}
      <a className={styles.csv} href={track.csv} download aria-label={say('trend.csvOf', { metric: track.label })}>
        <Icon name="download" className={styles.csvIcon} />
        {say('trend.csv')}
      </a>
    </div>
  )
}
