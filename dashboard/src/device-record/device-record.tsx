/** What a device went through: where it stood, which firmware it ran, how it was calibrated. */
import { useQuery } from '@tanstack/react-query'
import type { DeviceDetail } from '../../../core/rest/devices.ts'
import { PlaceIt } from '../access/place-it.tsx'
import { allPages } from '../all-pages.ts'
import { useZone } from '../devices/use-devices.ts'
import { isoDay } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { dated } from '../parts/moment.ts'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { useBeds, useNames, useRooms } from '../use-registry.ts'
import { Calibrations } from './calibrations.tsx'
import styles from './device-record.module.css'

const PAGE = 500

export function DeviceRecord({ device }: { device: DeviceDetail }) {
  const { me } = useSignedIn()
  return (
    <div className={styles.record}>
      {me.role === 'facility_admin' && <Placements device={device} />}
      <Firmware device={device} />
      <Calibrations device={device} />
    </div>
  )
}

function Placements({ device }: { device: DeviceDetail }) {
  const say = useSay()
  const { call } = useServices()
  const { facility, id } = device
  const zone = useZone(facility)
  const { data: rooms } = useRooms(facility)
  const { data: beds } = useBeds(facility)
  const names = useNames(facility)
  const { data, error, refetch } = useQuery({
    queryKey: ['placements', facility, id],
    queryFn: () => allPages(after => call('placements', { query: { facility, device: id, limit: PAGE, after } })),
  })
  const when = (time: string): string => dated(time, zone)
  const placements = [...(data ?? [])].sort((a, b) => Date.parse(b.from) - Date.parse(a.from))
  const whereText = (room: string | null, bed: string | null): string => {
    const label = rooms?.find(each => each.id === room)?.label
    if (label === undefined) return say('swap.nowhere')
    const bedLabel = beds?.find(each => each.id === bed)?.label
    return [say('scan.room', { room: label }), bedLabel && say('record.bed', { bed: bedLabel })]
      .filter(Boolean)
      .join(say('list.separator'))
  }
  return (
    <section className={styles.section}>
      <h2>{say('record.placements')}</h2>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Loading /> : null}
      {data && placements.length === 0 && (
        <Nothing icon="device" head={say('record.noPlacements')} sub={say('record.noPlacementsWhat')} />
      )}
      <ol>
        {placements.map(({ id: key, room, bed, resident, from, to }) => (
          <li key={key}>
            <b>{whereText(room, bed)}</b>
            <span>{resident === null ? say('record.forNobody') : (names.get(resident) ?? resident)}</span>
            <small>
              {to === null
                ? say('trial.since', { time: when(from) })
                : say('trial.fromTo', { from: when(from), to: when(to) })}
            </small>
          </li>
        ))}
      </ol>
      <PlaceIt device={device} />
    </section>
  )
}

function Firmware({ device }: { device: DeviceDetail }) {
  const say = useSay()
  const { call } = useServices()
  const { facility, id } = device
  const zone = useZone(facility)
  const { data, error, refetch } = useQuery({
    queryKey: ['device-firmware', facility, id],
    queryFn: () => call('deviceFirmware', { params: { id }, query: { facility } }),
  })
  // A maker is told the day alone, which is then midnight and no time.
  const when = (time: string): string =>
    device.newest === undefined ? isoDay(Date.parse(time), zone) : dated(time, zone)
  return (
    <section className={styles.section}>
      <h2>{say('record.firmware')}</h2>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Loading /> : null}
      {data && data.items.length === 0 && <Nothing icon="device" head={say('record.noFirmware')} />}
      <ol>
        {data?.items.toReversed().map(({ firmware, seen }) => (
          <li key={seen}>
            <b>{firmware}</b>
            <small>{say('trial.since', { time: when(seen) })}</small>
          </li>
        ))}
      </ol>
    </section>
  )
}
