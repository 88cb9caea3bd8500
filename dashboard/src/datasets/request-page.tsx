/** One request: where it stands, whose turn it is, what it asks, who decided what; its build, and its files when ready. */
import { useState } from 'react'
import type { DatasetRequest } from '../../../core/rest/datasets.ts'
import { useCatalogue } from '../catalogue.ts'
import { whenLong, zoneName } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { errorText, Failure, Loading } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { BuildProgress } from './build-progress.tsx'
import styles from './datasets.module.css'
import { ProductSide } from './product-side.tsx'
import { ReleaseFiles } from './release-files.tsx'
import { ReviewPanel } from './review-panel.tsx'
import { ScopeText } from './scope-text.tsx'
import { Steps } from './steps.tsx'
import { useCommand, useRequest } from './use-requests.ts'

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function RequestPage({ id, isMaker }: { id: string; isMaker: boolean }) {
  const say = useSay()
  const { data, error, refetch, job, connected } = useRequest(id)
  if (error && !data)
    return (
      <div className={styles.page}>
        <h1 tabIndex={-1}>{id}</h1>
        <Failure error={error} onRetry={() => void refetch()} />
      </div>
    )
  if (!data) return <Loading />
  const isBuilding = data.state === 'approved' || data.state === 'preparing'
  return (
    <div className={styles.split}>
      <div className={styles.page}>
        <header className={styles.head}>
          <ButtonLink href="/datasets" square label={say('nav.back')}>
            <Icon name="left" />
          </ButtonLink>
          <div className={styles.title}>
            <h1 tabIndex={-1}>{data.purpose}</h1>
            <p>
              <span className="mono">{data.id}</span> {say('list.dot')} {data.maker}
            </p>
          </div>
          <div className={styles.turn}>
            <small>{say('turn.label')}</small>
            <b>{data.turn === (isMaker ? 'maker' : 'steward') ? say('turn.you') : say(`turn.${data.turn}`)}</b>
          </div>
        </header>
        <Steps request={data} />
        {isBuilding && <BuildProgress job={job} connected={connected} />}
        {data.state === 'failed' && <Failed request={data} />}
        {data.dataset !== null && <ReleaseFiles dataset={data.dataset} />}
        <Scope request={data} />
        <Decisions request={data} />
        {isMaker && <MakerActions request={data} />}
      </div>
      {isMaker ? (
        <ProductSide trial={'trial' in data.scope ? data.scope.trial : null} product={data.product} />
      ) : (
        <ReviewPanel request={data} />
      )}
    </div>
  )
}

const FAILURES = {
  too_few_people: 'failure.tooFewPeople',
  composition: 'failure.composition',
  gate_refused: 'failure.gateRefused',
  no_solution: 'failure.noSolution',
} as const

function Failed({ request }: { request: DatasetRequest }) {
  const say = useSay()
  const failure = FAILURES[request.failure as keyof typeof FAILURES]
  return (
    <p className={styles.error} role="alert">
      {failure ? say(failure) : say('failure.other', { code: request.failure ?? '' })}
    </p>
  )
}

function Scope({ request }: { request: DatasetRequest }) {
  const say = useSay()
  const catalogue = useCatalogue()
  return (
    <section className={styles.section}>
      <h2>{say('request.scope')}</h2>
      <ScopeText scope={request.scope}>
        {({ trial, types, facility, period }) => {
          const facts: [string, string][] = [
            ...(trial === null ? [] : [[say('form.trial'), trial] as [string, string]]),
            [say('form.facility'), facility],
            [say('form.types'), types.map(type => `${catalogue.deviceLabel(type)} (${type})`).join(say('list.comma'))],
            [say('form.period'), period],
            [
              say(trial === null ? 'product.title' : 'form.product'),
              `${request.product} ${say(`product.${request.product}`)}`,
            ],
          ]
          return (
            <dl className={styles.facts}>
              {facts.map(([label, text]) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          )
        }}
      </ScopeText>
    </section>
  )
}

function Decisions({ request }: { request: DatasetRequest }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <section className={styles.section}>
      <h2>{say('request.decisions')}</h2>
      <ol className={styles.decisions}>
        <li>
          <b>{say('request.created')}</b> {request.created_by}
          <small>
            {whenLong(Date.parse(request.created), BROWSER_ZONE, language)}{' '}
            {zoneName(BROWSER_ZONE, Date.parse(request.created))}
          </small>
        </li>
        {request.reviews.map(review => (
          <li key={`${review.at} ${review.by}`}>
            <b>{say(`review.did.${review.decision}`)}</b> {review.by}
            <small>
              {whenLong(Date.parse(review.at), BROWSER_ZONE, language)} {zoneName(BROWSER_ZONE, Date.parse(review.at))}
            </small>
            {review.reason && <p>{review.reason}</p>}
          </li>
        ))}
      </ol>
    </section>
  )
}

const OPEN = ['draft', 'returned', 'submitted'] as const

function MakerActions({ request }: { request: DatasetRequest }) {
  const say = useSay()
  const { call } = useServices()
  const { me } = useSignedIn()
  const [isSure, setSure] = useState(false)
  const params = { id: request.id }
  const submit = useCommand(() => call('submitDatasetRequest', { params }))
  const withdraw = useCommand(() => call('withdrawDatasetRequest', { params }))
  if (me.maker !== request.maker || !OPEN.some(state => state === request.state)) return null
  const mayChange = request.state !== 'submitted'
  const problem = submit.error ?? withdraw.error
  return (
    <div className={styles.actions}>
      {mayChange && (
        <>
          <Button kind="main" onPress={() => submit.mutate(undefined)} isDisabled={submit.isPending}>
            {say('form.submit')}
          </Button>
          <ButtonLink href={`/datasets/${request.id}/edit`}>{say('form.change')}</ButtonLink>
        </>
      )}
      <Button onPress={() => (isSure ? withdraw.mutate(undefined) : setSure(true))} isDisabled={withdraw.isPending}>
        {say(isSure ? 'form.withdrawSure' : 'form.withdraw')}
      </Button>
      {problem && (
        <p className={styles.error} role="alert">
          {errorText(problem, say)}
        </p>
      )}
    </div>
  )
}
