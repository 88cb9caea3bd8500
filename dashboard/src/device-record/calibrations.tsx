/** The calibrations of a device, the newest first, and recording one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import type { DeviceDetail } from '../../../core/rest/devices.ts'
import { CALIBRATION_RESULTS } from '../../../core/rest/devices-history.ts'
import { newIdempotencyKey, refusalOf } from '../api.ts'
import { useZone } from '../devices/use-devices.ts'
import { isoDay } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Button } from '../parts/button.tsx'
import { DayField, Line, MomentField, Pick } from '../parts/form.tsx'
import { Icon } from '../parts/icon.tsx'
import { dated, instantOf, wallText } from '../parts/moment.ts'
import { errorText, Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './device-record.module.css'

export function Calibrations({ device }: { device: DeviceDetail }) {
  const say = useSay()
  const { call } = useServices()
  const { me } = useSignedIn()
  const { facility, id } = device
  const zone = useZone(facility)
  const today = isoDay(useNow(60_000), zone)
  const [isAdding, setAdding] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['calibrations', facility, id],
    queryFn: () => call('calibrations', { params: { id }, query: { facility } }),
  })
  // A maker sees values on its own bench alone, and only there does it calibrate.
  const mayAdd = me.role === 'facility_admin' || (me.role === 'manufacturer' && device.newest !== undefined)
  const newestFirst = data?.items.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)) ?? []
  return (
    <section className={styles.section}>
      <h2>{say('record.calibrations')}</h2>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Loading /> : null}
      {data && newestFirst.length === 0 && <Nothing icon="wrench" head={say('record.noCalibrations')} />}
      <ol>
        {newestFirst.map(({ id: key, at, laboratory, certificate, result, due, by }, i) => (
          <li key={key}>
            <b>{say(`record.result.${result}`)}</b>
            <span>{[laboratory, certificate].filter(Boolean).join(say('list.separator'))}</span>
            <small>
              {dated(at, zone)} {say('list.dot')} {say('trial.recordedBy', { by })}
            </small>
            {due !== null && (
              <span data-over={(i === 0 && due < today) || undefined}>
                {say(i === 0 && due < today ? 'record.overdue' : 'record.dueOn', { day: due })}
              </span>
            )}
          </li>
        ))}
      </ol>
      {mayAdd && !isAdding && (
        <Button onPress={() => setAdding(true)}>
          <Icon name="plus" />
          {say('record.addCalibration')}
        </Button>
      )}
      {isAdding && <AddForm device={device} zone={zone} onClose={() => setAdding(false)} />}
    </section>
  )
}

function AddForm({ device, zone, onClose }: { device: DeviceDetail; zone: string; onClose: () => void }) {
  const say = useSay()
  const { call, clock } = useServices()
  const client = useQueryClient()
  const [at, setAt] = useState(() => wallText(clock.now(), zone))
  const [laboratory, setLaboratory] = useState('')
  const [certificate, setCertificate] = useState('')
  const [result, setResult] = useState('')
  const [due, setDue] = useState('')
  const key = useRef(newIdempotencyKey())
  const instant = instantOf(at, zone)
  const chosen = CALIBRATION_RESULTS.find(each => each === result)
  const add = useMutation({
    mutationFn: (body: { at: string; result: (typeof CALIBRATION_RESULTS)[number] }) =>
      call('addCalibration', {
        params: { id: device.id },
        body: {
          ...body,
          facility: device.facility,
          laboratory: laboratory.trim(),
          certificate: certificate.trim() || null,
          due: due || null,
        },
        idempotencyKey: key.current,
      }),
    onError: error => {
      if (refusalOf(error)) key.current = newIdempotencyKey()
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['calibrations'] })
      onClose()
    },
  })
  const isReady = instant !== null && chosen !== undefined && laboratory.trim() !== ''
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) add.mutate({ at: instant, result: chosen })
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <MomentField label={say('record.calibratedAt')} value={at} onChange={setAt} zone={zone} />
      <Line label={say('record.laboratory')} value={laboratory} onChange={setLaboratory} maxLength={200} />
      <Line
        label={say('record.certificate')}
        hint={say('record.optional')}
        value={certificate}
        onChange={setCertificate}
        maxLength={200}
      />
      <Pick
        label={say('record.result')}
        none={say('trial.choose')}
        value={result}
        onChange={setResult}
        options={CALIBRATION_RESULTS.map(id => ({ id, text: say(`record.result.${id}`) }))}
      />
      <DayField label={say('record.due')} hint={say('record.optional')} value={due} onChange={setDue} />
      {add.error && (
        <p className={styles.error} role="alert">
          {errorText(add.error, say)}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="main" type="submit" isDisabled={!isReady || add.isPending}>
          {say('trial.record')}
        </Button>
        <Button onPress={onClose}>{say('tokens.cancel')}</Button>
      </div>
    </form>
  )
}
