/** One device: what it is, how it is, its newest values with their times, its trends, its events. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { useSearchParams } from 'wouter'
import type { DeviceDetail } from '../../../core/rest/devices.ts'
import { DeviceTools } from '../access/device-tools.tsx'
import { useCatalogue } from '../catalogue.ts'
import { ago, whenShort } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { Worded } from '../worded.tsx'
import styles from './device-page.module.css'
import { NewestValues, useNewestText } from './newest-values.tsx'
import { isGone, skewText, standingOf } from './standing.ts'
import { useDevice, useIsCut, useZone } from './use-devices.ts'

const TrendPanel = lazy(() => import('../charts/trend-panel.tsx').then(module => ({ default: module.TrendPanel })))
const DeviceRecord = lazy(() =>
  import('../device-record/device-record.tsx').then(module => ({ default: module.DeviceRecord })),
)
const EVENTS_SHOWN = 200

export function DevicePage({ id }: { id: string }) {
  const say = useSay()
  const { facility: own } = useSignedIn()
  const [search] = useSearchParams()
  const facility = search.get('facility') ?? own ?? undefined
  const { data, error, refetch, dataUpdatedAt } = useDevice(id, facility)
  const isCut = useIsCut(dataUpdatedAt)
  const catalogue = useCatalogue()
  useEffect(() => {
    document.title = `${id} | ${say('brand')}`
  }, [id, say])
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <ButtonLink href="/devices" square label={say('nav.back')}>
          <Icon name="left" />
        </ButtonLink>
        <div>
          <h1 tabIndex={-1}>{data ? catalogue.deviceLabel(data.profile) : id}</h1>
          <p className="mono">{id}</p>
        </div>
        {data && <Technical device={data} isCut={isCut} />}
        {data && <DeviceTools device={data} />}
      </header>
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : (
        <>
          <Inside device={data} />
          <Suspense fallback={<Loading />}>
            <Worded>
              <DeviceRecord device={data} />
            </Worded>
          </Suspense>
        </>
      )}
    </div>
  )
}

function Technical({ device, isCut }: { device: DeviceDetail; isCut: boolean }) {
  const say = useSay()
  const language = useLanguage()
  const zone = useZone(device.facility)
  const now = useNow(5_000)
  const standing = standingOf(device, isCut)
  const heardMs = device.heard === null ? null : Date.parse(device.heard)
  const facts: [string, string][] = [
    [say('fleet.col.room'), device.room?.label ?? '—'],
    [
      say('fleet.col.heard'),
      heardMs === null
        ? say('fleet.neverHeard')
        : `${ago(now - heardMs, say)} (${whenShort(heardMs, now, zone, language)})`,
    ],
    [say('fleet.col.firmware'), device.fw ?? '—'],
    [say('fleet.col.battery'), device.battery === null ? '—' : `${Math.round(device.battery)} %`],
    [say('fleet.col.skew'), device.skew_ms === null ? '—' : say('fleet.skew', { seconds: skewText(device.skew_ms) })],
  ]
  return (
    <dl className={styles.facts}>
      <div data-gone={isGone(standing) || undefined}>
        <dt>{say('fleet.col.state')}</dt>
        <dd>{say(`standing.${standing}`)}</dd>
      </div>
      {facts.map(([label, text]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  )
}

function Inside({ device }: { device: DeviceDetail }) {
  const say = useSay()
  const language = useLanguage()
  const { call } = useServices()
  const catalogue = useCatalogue()
  const zone = useZone(device.facility)
  const now = useNow(5_000)
  const newest = useNewestText()(device)
  const mayRead = device.newest !== undefined
  const { data: events } = useQuery({
    queryKey: ['device-events', device.facility, device.id],
    queryFn: () =>
      call('deviceEvents', { params: { id: device.id }, query: { facility: device.facility, limit: EVENTS_SHOWN } }),
    enabled: mayRead,
    refetchInterval: 15_000,
  })
  if (!mayRead) return <Nothing icon="lock" head={say('device.noValues')} sub={say('device.noValuesWhy')} />
  const profile = catalogue.profile(device.profile)
  const known = Object.keys(device.newest ?? {})
  const board: readonly string[] = profile?.board ?? []
  const metrics = [...known].sort((a, b) => Number(board.includes(b)) - Number(board.includes(a)))
  const marks = (events?.items ?? []).map(event => ({
    key: `${event.boot} ${event.seq}`,
    atMs: Date.parse(event.at),
    text: catalogue.eventLabel(device.profile, event.event),
    isLate: event.marks.includes('late'),
  }))
  return (
    <>
      {profile && <p className={styles.note}>{profile.note[language]}</p>}
      {newest.length === 0 ? (
        <Nothing icon="device" head={say('device.nothingYet')} />
      ) : (
        <NewestValues values={newest} zone={zone} now={now} />
      )}
      {metrics.length > 0 && (
        <Suspense fallback={<Loading />}>
          <TrendPanel
            devices={[{ facility: device.facility, id: device.id, profile: device.profile, metrics }]}
            zone={zone}
            eventsOf={window => marks.filter(mark => mark.atMs >= window.fromMs && mark.atMs <= window.toMs)}
          />
        </Suspense>
      )}
      <section className={styles.events}>
        <h2>{say('device.events')}</h2>
        {marks.length === 0 && events && <Nothing icon="check" head={say('events.none')} />}
        <ol>
          {marks.slice(0, 30).map(mark => (
            <li key={mark.key}>
              <time>{whenShort(mark.atMs, now, zone, language)}</time>
              {mark.text}
              {mark.isLate && <span className={styles.late}>{say('events.late')}</span>}
            </li>
          ))}
        </ol>
      </section>
    </>
  )
}
