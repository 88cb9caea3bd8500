/** The request form: purpose, and a trial or facility, device types and period; kept as a draft, changed after a return, submitted for review. */
import { type FormEvent, useState } from 'react'
import { Label } from 'react-aria-components/Label'
import { TextArea } from 'react-aria-components/TextArea'
import { TextField } from 'react-aria-components/TextField'
import { useLocation } from 'wouter'
import type { z } from 'zod'
import type { DatasetRequest, datasetRequestCreateSchema } from '../../../core/rest/datasets.ts'
import { newIdempotencyKey } from '../api.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText, Failure, Loading } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './datasets.module.css'
import { Choice } from './fields.tsx'
import { type Place, PlaceFields, placeOf } from './place-fields.tsx'
import { ProductSide } from './product-side.tsx'
import { TrialFields } from './trial-fields.tsx'
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
  const [picked, setPicked] = useState<Picked>(pickedOf(before))
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
          onPick={setPicked}
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
      <ProductSide trial={picked.trial} product={picked.product} />
    </div>
  )
}

type Missing = 'form.purpose' | 'form.trial' | 'form.facility' | 'form.types' | 'form.period'
type Product = DatasetRequest['product']

/** What the form is about, as far as it decides what can come of it. */
interface Picked {
  about: 'facility' | 'trial'
  trial: string | null
  product: Product
}
const pickedOf = (before: DatasetRequest | null): Picked => {
  const trial = before && 'trial' in before.scope ? before.scope.trial : null
  return { about: trial === null ? 'facility' : 'trial', trial, product: before?.product ?? 'P0' }
}

interface FieldsProps {
  before: DatasetRequest | null
  isBusy: boolean
  onPick: (picked: Picked) => void
  onDraft: (body: Body) => void
  onSubmit: (body: Body) => void
}

function Fields({ before, isBusy, onPick, onDraft, onSubmit }: FieldsProps) {
  const say = useSay()
  const [purpose, setPurpose] = useState(before?.purpose ?? '')
  const [picked, setPicked] = useState(pickedOf(before))
  const [place, setPlace] = useState<Place>(placeOf(before))
  const [isTried, setTried] = useState(false)
  const pick = (change: Partial<Picked>): void => {
    const next = { ...picked, ...change }
    setPicked(next)
    onPick({ ...next, trial: next.about === 'trial' ? next.trial : null })
  }
  const missing = [...(purpose.trim() === '' ? ['form.purpose' as const] : []), ...missingOf(picked, place)]

  const send = (deliver: (body: Body) => void) => (): void => {
    setTried(true)
    const scope = scopeOf(picked, place)
    if (missing.length > 0 || scope === null) return
    deliver({ purpose: purpose.trim(), product: picked.about === 'trial' ? picked.product : 'P0', scope })
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
        label={say('form.about')}
        placeholder=""
        value={picked.about}
        options={[
          { id: 'facility', text: say('form.aboutFacility') },
          { id: 'trial', text: say('form.aboutTrial') },
        ]}
        isInvalid={false}
        onChange={about => pick(about === 'trial' ? { about, product: 'P1' } : { about: 'facility', product: 'P0' })}
      />
      {picked.about === 'trial' ? (
        <TrialFields picked={picked} isTried={isTried} onPick={pick} />
      ) : (
        <PlaceFields place={place} isTried={isTried} onChange={setPlace} />
      )}
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

const missingOf = ({ about, trial }: Picked, { facility, types, period }: Place): Missing[] =>
  about === 'trial'
    ? trial === null
      ? ['form.trial']
      : []
    : (
        [
          facility === null && 'form.facility',
          types.length === 0 && 'form.types',
          period === null && 'form.period',
        ] as const
      ).filter((each): each is Exclude<typeof each, false> => each !== false)

const scopeOf = ({ about, trial }: Picked, { facility, types, period }: Place): Body['scope'] | null => {
  if (about === 'trial') return trial === null ? null : { trial }
  return facility === null || period === null ? null : { facility, device_types: [...types], ...period }
}
