/** What has gone out with data of the resident in it, and trials: both stay listed after withdrawal and erasure. */
import { useQuery } from '@tanstack/react-query'
import { allPages } from '../all-pages.ts'
import { useLanguage, useSay, useServices } from '../services.ts'
import { Part, RecordLine } from './part.tsx'
import styles from './people.module.css'
import type { PartOf } from './resident-page.tsx'
import { timeText } from './when.ts'

export function ReleasedPart({ resident, zone }: PartOf) {
  const say = useSay()
  const language = useLanguage()
  const { call } = useServices()
  const { trials, releases } = resident
  const { data: known } = useQuery({
    queryKey: ['trials'],
    queryFn: () => allPages(after => call('trials', { query: { limit: 500, after } })),
    enabled: trials.length > 0,
  })
  const when = (time: string): string => timeText(time, zone, language)
  return (
    <>
      <Part id="trials" title={say('people.part.trials')}>
        {trials.length === 0 ? (
          <p className={styles.none}>{say('people.trialNone')}</p>
        ) : (
          <ul>
            {trials.map(({ trial, number, from, ended }) => (
              <RecordLine
                key={`${trial} ${number}`}
                head={known?.find(({ id }) => id === trial)?.title ?? trial}
                sub={[
                  say('people.trialNumber', { number }),
                  ended === null
                    ? say('time.from', { time: when(from) })
                    : say('people.fromTo', { from: when(from), to: when(ended) }),
                ].join(say('list.separator'))}
                isPast={ended !== null}
              />
            ))}
          </ul>
        )}
      </Part>
      <Part id="releases" title={say('people.part.releases')}>
        {releases.length === 0 ? (
          <p className={styles.none}>{say('people.releaseNone')}</p>
        ) : (
          <Releases releases={releases} zone={zone} />
        )}
      </Part>
    </>
  )
}

export function Releases({ releases, zone }: { releases: PartOf['resident']['releases']; zone: string }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <ul>
      {releases.map(({ id, maker, created }) => (
        <RecordLine
          key={id}
          head={<span className="mono">{id}</span>}
          sub={say('people.releaseSub', { maker, time: timeText(created, zone, language) })}
        />
      ))}
    </ul>
  )
}
