/** Enrolling a device: its name, type and maker; its credential is then shown once. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import type { z } from 'zod'
import { deviceIdSchema } from '../../../core/ids.ts'
import type { routes } from '../../../core/rest.ts'
import { newIdempotencyKey, refusalOf } from '../api.ts'
import { useCatalogue, useProfiles } from '../catalogue.ts'
import { useDevices } from '../devices/use-devices.ts'
import { useSignedIn } from '../me.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './access.module.css'
import { ShownOnce } from './shown-once.tsx'

/** `?facility=` says where, `?id=` what a device that knocked claims to be. */
export function EnrolPage() {
  const say = useSay()
  const { call } = useServices()
  const { facility: own } = useSignedIn()
  const [search] = useSearchParams()
  const [, navigate] = useLocation()
  const client = useQueryClient()
  const [key, setKey] = useState(newIdempotencyKey)
  const facility = search.get('facility') ?? own ?? ''
  useEffect(() => {
    document.title = `${say('enrol.title')} | ${say('brand')}`
  }, [say])
  const enrol = useMutation({
    mutationFn: (body: z.input<typeof routes.createDevice.body>) => call('createDevice', { body, idempotencyKey: key }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['devices'] }),
    onError: () => setKey(newIdempotencyKey()),
  })
  const made = enrol.data
  const { data: access } = useQuery({
    queryKey: ['device-access', facility, made?.device],
    queryFn: () => call('deviceAccess', { params: { id: made?.device ?? '' }, query: { facility } }),
    enabled: made !== undefined,
  })
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <ButtonLink href={`/devices?facility=${facility}`} square label={say('nav.back')}>
          <Icon name="left" />
        </ButtonLink>
        <div>
          <h1 tabIndex={-1}>{say('enrol.title')}</h1>
          <p className="mono">{facility}</p>
        </div>
      </header>
      {made ? (
        <ShownOnce
          credential={made}
          broker={access?.broker ?? { port: 1883, tls: false }}
          onDone={() => navigate(`/devices/${made.device}/access?facility=${facility}`)}
        />
      ) : (
        <Form
          facility={facility}
          claimed={search.get('id') ?? ''}
          isBusy={enrol.isPending}
          onSend={fields => enrol.mutate({ facility, ...fields } as never)}
        />
      )}
      {enrol.error && (
        <p className={styles.error} role="alert">
          {refusalOf(enrol.error)?.problem?.code === 'conflict' ? say('enrol.taken') : errorText(enrol.error, say)}
        </p>
      )}
    </div>
  )
}

interface Fields {
  id: string
  profile: string
  maker: string
}
interface FormProps {
  facility: string
  claimed: string
  isBusy: boolean
  onSend: (fields: Fields) => void
}

function Form({ facility, claimed, isBusy, onSend }: FormProps) {
  const say = useSay()
  const catalogue = useCatalogue()
  const profiles = useProfiles()
  const { me } = useSignedIn()
  const { data: devices } = useDevices(facility)
  const [fields, setFields] = useState<Fields>({ id: claimed, profile: '', maker: me.maker ?? '' })
  const makers = [...new Set((devices ?? []).map(device => device.maker))].toSorted()
  const isRight = deviceIdSchema.safeParse(fields.id).success
  const isComplete = isRight && fields.profile !== '' && fields.maker !== ''
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isComplete) onSend(fields)
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <label>
        <span>{say('enrol.id')}</span>
        <input
          value={fields.id}
          onChange={event => setFields({ ...fields, id: event.target.value.trim() })}
          aria-invalid={fields.id !== '' && !isRight}
          aria-describedby="id-hint"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          maxLength={63}
        />
        <small id="id-hint">{say('enrol.idHint')}</small>
      </label>
      <label>
        <span>{say('enrol.type')}</span>
        <select value={fields.profile} onChange={event => setFields({ ...fields, profile: event.target.value })}>
          <option value="">{say('enrol.typeChoose')}</option>
          {profiles.map(({ id }) => (
            <option key={id} value={id}>{`${catalogue.deviceLabel(id)} (${id})`}</option>
          ))}
        </select>
      </label>
      {me.maker === null && (
        <label>
          <span>{say('enrol.maker')}</span>
          <input
            value={fields.maker}
            onChange={event => setFields({ ...fields, maker: event.target.value.trim() })}
            list="makers"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={63}
          />
          <datalist id="makers">
            {makers.map(maker => (
              <option key={maker} value={maker} />
            ))}
          </datalist>
        </label>
      )}
      <Button kind="main" type="submit" isDisabled={!isComplete || isBusy}>
        {say('enrol.do')}
      </Button>
    </form>
  )
}
