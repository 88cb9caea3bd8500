/** One device of the list. */
import { Link } from 'wouter'
import type { Device } from '../../../core/rest/devices.ts'
import { useCatalogue } from '../catalogue.ts'
import { ago, whenShort } from '../format.ts'
import { Icon } from '../parts/icon.tsx'
import { useLanguage, useSay } from '../services.ts'
import styles from './fleet-page.module.css'
import { isGone, STANDING_ICONS, type Standing, skewText } from './standing.ts'
import { useZone } from './use-devices.ts'

export function FleetRow({ device, standing, now }: { device: Device; standing: Standing; now: number }) {
  const say = useSay()
  const language = useLanguage()
  const catalogue = useCatalogue()
  const zone = useZone(device.facility)
  const icon = STANDING_ICONS[standing]
  const heardMs = device.heard === null ? null : Date.parse(device.heard)
  return (
    <tr data-gone={isGone(standing) || undefined} data-standing={standing}>
      <td data-column="state">
        <span className={styles.standing}>
          {icon ? (
            <Icon name={icon} className={styles.icon} />
          ) : (
            <i className={standing === 'never' ? styles.ring : styles.dot} />
          )}
          {say(`standing.${standing}`)}
        </span>
      </td>
      <td data-column="device">
        <Link href={`/devices/${device.id}?facility=${device.facility}`} className={styles.name}>
          <b>{catalogue.deviceLabel(device.profile)}</b>
          <span className="mono">{device.id}</span>
        </Link>
      </td>
      <td data-column="room">
        <b>{device.room?.label ?? '—'}</b>
      </td>
      <td data-column="firmware" className="mono">
        {device.fw ?? '—'}
      </td>
      <td data-column="heard">
        {heardMs === null ? (
          say('fleet.neverHeard')
        ) : (
          <>
            <b>{ago(now - heardMs, say)}</b>
            <small>{whenShort(heardMs, now, zone, language)}</small>
          </>
        )}
      </td>
      <td data-column="battery">{device.battery === null ? '—' : `${Math.round(device.battery)} %`}</td>
      <td data-column="skew">
        {device.skew_ms === null ? '—' : say('fleet.skew', { seconds: skewText(device.skew_ms) })}
      </td>
    </tr>
  )
}
