/** All requests that the reader may see: those whose turn is theirs first, then newest first. */
import { Link } from 'wouter'
import type { DatasetRequest } from '../../../core/rest/datasets.ts'
import { day } from '../format.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useLanguage, useSay } from '../services.ts'
import styles from './datasets.module.css'
import { ScopeText, TypesText } from './scope-text.tsx'
import { useRequests } from './use-requests.ts'

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function RequestList({ isMaker }: { isMaker: boolean }) {
  const say = useSay()
  const { data, error, refetch } = useRequests()
  const mine = isMaker ? 'maker' : 'steward'
  const items = [...(data?.items ?? [])].sort(
    (a, b) => Number(b.turn === mine) - Number(a.turn === mine) || Date.parse(b.created) - Date.parse(a.created),
  )
  const waiting = items.filter(request => request.turn === mine).length
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div>
          <h1 tabIndex={-1}>{say(isMaker ? 'datasets.titleMaker' : 'datasets.titleSteward')}</h1>
          <p>{say(isMaker ? 'datasets.subMaker' : 'datasets.subSteward', { count: waiting })}</p>
        </div>
        {isMaker && (
          <ButtonLink href="/datasets/new" kind="main">
            <Icon name="plus" />
            {say('datasets.new')}
          </ButtonLink>
        )}
      </header>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Loading /> : null}
      {data && items.length === 0 && (
        <Nothing
          icon="data"
          head={say(isMaker ? 'datasets.emptyMaker' : 'datasets.emptySteward')}
          sub={say(isMaker ? 'datasets.emptyMakerSub' : 'datasets.emptyStewardSub')}
        />
      )}
      {items.length > 0 && (
        <table className={styles.list}>
          <thead>
            <tr>
              {(['request', 'scope', 'state', 'turn'] as const).map(column => (
                <th key={column} scope="col" data-column={column}>
                  {say(`datasets.col.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map(request => (
              <Row key={request.id} request={request} isMine={request.turn === mine} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

function Row({ request, isMine }: { request: DatasetRequest; isMine: boolean }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <tr data-mine={isMine || undefined}>
      <td data-column="request">
        <Link href={`/datasets/${request.id}`} className={styles.open}>
          <b>{request.purpose}</b>
          <small>
            <span className="mono">{request.id}</span> {say('list.dot')} {request.maker} {say('list.dot')}{' '}
            {day(Date.parse(request.created), BROWSER_ZONE, language)}
          </small>
        </Link>
      </td>
      <td data-column="scope">
        <ScopeText scope={request.scope}>
          {({ trial, types, facility, period }) => (
            <>
              {trial ?? <TypesText types={types} />}
              <small>
                {trial === null ? facility : <TypesText types={types} />} {say('list.dot')} {period}
              </small>
            </>
          )}
        </ScopeText>
      </td>
      <td data-column="state">
        <b>{say(`request.state.${request.state}`)}</b>
      </td>
      <td data-column="turn">
        {isMine ? <span className={styles.turnMine}>{say('turn.you')}</span> : say(`turn.${request.turn}`)}
      </td>
    </tr>
  )
}
