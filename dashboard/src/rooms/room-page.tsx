/** One room: its number and state large, the values of all its devices with their times, one time axis for their trends. */
import { useQueries } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import type { Metric } from '../../../core/profile.ts'
import type { DeviceDetail } from '../../../core/rest/devices.ts'
import { isPresent } from '../board/link.ts'
import { useBoardFrame, useEvents, useLinkKind, useMinute, useRoom } from '../board/use-board.ts'
import { type Catalogue, useCatalogue } from '../catalogue.ts'
import { NewestValues, useNewestText } from '../devices/newest-values.tsx'
import { useDevices, useIsCut } from '../devices/use-devices.ts'
import { hourMinute, span } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Glyph } from '../parts/glyph.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './room-page.module.css'
import { RoomSide } from './room-side.tsx'

const TrendPanel = lazy(() => import('../charts/trend-panel.tsx').then(module => ({ default: module.TrendPanel })))

export function RoomPage({ id }: { id: string }) {
  const say = useSay()
  const frame = useBoardFrame()
  const room = useRoom(id)
  const { facility } = useSignedIn()
  const { data, error, refetch, dataUpdatedAt } = useDevices(facility ?? undefined)
  const isCut = useIsCut(dataUpdatedAt)
  const { call } = useServices()
  const devices = (data ?? []).filter(device => device.room?.id === id || room?.devices.includes(device.id))
  const details = useQueries({
    queries: devices.map(device => ({
      queryKey: ['device', device.facility, device.id],
      queryFn: () => call('device', { params: { id: device.id }, query: { facility: device.facility } }),
      refetchInterval: 10_000,
    })),
  })
  useEffect(() => {
    document.title = `${room?.label ?? ''} | ${say('brand')}`
  }, [room?.label, say])
  if (!frame) return <Loading />
  if (!room)
    return (
      <div className={styles.room}>
        <h1 tabIndex={-1}>{say('room.unknown')}</h1>
        <Nothing head={say('room.unknownSub')} />
      </div>
    )
  const known = details.flatMap(detail => (detail.data ? [detail.data] : []))
  return (
    <div className={styles.page}>
      <div className={styles.room}>
        <Head id={id} />
        {error ? <Failure error={error} onRetry={() => void refetch()} /> : null}
        <Values devices={known} zone={frame.facility.zone} />
        <Trends
          id={id}
          devices={known}
          zone={frame.facility.zone}
          isLoading={!data || details.some(detail => detail.isPending)}
        />
      </div>
      <RoomSide id={id} frame={frame} devices={devices} isCut={isCut} />
    </div>
  )
}

function Head({ id }: { id: string }) {
  const say = useSay()
  const frame = useBoardFrame()
  const room = useRoom(id)
  const isNow = isPresent(useLinkKind())
  const { clock } = useServices()
  useMinute()
  if (!room || !frame) return null
  const state = isNow || room.state === 'not_installed' ? room.state : 'stale'
  const { zone } = frame.facility
  const isUnseen = state === 'stale' || state === 'offline' || state === 'unclear'
  const elapsed = room.sinceMs === null ? '' : span(clock.now() - room.sinceMs, say)
  return (
    <header className={styles.head}>
      <ButtonLink href="/board" square label={say('nav.back')}>
        <Icon name="left" />
      </ButtonLink>
      <h1 tabIndex={-1}>{room.label}</h1>
      <div className={isUnseen ? `hatch ${styles.state}` : styles.state}>
        <Glyph state={state} className={styles.glyph} />
        <div>
          <b>
            {say(`state.${state}`)} {!isUnseen && elapsed}
          </b>
          <small>
            {room.unit}
            {room.sinceMs !== null &&
              room.state !== 'not_installed' &&
              say('list.separator') + say('time.from', { time: hourMinute(room.sinceMs, zone) })}
            {!isNow &&
              room.state !== 'not_installed' &&
              say('list.separator') + say('room.lastState', { state: say(`state.${room.state}`) })}
          </small>
        </div>
      </div>
    </header>
  )
}

function Values({ devices, zone }: { devices: readonly DeviceDetail[]; zone: string }) {
  const catalogue = useCatalogue()
  const now = useNow(5_000)
  const textOf = useNewestText()
  const values = devices.flatMap(device => {
    const shown = roomMetrics(device, catalogue)
    return textOf(device).filter(value => shown.includes(value.metric))
  })
  return values.length === 0 ? null : <NewestValues values={values} zone={zone} now={now} />
}

interface TrendsProps {
  id: string
  devices: readonly DeviceDetail[]
  zone: string
  isLoading: boolean
}
function Trends({ id, devices, zone, isLoading }: TrendsProps) {
  const say = useSay()
  const catalogue = useCatalogue()
  const events = useEvents().filter(event => event.room === id)
  const wanted = devices
    .map(device => ({
      facility: device.facility,
      id: device.id,
      profile: device.profile,
      metrics: roomMetrics(device, catalogue),
    }))
    .filter(device => device.metrics.length > 0)
  if (wanted.length === 0)
    return isLoading ? <Loading /> : <Nothing icon="chart" head={say('room.noData')} sub={say('room.noDataWho')} />
  return (
    <Suspense fallback={<Loading />}>
      <TrendPanel
        devices={wanted}
        zone={zone}
        eventsOf={window =>
          events
            .map(event => ({
              key: `${event.at} ${event.device} ${event.event}`,
              atMs: Date.parse(event.at),
              text: catalogue.eventLabel(event.profile, event.event),
            }))
            .filter(event => event.atMs >= window.fromMs && event.atMs <= window.toMs)
        }
      />
    </Suspense>
  )
}

/** What of a device belongs on its room's page: what says the resident's state, then its board metrics; only what was ever heard. */
function roomMetrics(device: DeviceDetail, catalogue: Catalogue): string[] {
  const profile = catalogue.profile(device.profile)
  if (!profile || !device.newest) return []
  const saysState = Object.entries(profile.metrics as Record<string, Metric>).flatMap(([name, metric]) =>
    metric.kind === 'enum' && metric.states ? [name] : [],
  )
  return [...saysState, ...profile.board].filter(name => device.newest?.[name] !== undefined)
}
