/** Adverse events and device deficiencies at the own site: recorded by whoever was there, read and corrected by the administrator. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Trial } from '../../../core/rest/trials.ts'
import type { Answer } from '../api.ts'
import { useZone } from '../devices/use-devices.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { dated } from '../parts/moment.ts'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { useNames } from '../use-registry.ts'
import { EventForm } from './event-form.tsx'
import { SitePick } from './site-pick.tsx'
import styles from './trials.module.css'
import { useSites } from './use-site.ts'
import { TRIALS, useEnrolments, useTrialEvents } from './use-trials.ts'
import { Versions } from './versions.tsx'

export type TrialEvent = Answer<'trialEvents'>['items'][number]

export function EventsPart({ trial }: { trial: Trial }) {
  const say = useSay()
  const { me } = useSignedIn()
  const { sites, site, choose } = useSites(trial)
  const [isAdding, setAdding] = useState(false)
  const [isDone, setDone] = useState(false)
  const isAdmin = me.role === 'facility_admin'
  return (
    <section className={styles.section}>
      <SitePick sites={sites} site={site} onChange={choose} />
      {!isAdding && (
        <div className={styles.actions}>
          <Button
            kind="main"
            onPress={() => {
              setAdding(true)
              setDone(false)
            }}
          >
            <Icon name="plus" />
            {say('trial.addEvent')}
          </Button>
        </div>
      )}
      {isAdding && (
        <EventForm
          trial={trial}
          site={site}
          before={null}
          onDone={() => {
            setAdding(false)
            setDone(true)
          }}
          onCancel={() => setAdding(false)}
        />
      )}
      <p role="status" className={styles.done}>
        {isDone && say('trial.eventDone')}
      </p>
      {isAdmin ? <List trial={trial} site={site} /> : <p className={styles.note}>{say('trial.eventsStaff')}</p>}
    </section>
  )
}

function List({ trial, site }: { trial: Trial; site: string }) {
  const say = useSay()
  const { data, error, refetch } = useTrialEvents(trial.id)
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Loading />
  const here = data.filter(({ facility }) => facility === site).sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
  if (here.length === 0) return <Nothing icon="check" head={say('trial.noEvents')} sub={say('trial.noEventsWhat')} />
  return (
    <ul>
      {here.map(event => (
        <Row key={event.id} trial={trial} event={event} />
      ))}
    </ul>
  )
}

/** The person of an entry as the administrator reads it: number in the trial, and name. */
function useWho(trial: string, facility: string): (resident: string) => string {
  const say = useSay()
  const { data } = useEnrolments(trial)
  const names = useNames(facility)
  return resident => {
    const number = data?.find(enrolment => enrolment.resident === resident)?.number
    const name = names.get(resident) ?? resident
    return number === undefined ? name : `${say('trial.number', { number })} ${name}`
  }
}

function Row({ trial, event }: { trial: Trial; event: TrialEvent }) {
  const say = useSay()
  const zone = useZone(event.facility)
  const who = useWho(trial.id, event.facility)
  const [isOpen, setOpen] = useState(false)
  const [isCorrecting, setCorrecting] = useState(false)
  return (
    <li className={styles.entry} data-event={event.id}>
      <p>
        <b>{say(`trial.kind.${event.kind}`)}</b>
        {event.serious && <span className={styles.serious}>{say('trial.serious')}</span>}
        <small>
          <time dateTime={event.at}>{dated(event.at, zone)}</time>
          {event.resident && ` ${say('list.dot')} ${who(event.resident)}`}
          {event.device && ` ${say('list.dot')} ${event.device}`}
        </small>
      </p>
      <p>
        {say(`trial.severity.${event.severity}`)} {say('list.dot')} {say(`trial.outcome.${event.outcome}`)}
        {event.version > 1 && <small>{say('trial.corrections', { count: event.version - 1 })}</small>}
      </p>
      <Button aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
        {say(isOpen ? 'refusals.close' : 'trial.open')}
      </Button>
      {isOpen && (
        <div className={styles.opened}>
          <p className={styles.words}>{event.description ?? say('trial.descriptionErased')}</p>
          <p>
            {say('trial.relation')}: {say(`trial.relation.${event.relation}`)}
          </p>
          <History event={event} zone={zone} who={who} />
          {isCorrecting ? (
            <EventForm
              trial={trial}
              site={event.facility}
              before={event}
              onDone={() => setCorrecting(false)}
              onCancel={() => setCorrecting(false)}
            />
          ) : (
            <div className={styles.actions}>
              <Button onPress={() => setCorrecting(true)}>{say('trial.correct')}</Button>
            </div>
          )}
        </div>
      )}
    </li>
  )
}

function History({ event, zone, who }: { event: TrialEvent; zone: string; who: (resident: string) => string }) {
  const say = useSay()
  const { call } = useServices()
  const { data } = useQuery({
    queryKey: [TRIALS, 'event', event.id, event.version],
    queryFn: () => call('trialEventHistory', { params: { id: event.id } }),
  })
  if (!data) return <Loading />
  const versions = data.items.map(version => ({
    ...version,
    facts: [
      [say('trial.at'), dated(version.at, zone)],
      [say('trial.kind'), say(`trial.kind.${version.kind}`)],
      [say('trial.who'), version.resident === null ? '—' : who(version.resident)],
      [say('trial.device'), version.device ?? '—'],
      [say('trial.severity'), say(`trial.severity.${version.severity}`)],
      [say('trial.serious'), say(version.serious ? 'trial.yes' : 'trial.no')],
      [say('trial.relation'), say(`trial.relation.${version.relation}`)],
      [say('trial.outcome'), say(`trial.outcome.${version.outcome}`)],
      [say('trial.description'), version.description ?? '—'],
    ] as const,
  }))
  return <Versions versions={versions} zone={zone} />
}
