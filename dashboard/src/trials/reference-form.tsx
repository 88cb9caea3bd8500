/** Recording what a reference instrument measured beside a device, or correcting it by a further version. */
import { type FormEvent, useState } from 'react'
import type { z } from 'zod'
import type { trialEntriesRoutes } from '../../../core/rest/trial-entries.ts'
import type { Trial } from '../../../core/rest/trials.ts'
import { refusalOf } from '../api.ts'
import { useCatalogue } from '../catalogue.ts'
import { useDevices, useZone } from '../devices/use-devices.ts'
import { unitText } from '../format.ts'
import { Button } from '../parts/button.tsx'
import { Line, MomentField, Pick } from '../parts/form.tsx'
import { instantOf, wallText } from '../parts/moment.ts'
import { errorText } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { useDeviceOptions } from './event-form.tsx'
import type { Reference } from './references-part.tsx'
import styles from './trials.module.css'
import { useTrialCommand } from './use-trials.ts'

type Body = z.input<typeof trialEntriesRoutes.addReference.body>

interface ReferenceFormProps {
  trial: Trial
  site: string
  /** The version that is corrected; null for a new entry. */
  before: Reference | null
  onDone: () => void
  onCancel: () => void
}

export function ReferenceForm({ trial, site, before, onDone, onCancel }: ReferenceFormProps) {
  const say = useSay()
  const language = useLanguage()
  const { call, clock } = useServices()
  const catalogue = useCatalogue()
  const zone = useZone(site)
  const devices = useDeviceOptions(trial, site, before?.device ?? null)
  const { data: known } = useDevices(site)
  const [device, setDevice] = useState<string>(before?.device ?? '')
  const [metric, setMetric] = useState<string>(before?.metric ?? '')
  const [at, setAt] = useState(() => wallText(before ? Date.parse(before.at) : clock.now(), zone))
  const [value, setValue] = useState(before === null ? '' : String(before.value))
  const [instrument, setInstrument] = useState(before?.instrument ?? '')
  const [reason, setReason] = useState('')
  const [isTried, setTried] = useState(false)
  const send = useTrialCommand((body: Body, idempotencyKey) => {
    if (before === null) return call('addReference', { params: { id: trial.id }, body, idempotencyKey })
    const correction = { ...body, version: before.version, reason: reason.trim() }
    return call('correctReference', { params: { id: before.id }, body: correction, idempotencyKey })
  }, onDone)

  const profile = known?.find(({ id }) => id === device)?.profile ?? ''
  const metrics = Object.keys(catalogue.profile(profile)?.metrics ?? {})
  const definition = catalogue.metric(profile, metric)
  const words =
    definition?.kind === 'enum'
      ? Object.entries(definition.values).map(([id, text]) => ({ id, text: text[language] }))
      : null
  // A decimal comma is a slip of the hand, not another number.
  const number = Number(value.trim().replace(',', '.'))
  const isNumber = definition?.kind === 'number'
  const isRight = value.trim() !== '' && (!isNumber || Number.isFinite(number))
  const unit = definition?.kind === 'number' ? unitText(definition.unit, say) : ''
  const instant = instantOf(at, zone)
  const missing = [
    device === '' && say('trial.device'),
    metric === '' && say('trial.metric'),
    instant === null && say('trial.at'),
    !isRight && say('trial.value'),
    instrument.trim() === '' && say('trial.instrument'),
    before !== null && reason.trim() === '' && say('trial.reason'),
  ].filter((each): each is string => each !== false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (missing.length > 0 || instant === null) return
    send.mutate({
      facility: site as Body['facility'],
      device: device as Body['device'],
      metric: metric as Body['metric'],
      at: instant,
      value: isNumber ? number : value,
      instrument: instrument.trim(),
    })
  }
  return (
    <form className={styles.box} onSubmit={submit}>
      <h3>{say(before ? 'trial.correct' : 'trial.addReference')}</h3>
      <div className={styles.pair}>
        <Pick
          label={say('trial.device')}
          none={say('trial.choose')}
          value={device}
          onChange={chosen => {
            setDevice(chosen)
            setMetric('')
            setValue('')
          }}
          options={devices}
        />
        <Pick
          label={say('trial.metric')}
          none={say(device === '' ? 'trial.deviceFirst' : 'trial.choose')}
          value={metric}
          onChange={chosen => {
            setMetric(chosen)
            setValue('')
          }}
          options={metrics.map(id => ({ id, text: catalogue.metricLabel(profile, id) }))}
        />
        <MomentField
          label={say('trial.measuredAt')}
          hint={say('trial.measuredAtHint')}
          value={at}
          onChange={setAt}
          zone={zone}
        />
        {words ? (
          <Pick
            label={say('trial.value')}
            none={say('trial.choose')}
            value={value}
            onChange={setValue}
            options={words}
          />
        ) : (
          <Line
            label={unit === '' ? say('trial.value') : `${say('trial.value')} (${unit})`}
            value={value}
            onChange={setValue}
            maxLength={40}
            decimal={isNumber}
            isName
          />
        )}
      </div>
      <Line
        label={say('trial.instrument')}
        hint={say('trial.instrumentHint')}
        value={instrument}
        onChange={setInstrument}
        maxLength={200}
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
