/** Recording an adverse event or a device deficiency, or correcting one by a further version. */
import { type FormEvent, useState } from 'react'
import type { z } from 'zod'
import {
  DEVICE_RELATIONS,
  EVENT_OUTCOMES,
  EVENT_SEVERITIES,
  TRIAL_EVENT_KINDS,
  type trialEntriesRoutes,
} from '../../../core/rest/trial-entries.ts'
import type { Trial } from '../../../core/rest/trials.ts'
import { refusalOf } from '../api.ts'
import { useCatalogue } from '../catalogue.ts'
import { useDevices, useZone } from '../devices/use-devices.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { Line, LongText, MomentField, Pick, Tick } from '../parts/form.tsx'
import { instantOf, wallText } from '../parts/moment.ts'
import { errorText } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { useSay, useServices } from '../services.ts'
import { useNames, useRooms } from '../use-registry.ts'
import type { TrialEvent } from './events-part.tsx'
import styles from './trials.module.css'
import { useEnrolments, useTrialCommand } from './use-trials.ts'

type Kind = (typeof TRIAL_EVENT_KINDS)[number]
type Severity = (typeof EVENT_SEVERITIES)[number]
type Outcome = (typeof EVENT_OUTCOMES)[number]
type Body = z.input<typeof trialEntriesRoutes.addTrialEvent.body>

/** How each kind can end: people recover, devices are repaired. */
const OUTCOMES: Record<Kind, readonly Outcome[]> = {
  adverse_event: ['ongoing', 'recovered', 'recovered_with_sequelae', 'not_recovered', 'death', 'unknown'],
  device_deficiency: ['ongoing', 'device_repaired', 'device_replaced', 'unknown'],
}

interface EventFormProps {
  trial: Trial
  site: string
  /** The version that is corrected; null for a new entry. */
  before: TrialEvent | null
  onDone: () => void
  onCancel: () => void
}

export function EventForm({ trial, site, before, onDone, onCancel }: EventFormProps) {
  const say = useSay()
  const { call, clock } = useServices()
  const zone = useZone(site)
  const people = usePeopleOptions(trial.id, site, before?.resident ?? null)
  const devices = useDeviceOptions(trial, site, before?.device ?? null)
  const [kind, setKind] = useState<Kind>(before?.kind ?? 'adverse_event')
  const [at, setAt] = useState(() => wallText(before ? Date.parse(before.at) : clock.now(), zone))
  const [resident, setResident] = useState(before?.resident ?? '')
  const [device, setDevice] = useState<string>(before?.device ?? '')
  const [severity, setSeverity] = useState<Severity | ''>(before?.severity ?? '')
  const [serious, setSerious] = useState(before?.serious ?? false)
  const [relation, setRelation] = useState<string>(before?.relation ?? '')
  const [outcome, setOutcome] = useState<string>(before?.outcome ?? '')
  const [description, setDescription] = useState(before?.description ?? '')
  const [reason, setReason] = useState('')
  const [isTried, setTried] = useState(false)
  const send = useTrialCommand((body: Body, idempotencyKey) => {
    if (before === null) return call('addTrialEvent', { params: { id: trial.id }, body, idempotencyKey })
    const correction = { ...body, version: before.version, reason: reason.trim() }
    return call('correctTrialEvent', { params: { id: before.id }, body: correction, idempotencyKey })
  }, onDone)

  const instant = instantOf(at, zone)
  const missing = [
    instant === null && say('trial.at'),
    // Whom an adverse event befell may be unknown, as long as the device is named.
    (kind === 'device_deficiency' ? device === '' : resident === '' && device === '') &&
      say(kind === 'device_deficiency' ? 'trial.device' : 'trial.whoOrDevice'),
    severity === '' && say('trial.severity'),
    relation === '' && say('trial.relation'),
    outcome === '' && say('trial.outcome'),
    description.trim() === '' && say('trial.description'),
    before !== null && reason.trim() === '' && say('trial.reason'),
  ].filter((each): each is string => each !== false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    const chosenRelation = DEVICE_RELATIONS.find(each => each === relation)
    const chosenOutcome = EVENT_OUTCOMES.find(each => each === outcome)
    if (missing.length > 0 || instant === null || severity === '' || !chosenRelation || !chosenOutcome) return
    send.mutate({
      facility: site as Body['facility'],
      kind,
      resident: resident || null,
      device: (device || null) as Body['device'],
      at: instant,
      severity,
      serious,
      relation: chosenRelation,
      outcome: chosenOutcome,
      description: description.trim(),
    })
  }
  return (
    <form className={styles.box} onSubmit={submit}>
      <h3>{say(before ? 'trial.correct' : 'trial.addEvent')}</h3>
      <div>
        <Segments
          label={say('trial.kind')}
          value={kind}
          options={TRIAL_EVENT_KINDS.map(id => ({ id, text: say(`trial.kind.${id}`) }))}
          onChange={chosen => {
            setKind(chosen)
            if (!OUTCOMES[chosen].some(each => each === outcome)) setOutcome('')
          }}
        />
      </div>
      <div className={styles.pair}>
        <MomentField label={say('trial.at')} value={at} onChange={setAt} zone={zone} />
        <Pick
          label={say('trial.who')}
          none={say('trial.noOne')}
          value={resident}
          onChange={setResident}
          options={people}
        />
        <Pick
          label={say('trial.device')}
          none={say('trial.noDevice')}
          value={device}
          onChange={setDevice}
          options={devices}
        />
        <Pick
          label={say('trial.severity')}
          none={say('trial.choose')}
          value={severity}
          onChange={chosen => setSeverity(EVENT_SEVERITIES.find(each => each === chosen) ?? '')}
          options={EVENT_SEVERITIES.map(id => ({ id, text: say(`trial.severity.${id}`) }))}
        />
        <Pick
          label={say('trial.relation')}
          none={say('trial.choose')}
          value={relation}
          onChange={setRelation}
          options={DEVICE_RELATIONS.map(id => ({ id, text: say(`trial.relation.${id}`) }))}
        />
        <Pick
          label={say('trial.outcome')}
          none={say('trial.choose')}
          value={outcome}
          onChange={setOutcome}
          options={OUTCOMES[kind].map(id => ({ id, text: say(`trial.outcome.${id}`) }))}
        />
      </div>
      <Tick label={say('trial.seriousWhat')} value={serious} onChange={setSerious} />
      <LongText
        label={say('trial.description')}
        hint={say('trial.descriptionHint')}
        value={description}
        onChange={setDescription}
        maxLength={4000}
      />
      {before && (
        <Line
          label={say('trial.reason')}
          hint={say('trial.reasonHint')}
          value={reason}
          onChange={setReason}
          maxLength={500}
        />
      )}
      {isTried && missing.length > 0 && (
        <p className={styles.error} role="alert">
          {say('form.missing', { fields: missing.join(say('list.comma')) })}
        </p>
      )}
      {send.error && (
        <p className={styles.error} role="alert">
          {before && refusalOf(send.error)?.problem?.code === 'conflict'
            ? say('trial.correctedMeanwhile')
            : errorText(send.error, say)}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="main" type="submit" isDisabled={send.isPending}>
          {say(before ? 'trial.correctDo' : 'trial.record')}
        </Button>
        <Button onPress={onCancel}>{say('tokens.cancel')}</Button>
      </div>
    </form>
  )
}

/** Who is enrolled here; by number and room, for an administrator by name too. */
function usePeopleOptions(trial: string, site: string, present: string | null) {
  const say = useSay()
  const { me } = useSignedIn()
  const { data } = useEnrolments(trial)
  const { data: rooms } = useRooms(site)
  const names = useNames(site, me.role === 'facility_admin')
  const options = (data ?? [])
    .filter(({ facility }) => facility === site)
    .sort((a, b) => a.number - b.number)
    .map(({ resident, number, room }) => {
      const label = rooms?.find(({ id }) => id === room)?.label
      const parts = [say('trial.number', { number }), names.get(resident), label && say('scan.room', { room: label })]
      return { id: resident, text: parts.filter(Boolean).join(' ') }
    })
  const isListed = present === null || options.some(({ id }) => id === present)
  return isListed ? options : [...options, { id: present, text: names.get(present) ?? present }]
}

/** Devices of the trial's types at the site, by room. */
export function useDeviceOptions(trial: Trial, site: string, present: string | null) {
  const catalogue = useCatalogue()
  const { data } = useDevices(site)
  const options = (data ?? [])
    .filter(({ profile }) => trial.device_types.includes(profile))
    .sort((a, b) => (a.room?.label ?? '~').localeCompare(b.room?.label ?? '~'))
    .map(({ id, profile, room }) => ({
      id: id as string,
      text: [room?.label, catalogue.deviceLabel(profile), id].filter(Boolean).join(' '),
    }))
  return present === null || options.some(({ id }) => id === present)
    ? options
    : [...options, { id: present, text: present }]
}
