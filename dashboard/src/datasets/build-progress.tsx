/** A running build: its step, its share, what it has read; and honestly, how this is being followed. */
import { ProgressBar } from 'react-aria-components/ProgressBar'
import type { DatasetJob } from '../../../core/rest/datasets.ts'
import { numberText } from '../format.ts'
import { useLanguage, useSay } from '../services.ts'
import styles from './datasets.module.css'

export function BuildProgress({ job, connected }: { job: DatasetJob | null; connected: boolean }) {
  const say = useSay()
  const language = useLanguage()
  const share = Math.round((job?.progress ?? 0) * 100)
  return (
    <section className={styles.section} data-testid="build">
      <h2>{say('build.title')}</h2>
      <ProgressBar value={share} aria-label={say('build.title')} className={styles.progress ?? ''}>
        {() => (
          <>
            <div className={styles.progressText}>
              <b>{say(`build.step.${job?.step ?? 'queued'}`)}</b>
              <span>
                {job?.readings != null && `${say('build.readings', { count: numberText(job.readings, 0, language) })} `}
                {share} %
              </span>
            </div>
            <div className={styles.track}>
              <div className={styles.fill} style={{ width: `${share}%` }} />
            </div>
          </>
        )}
      </ProgressBar>
      <p className={styles.hint}>{say(connected ? 'build.live' : 'build.polling')}</p>
    </section>
  )
}
