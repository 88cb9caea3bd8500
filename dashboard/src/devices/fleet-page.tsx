/** All devices of a facility, worst first or by room or type: technical state and message ledger, never values. */
import { useEffect } from 'react'
import { useSearchParams } from 'wouter'
import type { Facility } from '../../../core/rest/places.ts'
import { FleetTools } from '../access/fleet-tools.tsx'
import { useCatalogue } from '../catalogue.ts'
import { useSignedIn } from '../me.ts'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { Segments } from '../parts/segments.tsx'
import { seesDevices } from '../roles.ts'
import { useSay } from '../services.ts'
import { Balance } from './balance.tsx'
import { FacilityChoice } from './facility-choice.tsx'
import styles from './fleet-page.module.css'
import { FleetTable } from './fleet-table.tsx'
import { AwayNote, MakerNote } from './ledger-notes.tsx'
import { linesOf, missingShare, ORDERS, sortLines } from './lines.ts'
import { FleetSide } from './side.tsx'
import { useDevices, useFacilities, useIsCut, useZone } from './use-devices.ts'
import { useLedger } from './use-ledger.ts'

export function FleetPage() {
  const say = useSay()
  const { facility: own } = useSignedIn()
  const [search] = useSearchParams()
  const facilities = useFacilities()
  useEffect(() => {
    document.title = `${say('nav.devices')} | ${say('brand')}`
  }, [say])
  const facility = own ?? search.get('facility') ?? firstOf(facilities.data?.items)
  if (facility !== undefined) return <Fleet key={facility} facility={facility} />
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{say('nav.devices')}</h1>
      </header>
      {facilities.error ? (
        <Failure error={facilities.error} onRetry={() => void facilities.refetch()} />
      ) : facilities.data ? (
        <Nothing icon="device" head={say('fleet.empty')} sub={say('fleet.emptyWho')} />
      ) : (
        <Loading />
      )}
    </div>
  )
}

function Fleet({ facility }: { facility: string }) {
  const say = useSay()
  const { me, facility: own } = useSignedIn()
  const [search, setSearch] = useSearchParams()
  const catalogue = useCatalogue()
  const zone = useZone(facility)
  const hasStates = seesDevices(me.role)
  const isMaker = useIsMakerElsewhere(facility)
  const devices = useDevices(hasStates ? facility : null)
  const ledger = useLedger(facility)
  const isCut = useIsCut(devices.dataUpdatedAt)
  const order = ORDERS.find(each => each === search.get('by')) ?? 'trouble'
  const isAway = ledger.error !== null
  const isReady = hasStates ? devices.data !== undefined : ledger.data !== undefined
  const lines = sortLines(
    linesOf(devices.data ?? null, ledger.data?.items ?? [], hasStates && isCut),
    order,
    ({ type, id }) => (type === null ? id : catalogue.deviceLabel(type)),
  )
  const choose = (key: string, value: string | null): void =>
    setSearch(before => {
      const kept = new URLSearchParams(before)
      if (value === null) kept.delete(key)
      else kept.set(key, value)
      return kept
    })
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{say('nav.devices')}</h1>
        {isReady && (
          <span className={styles.count}>
            {say('fleet.count', {
              count: lines.filter(line => line.standing !== 'unknown').length,
              care: lines.filter(line => line.isCare).length,
            })}
          </span>
        )}
        <span className={styles.tools}>
          <FleetTools facility={facility} isOwn={own === facility || (hasStates && !isMaker)} />
          {own === null && <FacilityChoice facility={facility} onChange={chosen => choose('facility', chosen)} />}
          <Segments
            label={say('fleet.order')}
            value={order}
            options={ORDERS.filter(each => (hasStates && !isMaker) || each !== 'room').map(each => ({
              id: each,
              text: say(`fleet.by.${each}`),
            }))}
            onChange={chosen => choose('by', chosen === 'trouble' ? null : chosen)}
          />
        </span>
      </header>
      {isAway && (
        <AwayNote error={ledger.error} asOf={ledger.data?.as_of ?? null} zone={zone} onRetry={ledger.refetch} />
      )}
      {ledger.data?.totals ? (
        <Balance
          ledger={ledger.data}
          totals={ledger.data.totals}
          share={missingShare(lines)}
          zone={zone}
          mayRecount={me.role !== 'staff'}
          isOld={isAway}
        />
      ) : ledger.data ? (
        <MakerNote ledger={ledger.data} zone={zone} />
      ) : (
        !isAway && <Loading />
      )}
      <div className={styles.columns}>
        <div className={styles.list}>
          {devices.error ? (
            <Failure error={devices.error} onRetry={() => void devices.refetch()} />
          ) : !isReady ? (
            !isAway && <Loading />
          ) : lines.length === 0 ? (
            <Nothing icon="device" head={say('fleet.empty')} sub={say('fleet.emptyWho')} />
          ) : (
            <FleetTable
              lines={lines}
              order={order}
              facility={facility}
              zone={zone}
              ledger={ledger.data ?? null}
              isGatewayAway={isAway}
              sight={isMaker ? 'maker' : hasStates ? 'all' : 'ledger'}
            />
          )}
        </div>
        {ledger.data && !isAway && <FleetSide ledger={ledger.data} zone={zone} />}
      </div>
    </div>
  )
}

/** A bench is looked at by who chooses it. */
const firstOf = (facilities: readonly Facility[] | undefined): string | undefined =>
  (facilities?.find(each => each.bench_of === null) ?? facilities?.[0])?.id

/** A maker looks at a facility that is not its bench. */
function useIsMakerElsewhere(facility: string): boolean {
  const { me } = useSignedIn()
  const { data } = useFacilities()
  const isBench = (data?.items.find(({ id }) => id === facility)?.bench_of ?? null) !== null
  return me.role === 'manufacturer' && !isBench
}
