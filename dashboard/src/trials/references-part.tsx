/** Reference measurements at the own site: what an instrument measured beside a device, next to what the device read at that time. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Trial } from '../../../core/rest/trials.ts'
import type { Answer } from '../api.ts'
import { useCatalogue } from '../catalogue.ts'
import { useDevices, useZone } from '../devices/use-devices.ts'
import { unitText } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { dated } from '../parts/moment.ts'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { DeviceReading } from './device-reading.tsx'
import { ReferenceForm } from './reference-form.tsx'
import { SitePick } from './site-pick.tsx'
import styles from './trials.module.css'
import { useSites } from './use-site.ts'
import { TRIALS, useReferences } from './use-trials.ts'
import { Versions } from './versions.tsx'

export type Reference = Answer<'references'>['items'][number]

export function ReferencesPart({ trial }: { trial: Trial }) {
  const say = useSay()
  const { me } = useSignedIn()
  const { sites, site, choose } = useSites(trial)
  const [isAdding, setAdding] = useState(false)
  const [isDone, setDone] = useState(false)
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
            {say('trial.addReference')}
          </Button>
        </div>
      )}
      {isAdding && (
        <ReferenceForm
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
        {isDone && say('trial.referenceDone')}
      </p>
      {me.role === 'facility_admin' ? (
        <List trial={trial} site={site} />
      ) : (
        <p className={styles.note}>{say('trial.referencesStaff')}</p>
      )}
    </section>
  )
}

function List({ trial, site }: { trial: Trial; site: string }) {
  const say = useSay()
  const { data, error, refetch } = useReferences(trial.id)
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Loading />
  const here = data.filter(({ facility }) => facility === site).sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
  if (here.length === 0)
    return <Nothing icon="chart" head={say('trial.noReferences')} sub={say('trial.noReferencesWhat')} />
  return (
    <ul>
      {here.map(reference => (
        <Row key={reference.id} trial={trial} reference={reference} />
      ))}
    </ul>
  )
}

/** What a measurement says, in the words of the device's profile. */
function useReferenceText(facility: string) {
  const say = useSay()
  const language = useLanguage()
  const catalogue = useCatalogue()
  const { data } = useDevices(facility)
  const profileOf = (device: string): string => data?.find(({ id }) => id === device)?.profile ?? ''
  return {
    metric: ({ device, metric }: Reference): string => catalogue.metricLabel(profileOf(device), metric),
    value: ({ device, metric, value, unit }: Reference): string => {
      const definition = catalogue.metric(profileOf(device), metric)
      const word = definition?.kind === 'enum' ? definition.values[String(value)]?.[language] : undefined
      return word ?? `${value} ${unitText(unit, say)}`.trim()
    },
  }
}

function Row({ trial, reference }: { trial: Trial; reference: Reference }) {
  const say = useSay()
  const zone = useZone(reference.facility)
  const text = useReferenceText(reference.facility)
  const [isOpen, setOpen] = useState(false)
  const [isCorrecting, setCorrecting] = useState(false)
  const { device, at, instrument, version } = reference
  return (
    <li className={styles.entry} data-reference={reference.id}>
      <p>
        <b>
          {text.metric(reference)} {text.value(reference)}
        </b>
        <small>
          <time dateTime={at}>{dated(at, zone)}</time> {say('list.dot')} {device}
        </small>
      </p>
      <p>
        {instrument}
        {version > 1 && <small>{say('trial.corrections', { count: version - 1 })}</small>}
      </p>
      <Button aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
        {say(isOpen ? 'refusals.close' : 'trial.open')}
      </Button>
      {isOpen && (
        <div className={styles.opened}>
          <DeviceReading reference={reference} zone={zone} />
          <History reference={reference} zone={zone} text={text} />
          {isCorrecting ? (
            <ReferenceForm
              trial={trial}
              site={reference.facility}
              before={reference}
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

interface HistoryProps {
  reference: Reference
  zone: string
  text: ReturnType<typeof useReferenceText>
}
function History({ reference, zone, text }: HistoryProps) {
  const say = useSay()
  const { call } = useServices()
  const { data } = useQuery({
    queryKey: [TRIALS, 'reference', reference.id, reference.version],
    queryFn: () => call('referenceHistory', { params: { id: reference.id } }),
  })
  if (!data) return <Loading />
  const versions = data.items.map(version => ({
    ...version,
    facts: [
      [say('trial.measuredAt'), dated(version.at, zone)],
      [say('trial.device'), version.device],
      [say('trial.metric'), text.metric(version)],
      [say('trial.value'), text.value(version)],
      [say('trial.instrument'), version.instrument],
    ] as const,
  }))
  return <Versions versions={versions} zone={zone} />
}
