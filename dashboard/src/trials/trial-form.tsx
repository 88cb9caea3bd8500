/** Planning a trial, and changing its design while no protocol is locked. */
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { LEGAL_ROUTES, type Trial } from '../../../core/rest/trials.ts'
import { refusalOf } from '../api.ts'
import { useCatalogue, useProfiles } from '../catalogue.ts'
import { Checks, type Days, Period } from '../datasets/fields.tsx'
import { useDevices, useFacilities } from '../devices/use-devices.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Line, Pick } from '../parts/form.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText, Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './trials.module.css'
import { useTrial, useTrialCommand } from './use-trials.ts'

export function NewTrial() {
  return <Form before={null} />
}
export function EditTrial({ id }: { id: string }) {
  const { data, error, refetch } = useTrial(id)
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  return data ? <Form key={data.version} before={data} /> : <Loading />
}

type Missing = 'trial.title' | 'trial.sponsor' | 'trial.route' | 'trial.sites' | 'trial.types' | 'trial.period'

function Form({ before }: { before: Trial | null }) {
  const say = useSay()
  const { call } = useServices()
  const [, navigate] = useLocation()
  const catalogue = useCatalogue()
  const profiles = useProfiles()
  const { data: facilities } = useFacilities()
  const { data: devices } = useDevices(undefined)
  const [title, setTitle] = useState(before?.title ?? '')
  const [sponsor, setSponsor] = useState(before?.sponsor ?? '')
  const [route, setRoute] = useState<string>(before?.legal_route ?? '')
  const [sites, setSites] = useState<readonly string[]>(before?.sites ?? [])
  const [types, setTypes] = useState<readonly string[]>(before?.device_types ?? [])
  const [period, setPeriod] = useState<Days | null>(before && { from: before.from, to: before.to })
  const [isTried, setTried] = useState(false)
  const back = before ? `/trials/${before.id}` : '/trials'

  // Only where own devices are enrolled: of other facilities a maker knows nothing.
  const places = (facilities?.items ?? []).filter(
    ({ id, bench_of }) => bench_of === null && (devices ?? []).some(({ facility }) => facility === id),
  )
  const atSites = new Set<string>(
    (devices ?? []).filter(({ facility }) => sites.includes(facility)).map(({ profile }) => profile),
  )
  const missing = (
    [
      title.trim() === '' && 'trial.title',
      sponsor.trim() === '' && 'trial.sponsor',
      route === '' && 'trial.route',
      sites.length === 0 && 'trial.sites',
      types.length === 0 && 'trial.types',
      period === null && 'trial.period',
    ] as const
  ).filter((each): each is Missing => each !== false)

  const save = useTrialCommand(
    (_: undefined, idempotencyKey) => {
      const design = {
        title: title.trim(),
        sponsor: sponsor.trim(),
        legal_route: LEGAL_ROUTES.find(each => each === route) ?? LEGAL_ROUTES[0],
        sites: [...sites],
        device_types: [...types],
        ...(period ?? { from: '', to: '' }),
      }
      return before === null
        ? call('createTrial', { body: design, idempotencyKey })
        : call('editTrial', { params: { id: before.id }, body: { ...design, version: before.version } })
    },
    ({ id }) => navigate(`/trials/${id}`),
  )
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (missing.length === 0) save.mutate(undefined)
  }
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <ButtonLink href={back} square label={say('nav.back')}>
          <Icon name="left" />
        </ButtonLink>
        <h1 tabIndex={-1}>{say(before ? 'trial.edit' : 'trial.new')}</h1>
      </header>
      {facilities && devices && places.length === 0 ? (
        <Nothing icon="device" head={say('trial.noPlaces')} sub={say('trial.noPlacesWho')} />
      ) : (
        <form className={styles.form} onSubmit={submit}>
          <Line label={say('trial.title')} value={title} onChange={setTitle} maxLength={200} />
          <Line
            label={say('trial.sponsor')}
            hint={say('trial.sponsorHint')}
            value={sponsor}
            onChange={setSponsor}
            maxLength={200}
          />
          <Pick
            label={say('trial.route')}
            none={say('trial.choose')}
            value={route}
            onChange={setRoute}
            options={LEGAL_ROUTES.map(id => ({ id, text: say(`trial.route.${id}`) }))}
          />
          <Checks
            label={say('trial.sites')}
            hint={say('trial.sitesHint')}
            value={sites}
            options={places.map(({ id, name }) => ({ id, text: name, note: id }))}
            isInvalid={isTried && sites.length === 0}
            onChange={setSites}
          />
          <Checks
            label={say('trial.types')}
            hint={say(sites.length === 0 ? 'trial.typesFirst' : 'trial.typesHint')}
            value={types}
            options={profiles
              .filter(({ id }) => atSites.has(id) || types.includes(id))
              .map(({ id }) => ({ id, text: catalogue.deviceLabel(id), note: id }))}
            isInvalid={isTried && types.length === 0}
            onChange={setTypes}
          />
          <Period
            label={say('trial.period')}
            hint={say('form.periodHint')}
            value={period}
            isInvalid={isTried && period === null}
            onChange={setPeriod}
          />
          {isTried && missing.length > 0 && (
            <p className={styles.error} role="alert">
              {say('form.missing', { fields: missing.map(each => say(each)).join(say('list.comma')) })}
            </p>
          )}
          {save.error && (
            <p className={styles.error} role="alert">
              {refusalOf(save.error)?.problem?.code === 'not_ready'
                ? say('trial.designFixed')
                : errorText(save.error, say)}
            </p>
          )}
          <div className={styles.actions}>
            <Button kind="main" type="submit" isDisabled={save.isPending}>
              {say(before ? 'trial.save' : 'trial.make')}
            </Button>
            <ButtonLink href={back}>{say('tokens.cancel')}</ButtonLink>
          </div>
        </form>
      )}
    </div>
  )
}
