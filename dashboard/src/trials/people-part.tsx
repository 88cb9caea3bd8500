/** Who takes part in a trial at the own site: enrolled by number under a consent to take part, and ended by adding the end. */
import { type FormEvent, useState } from 'react'
import type { Consent } from '../../../core/rest/consents.ts'
import type { Trial } from '../../../core/rest/trials.ts'
import { type Answer, refusalOf } from '../api.ts'
import { useZone } from '../devices/use-devices.ts'
import { isoDay } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { Line, MomentField, Pick } from '../parts/form.tsx'
import { Icon } from '../parts/icon.tsx'
import { dated, instantOf, wallText } from '../parts/moment.ts'
import { errorText, Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { useConsents, useNames, useResidents, useRooms } from '../use-registry.ts'
import { SitePick } from './site-pick.tsx'
import { trialStanding } from './standing.ts'
import styles from './trials.module.css'
import { useSites } from './use-site.ts'
import { useEnrolments, useTrialCommand } from './use-trials.ts'

type Enrolment = Answer<'enrolments'>['items'][number]

export function PeoplePart({ trial }: { trial: Trial }) {
  const say = useSay()
  const { me } = useSignedIn()
  const { sites, site, choose } = useSites(trial)
  const { data, error, refetch } = useEnrolments(trial.id)
  const [isAdding, setAdding] = useState(false)
  const zone = useZone(site)
  const standing = trialStanding(trial, isoDay(useNow(60_000), zone))
  const isAdmin = me.role === 'facility_admin'
  const names = useNames(site, isAdmin)
  const here = (data ?? []).filter(({ facility }) => facility === site).sort((a, b) => a.number - b.number)
  return (
    <section className={styles.section}>
      <SitePick sites={sites} site={site} onChange={choose} />
      {isAdmin && standing === 'open' && !isAdding && (
        <div className={styles.actions}>
          <Button kind="main" onPress={() => setAdding(true)}>
            <Icon name="plus" />
            {say('trial.enrol')}
          </Button>
        </div>
      )}
      {isAdmin && standing !== 'open' && <p className={styles.note}>{say(`trial.noEnrol.${standing}`)}</p>}
      {isAdding && (
        <EnrolForm
          trial={trial}
          site={site}
          zone={zone}
          names={names}
          enrolled={new Set(here.map(({ resident }) => resident))}
          onClose={() => setAdding(false)}
        />
      )}
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Loading /> : null}
      {data && here.length === 0 && (
        <Nothing
          icon="people"
          head={say('trial.nobody')}
          sub={say(isAdmin ? 'trial.nobodyAdmin' : 'trial.nobodyStaff')}
        />
      )}
      <ul>
        {here.map(enrolment => (
          <Row key={enrolment.id} enrolment={enrolment} zone={zone} name={names.get(enrolment.resident)} />
        ))}
      </ul>
    </section>
  )
}

const isInForce = ({ purpose, withdrawn, from, to }: Consent, atMs: number): boolean =>
  purpose === 'trial_participation' &&
  withdrawn === null &&
  Date.parse(from) <= atMs &&
  (to === null || Date.parse(to) > atMs)

interface RowProps {
  enrolment: Enrolment
  zone: string
  /** For administrators. */
  name: string | undefined
}

function Row({ enrolment, zone, name }: RowProps) {
  const say = useSay()
  const { me } = useSignedIn()
  const [isEnding, setEnding] = useState(false)
  const { data: rooms } = useRooms(enrolment.facility)
  const room = rooms?.find(({ id }) => id === enrolment.room)?.label
  const { number, protocol_version: version, from, ended } = enrolment
  const when = (time: string): string => dated(time, zone)
  const isAdmin = me.role === 'facility_admin'
  return (
    <li className={styles.entry} data-number={number}>
      <p>
        <b>{say('trial.number', { number })}</b>
        <span>{[name, room && say('scan.room', { room })].filter(Boolean).join(say('list.separator'))}</span>
      </p>
      <p>
        {ended
          ? say('trial.fromTo', { from: when(from), to: when(ended.at) })
          : say('trial.since', { time: when(from) })}
        <small>{ended ? ended.reason : say('trial.protocolOf', { version })}</small>
      </p>
      {isAdmin && !ended && !isEnding && <Button onPress={() => setEnding(true)}>{say('trial.end')}</Button>}
      {isAdmin && !ended && <ConsentGone enrolment={enrolment} />}
      {isEnding && <EndForm enrolment={enrolment} zone={zone} onClose={() => setEnding(false)} />}
    </li>
  )
}

/** Somebody who no longer consents is still enrolled: said until it is mended. */
function ConsentGone({ enrolment }: { enrolment: Enrolment }) {
  const say = useSay()
  const now = useNow(60_000)
  const { data } = useConsents(enrolment.facility)
  if (!data || data.some(consent => consent.resident === enrolment.resident && isInForce(consent, now))) return null
  return (
    <p className={styles.warning}>
      <Icon name="warning" />
      {say('trial.consentGone')}
    </p>
  )
}

function EndForm({ enrolment, zone, onClose }: { enrolment: Enrolment; zone: string; onClose: () => void }) {
  const say = useSay()
  const { call, clock } = useServices()
  const [at, setAt] = useState(() => wallText(clock.now(), zone))
  const [reason, setReason] = useState('')
  const instant = instantOf(at, zone)
  const end = useTrialCommand(
    (time: string, idempotencyKey) =>
      call('endEnrolment', {
        params: { id: enrolment.id },
        body: { at: time, reason: reason.trim() },
        idempotencyKey,
      }),
    onClose,
  )
  const isReady = instant !== null && reason.trim() !== ''
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) end.mutate(instant)
  }
  return (
    <form className={styles.box} onSubmit={submit}>
      <MomentField label={say('trial.endAt')} value={at} onChange={setAt} zone={zone} />
      <Line label={say('trial.endReason')} value={reason} onChange={setReason} maxLength={500} />
      {end.error && (
        <p className={styles.error} role="alert">
          {errorText(end.error, say)}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="main" type="submit" isDisabled={!isReady || end.isPending}>
          {say('trial.end')}
        </Button>
        <Button onPress={onClose}>{say('tokens.cancel')}</Button>
      </div>
    </form>
  )
}

interface EnrolFormProps {
  trial: Trial
  site: string
  zone: string
  names: ReadonlyMap<string, string>
  enrolled: ReadonlySet<string>
  onClose: () => void
}

function EnrolForm({ trial, site, zone, names, enrolled, onClose }: EnrolFormProps) {
  const say = useSay()
  const { call, clock } = useServices()
  const { data: residents } = useResidents(site)
  const { data: consents } = useConsents(site)
  const { data: rooms } = useRooms(site)
  const [resident, setResident] = useState('')
  const [from, setFrom] = useState(() => wallText(clock.now(), zone))
  const instant = instantOf(from, zone)
  const atMs = instant === null ? clock.now() : Date.parse(instant)
  const present = (residents ?? []).filter(({ id, left, erased }) => !left && !erased && !enrolled.has(id))
  const consentOf = (id: string): Consent | undefined =>
    consents?.find(consent => consent.resident === id && isInForce(consent, atMs))
  const able = present.filter(({ id }) => consentOf(id))
  const textOf = (id: string, room: string | null): string =>
    [rooms?.find(each => each.id === room)?.label, names.get(id) ?? id].filter(Boolean).join(' ')
  const add = useTrialCommand(
    (time: string, idempotencyKey) =>
      call('enrol', { params: { id: trial.id }, body: { facility: site, resident, from: time }, idempotencyKey }),
    onClose,
  )
  const consent = consentOf(resident)
  const isReady = instant !== null && consent !== undefined
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) add.mutate(instant)
  }
  const code = refusalOf(add.error)?.problem?.code
  return (
    <form className={styles.box} onSubmit={submit}>
      <h3>{say('trial.enrol')}</h3>
      <MomentField label={say('trial.enrolFrom')} value={from} onChange={setFrom} zone={zone} />
      {residents && consents && able.length === 0 ? (
        <Nothing icon="people" head={say('trial.noneAble')} sub={say('trial.noneAbleWhat')} />
      ) : (
        <Pick
          label={say('trial.resident')}
          hint={say('trial.residentHint', { count: present.length - able.length })}
          none={say('trial.choose')}
          value={resident}
          onChange={setResident}
          options={able.map(({ id, room }) => ({ id, text: textOf(id, room) }))}
        />
      )}
      {consent && (
        <p className={styles.note}>
          {say('trial.consent', {
            period: `${isoDay(Date.parse(consent.from), zone)} – ${consent.to === null ? '' : isoDay(Date.parse(consent.to), zone)}`,
            version: consent.text_version ?? '—',
            country: consent.recipient_country ?? '—',
          })}
        </p>
      )}
      {add.error && (
        <p className={styles.error} role="alert">
          {code === 'conflict'
            ? say('trial.enrolledAlready')
            : code === 'not_ready'
              ? say('trial.noConsent')
              : errorText(add.error, say)}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="main" type="submit" isDisabled={!isReady || add.isPending}>
          {say('trial.enrolDo')}
        </Button>
        <Button onPress={onClose}>{say('tokens.cancel')}</Button>
      </div>
    </form>
  )
}
