/** The request form: facility, device types, period, purpose; kept as a draft, changed after a return, submitted for review. */
import { type FormEvent, useState } from 'react'
import { Label } from 'react-aria-components/Label'
import { TextArea } from 'react-aria-components/TextArea'
import { TextField } from 'react-aria-components/TextField'
import { useLocation } from 'wouter'
import type { z } from 'zod'
import type { DatasetRequest, datasetRequestCreateSchema } from '../../../core/rest/datasets.ts'
import { newIdempotencyKey } from '../api.ts'
import { useCatalogue, useProfiles } from '../catalogue.ts'
import { useDevices, useFacilities } from '../devices/use-devices.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText, Failure, Loading } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './datasets.module.css'
import { Checks, Choice, type Days, Period } from './fields.tsx'
import { ProductSide } from './product-side.tsx'
import { useCommand, useRequest } from './use-requests.ts'

type Body = z.input<typeof datasetRequestCreateSchema>

/** With an id it changes that draft or returned request, without one it makes a new one. */
export function RequestFormPage({ id }: { id?: string }) {
  return id === undefined ? <FormScreen before={null} /> : <EditScreen id={id} />
}
function EditScreen({ id }: { id: string }) {
  const { data, error, refetch } = useRequest(id)
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  return data ? <FormScreen before={data} /> : <Loading />
}

function FormScreen({ before }: { before: DatasetRequest | null }) {
  const say = useSay()
  const { call } = useServices()
  const [, navigate] = useLocation()
  const [key] = useState(newIdempotencyKey)
  const [known, setKnown] = useState(before)
  const save = async (body: Body): Promise<DatasetRequest> => {
    const saved =
      known === null
        ? await call('createDatasetRequest', { body, idempotencyKey: key })
        : await call('editDatasetRequest', { params: { id: known.id }, version: known.version, body })
    setKnown(saved)
    return saved
  }
  const draft = useCommand(save, request => navigate(`/datasets/${request.id}`))
  const submit = useCommand(
    async (body: Body) =>
      call('submitDatasetRequest', { params: { id: (await save(body)).id }, idempotencyKey: `${key}-submit` }),
    request => navigate(`/datasets/${request.id}`),
  )
  const problem = submit.error ?? draft.error
  return (
    <div className={styles.split}>
      <div className={styles.page}>
        <header className={styles.head}>
          <ButtonLink href={before ? `/datasets/${before.id}` : '/datasets'} square label={say('nav.back')}>
            <Icon name="left" />
          </ButtonLink>
          <h1 tabIndex={-1}>{say(before ? 'form.titleEdit' : 'form.title')}</h1>
        </header>
        <Fields
          before={before}
          isBusy={draft.isPending || submit.isPending}
          onDraft={draft.mutate}
          onSubmit={submit.mutate}
        />
        {problem && (
          <p className={styles.error} role="alert">
            {errorText(problem, say)}
          </p>
        )}
      </div>
      <ProductSide />
    </div>
  )
}

type Missing = 'form.purpose' | 'form.facility' | 'form.types' | 'form.period'

interface FieldsProps {
  before: DatasetRequest | null
  isBusy: boolean
  onDraft: (body: Body) => void
  onSubmit: (body: Body) => void
}

function Fields({ before, isBusy, onDraft, onSubmit }: FieldsProps) {
  const say = useSay()
  const catalogue = useCatalogue()
  const profiles = useProfiles()
  const { data: facilities } = useFacilities()
  const { data: devices } = useDevices(undefined)
  const [purpose, setPurpose] = useState(before?.purpose ?? '')
  const [facility, setFacility] = useState<string | null>(before?.scope.facility ?? null)
  const [types, setTypes] = useState<readonly string[]>(before?.scope.device_types ?? [])
  const [period, setPeriod] = useState<Days | null>(before && { from: before.scope.from, to: before.scope.to })
  const [isTried, setTried] = useState(false)
  // Only facilities where own devices stand, and only their types: anything else would come back empty.
  const places = (facilities?.items ?? []).filter(
    each => each.bench_of === null && (devices ?? []).some(device => device.facility === each.id),
  )
  const own = new Set(
    (devices ?? []).filter(device => device.facility === facility).map(device => device.profile as string),
  )
  const choices = profiles.filter(profile => own.has(profile.id))
  const missing = (
    [
      purpose.trim() === '' && 'form.purpose',
      facility === null && 'form.facility',
      types.length === 0 && 'form.types',
      period === null && 'form.period',
    ] as const
  ).filter((each): each is Missing => each !== false)

  const send = (deliver: (body: Body) => void) => (): void => {
    setTried(true)
    if (missing.length > 0 || facility === null || period === null) return
    deliver({ purpose: purpose.trim(), product: 'P0', scope: { facility, device_types: [...types], ...period } })
  }
  const onSubmitForm = (event: FormEvent): void => {
    event.preventDefault()
    send(onSubmit)()
  }
  return (
    <form className={styles.form} onSubmit={onSubmitForm}>
      <TextField
        value={purpose}
        onChange={setPurpose}
        maxLength={2000}
        isInvalid={isTried && purpose.trim() === ''}
        className={styles.field ?? ''}
      >
        <Label>{say('form.purpose')}</Label>
        <p className={styles.hint}>{say('form.purposeHint')}</p>
        <TextArea rows={3} />
      </TextField>
      <Choice
        label={say('form.facility')}
        placeholder={say('form.facilityChoose')}
        value={facility}
        options={places.map(each => ({ id: each.id, text: each.name }))}
        isInvalid={isTried && facility === null}
        onChange={chosen => {
          setFacility(chosen)
          setTypes([])
        }}
      />
      <Checks
        label={say('form.types')}
        hint={facility === null ? say('form.typesFirst') : say('form.typesHint')}
        value={types}
        options={choices.map(profile => ({
          id: profile.id,
          text: catalogue.deviceLabel(profile.id),
          note: profile.id,
        }))}
        isInvalid={isTried && types.length === 0}
        onChange={setTypes}
      />
      <Period
        label={say('form.period')}
        hint={say('form.periodHint')}
        value={period}
        isInvalid={isTried && period === null}
        onChange={setPeriod}
      />
      {isTried && missing.length > 0 && (
        <p className={styles.error} role="alert">
          {say('form.missing', { fields: missing.map(field => say(field)).join(say('list.comma')) })}
        </p>
      )}
      <div className={styles.actions}>
        <Button kind="main" type="submit" isDisabled={isBusy}>
          {say('form.submit')}
        </Button>
        <Button onPress={send(onDraft)} isDisabled={isBusy}>
          {say('form.draft')}
        </Button>
      </div>
    </form>
  )
}
