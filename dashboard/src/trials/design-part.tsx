/** The design of a trial, and the versions of its protocol. */
import type { Trial } from '../../../core/rest/trials.ts'
import { useCatalogue } from '../catalogue.ts'
import { useFacilities } from '../devices/use-devices.ts'
import { isoDay } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { ButtonLink } from '../parts/button.tsx'
import { useSay } from '../services.ts'
import { Protocols } from './protocols.tsx'
import { isFixed } from './standing.ts'
import styles from './trials.module.css'

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function DesignPart({ trial }: { trial: Trial }) {
  const say = useSay()
  const { me } = useSignedIn()
  const catalogue = useCatalogue()
  const { data: facilities } = useFacilities()
  const comma = say('list.comma')
  const facts: [string, string][] = [
    [say('trial.sponsor'), trial.sponsor],
    [say('trial.maker'), trial.maker],
    [say('trial.route'), say(`trial.route.${trial.legal_route}`)],
    [
      say('trial.sites'),
      trial.sites.map(site => facilities?.items.find(({ id }) => id === site)?.name ?? site).join(comma),
    ],
    [say('trial.types'), trial.device_types.map(type => `${catalogue.deviceLabel(type)} (${type})`).join(comma)],
    [say('trial.period'), `${trial.from} – ${trial.to}`],
    [say('trial.created'), isoDay(Date.parse(trial.created), BROWSER_ZONE)],
    [
      say('trial.enrolled'),
      trial.enrolled === null ? say('trial.enrolledFew') : say('trial.enrolledCount', { count: trial.enrolled }),
    ],
  ]
  const mayChange = me.role === 'manufacturer' && !isFixed(trial)
  return (
    <>
      <section className={styles.section}>
        <h2>{say('trial.design')}</h2>
        <dl className={styles.facts}>
          {facts.map(([label, text]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        {mayChange ? (
          <div className={styles.actions}>
            <ButtonLink href={`/trials/${trial.id}/edit`}>{say('form.change')}</ButtonLink>
          </div>
        ) : (
          isFixed(trial) && <p className={styles.note}>{say('trial.designFixed')}</p>
        )}
      </section>
      <Protocols trial={trial} />
    </>
  )
}
