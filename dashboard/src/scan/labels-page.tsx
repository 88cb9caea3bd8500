/** A sheet of labels to print, one for each device of a facility: its code, its type and its name; no person and no room. */
import { useEffect, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import type { Device } from '../../../core/rest/devices.ts'
import { useCatalogue } from '../catalogue.ts'
import { useDevices } from '../devices/use-devices.ts'
import { useSignedIn } from '../me.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay } from '../services.ts'
import { labelText } from './label-code.ts'
import styles from './labels-page.module.css'
import { qrPath } from './qr.ts'

/** `?device=` prints one alone. */
export function LabelsPage() {
  const say = useSay()
  const { facility: own } = useSignedIn()
  const [search] = useSearchParams()
  const facility = search.get('facility') ?? own ?? undefined
  const only = search.get('device')
  const { data, error, refetch } = useDevices(facility)
  useEffect(() => {
    document.title = `${say('label.title')} | ${say('brand')}`
  }, [say])
  const devices = (data ?? []).filter(device => only === null || device.id === only)
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <ButtonLink
          href={facility === own ? '/devices' : `/devices?facility=${facility}`}
          square
          label={say('nav.back')}
        >
          <Icon name="left" />
        </ButtonLink>
        <div>
          <h1 tabIndex={-1}>{say('label.title')}</h1>
          <p>{say('label.sub')}</p>
        </div>
        <Button kind="main" onPress={() => window.print()}>
          {say('label.print')}
        </Button>
      </header>
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : devices.length === 0 ? (
        <Nothing icon="device" head={say('fleet.empty')} />
      ) : (
        <ul className={styles.sheet}>
          {devices.map(device => (
            <Label key={`${device.facility}.${device.id}`} device={device} />
          ))}
        </ul>
      )}
    </div>
  )
}

function Label({ device }: { device: Device }) {
  const catalogue = useCatalogue()
  const { facility, id, profile } = device
  const code = useMemo(() => qrPath(labelText(window.location.origin, facility, id)), [facility, id])
  return (
    <li className={styles.label}>
      <svg
        viewBox={`0 0 ${code.size} ${code.size}`}
        className={styles.code}
        shapeRendering="crispEdges"
        aria-hidden="true"
      >
        <path d={`M0 0h${code.size}v${code.size}H0z`} fill="#fff" />
        <path d={code.path} fill="#000" />
      </svg>
      <p>{catalogue.deviceLabel(profile)}</p>
      <b className="mono">{id}</b>
      <small className="mono">{facility}</small>
    </li>
  )
}
