/** All devices of the reader, worst first or by room or type: technical state, never values. */
import { useEffect } from 'react'
import { useSearchParams } from 'wouter'
import { useCatalogue } from '../catalogue.ts'
import { useSignedIn } from '../me.ts'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import styles from './fleet-page.module.css'
import { FleetRow } from './fleet-row.tsx'
import { needsCare, STANDINGS, standingOf } from './standing.ts'
import { useDevices, useIsCut } from './use-devices.ts'

const ORDERS = ['trouble', 'room', 'type'] as const
type Order = (typeof ORDERS)[number]

export function FleetPage() {
  const say = useSay()
  const { facility } = useSignedIn()
  const catalogue = useCatalogue()
  const { data, error, refetch, dataUpdatedAt } = useDevices(facility ?? undefined)
  const isCut = useIsCut(dataUpdatedAt)
  const [search, setSearch] = useSearchParams()
  const order = ORDERS.find(each => each === search.get('by')) ?? 'trouble'
  const now = useNow(5_000)
  useEffect(() => {
    document.title = `${say('nav.devices')} | ${say('brand')}`
  }, [say])
  const rows = (data ?? []).map(device => ({ device, standing: standingOf(device, isCut) }))
  type Row = (typeof rows)[number]
  const compare: Record<Order, (a: Row, b: Row) => number> = {
    trouble: (a, b) => STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing),
    room: (a, b) => (a.device.room?.label ?? '~').localeCompare(b.device.room?.label ?? '~', 'en', { numeric: true }),
    type: (a, b) => catalogue.deviceLabel(a.device.profile).localeCompare(catalogue.deviceLabel(b.device.profile)),
  }
  const sorted = rows.sort(
    (a, b) => compare[order](a, b) || a.device.id.localeCompare(b.device.id, 'en', { numeric: true }),
  )
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{say('nav.devices')}</h1>
        {data && (
          <span className={styles.count}>
            {say('fleet.count', { count: rows.length, care: rows.filter(row => needsCare(row.standing)).length })}
          </span>
        )}
        <Segments
          label={say('fleet.order')}
          value={order}
          options={ORDERS.map(each => ({ id: each, text: say(`fleet.by.${each}`) }))}
          onChange={chosen => setSearch(chosen === 'trouble' ? {} : { by: chosen })}
        />
      </header>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Loading /> : null}
      {data?.length === 0 && <Nothing icon="device" head={say('fleet.empty')} sub={say('fleet.emptyWho')} />}
      {sorted.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              {(['state', 'device', 'room', 'firmware', 'heard', 'battery', 'skew'] as const).map(column => (
                <th key={column} scope="col" data-column={column}>
                  {say(`fleet.col.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ device, standing }) => (
              <FleetRow key={`${device.facility} ${device.id}`} device={device} standing={standing} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
