/** Beside a room: its devices with how fresh they are, and what they reported. */
import { Link } from 'wouter'
import type { Device } from '../../../core/rest/devices.ts'
import { EventList, FrozenNote, Notice } from '../board/event-column.tsx'
import type { BoardFrame } from '../board/store.ts'
import { useCatalogue } from '../catalogue.ts'
import { isGone, STANDING_ICONS, skewText, standingOf } from '../devices/standing.ts'
import { ago } from '../format.ts'
import { Icon } from '../parts/icon.tsx'
import { useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './room-page.module.css'

export function RoomSide({
  id,
  frame,
  devices,
  isCut,
}: {
  id: string
  frame: BoardFrame
  devices: readonly Device[]
  isCut: boolean
}) {
  const say = useSay()
  const catalogue = useCatalogue()
  const now = useNow(1_000)
  return (
    <aside className={styles.side} aria-label={say('room.side')}>
      <h2>{say('room.devices')}</h2>
      {devices.length === 0 && <p className={styles.none}>{say('room.noDevices')}</p>}
      <ul>
        {devices.map(device => {
          const standing = standingOf(device, isCut)
          const icon = STANDING_ICONS[standing]
          return (
            <li key={device.id}>
              <Link
                href={`/devices/${device.id}?facility=${device.facility}`}
                className={styles.device}
                data-gone={isGone(standing) || undefined}
              >
                {icon ? <Icon name={icon} /> : <i className={styles.dot} />}
                <span>
                  <b>{catalogue.deviceLabel(device.profile)}</b>
                  <span className="mono">{device.id}</span>
                </span>
                <span className={styles.right}>
                  <b>{device.heard === null ? say('fleet.neverHeard') : ago(now - Date.parse(device.heard), say)}</b>
                  <small>
                    {say(`standing.${standing}`)}
                    {device.battery !== null &&
                      `${say('list.separator')}${say('room.battery', { percent: Math.round(device.battery) })}`}
                    {device.skew_ms !== null &&
                      `${say('list.separator')}${say('room.clock', { seconds: skewText(device.skew_ms) })}`}
                  </small>
                </span>
              </Link>
            </li>
          )
        })}
      </ul>
      <h2>{say('room.events')}</h2>
      <FrozenNote zone={frame.facility.zone} />
      <EventList frame={frame} limit={20} room={id} />
      <Notice />
    </aside>
  )
}
