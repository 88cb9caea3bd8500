/** The table of devices below its gateway: worst first with the rest folded away, or all by room or type. */
import { useState } from 'react'
import type { LedgerDevices } from '../../../core/rest/ledger.ts'
import { numberText } from '../format.ts'
import type { MessageId } from '../language.ts'
import { Icon } from '../parts/icon.tsx'
import { useLanguage, useSay } from '../services.ts'
import { useNow } from '../use-now.ts'
import { type Column, FleetRow } from './fleet-row.tsx'
import styles from './fleet-table.module.css'
import type { Line, Order } from './lines.ts'

const TECHNICAL: readonly Column[] = ['state', 'device', 'room', 'version', 'heard', 'coverage', 'battery', 'skew']
const COUNTS: readonly Column[] = ['stored', 'late', 'conflicting', 'refused', 'missing']
/** Of a long list worst first, this many of those that need nothing are shown at first. */
const SHOWN_FINE = 24

interface TableProps {
  /** In order. */
  lines: readonly Line[]
  order: Order
  facility: string
  zone: string
  /** Null: the ledger cannot be read now. */
  ledger: LedgerDevices | null
  isGatewayAway: boolean
  /** `ledger`: only what came of the devices; `maker`: their state as their maker may know it, without room or moment. */
  sight: 'all' | 'maker' | 'ledger'
}

export function FleetTable({ lines, order, facility, zone, ledger, isGatewayAway, sight }: TableProps) {
  const say = useSay()
  const now = useNow(5_000)
  const [isOpen, setOpen] = useState(false)
  const hasCounts = ledger?.totals != null
  const columns: readonly Column[] = [
    ...TECHNICAL.filter(column => !hides(sight, column, ledger !== null)),
    ...(hasCounts ? COUNTS : []),
  ]
  const care = lines.filter(line => line.isCare)
  const isFolded = order === 'trouble' && !isOpen && lines.length - care.length > SHOWN_FINE * 1.5
  const shown = isFolded ? [...care, ...lines.filter(line => !line.isCare).slice(0, SHOWN_FINE)] : lines
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column} scope="col" data-column={column}>
                {say(sight === 'maker' && column === 'coverage' ? 'fleet.col.coverageDays' : `fleet.col.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ledger?.gateway && <GatewayRow ledger={ledger} span={columns.length} isAway={isGatewayAway} />}
          {shown.map(line => (
            <FleetRow
              key={line.id}
              line={line}
              columns={columns}
              facility={facility}
              zone={zone}
              now={now}
              isDayOnly={sight === 'maker'}
            />
          ))}
        </tbody>
      </table>
      {isFolded && (
        <button type="button" className={styles.more} onClick={() => setOpen(true)}>
          <Icon name="down" className={styles.icon} />
          {say('fleet.more', { count: lines.length - shown.length })}
        </button>
      )}
    </div>
  )
}

function hides(sight: TableProps['sight'], column: Column, hasLedger: boolean): boolean {
  if (column === 'coverage') return !hasLedger
  if (sight === 'ledger') return column !== 'device'
  return sight === 'maker' && column === 'room'
}

function GatewayRow({ ledger, span, isAway }: { ledger: LedgerDevices; span: number; isAway: boolean }) {
  const say = useSay()
  const language = useLanguage()
  const { gateway, totals } = ledger
  if (!gateway) return null
  const facts = [
    say(isAway ? 'fleet.gateway.silent' : (`fleet.gateway.${gateway.state}` as MessageId)),
    ...(totals ? [say('fleet.gateway.spooled', { count: numberText(totals.spooled, 0, language) })] : []),
    ...(gateway.version ? [`v${gateway.version}`] : []),
  ]
  return (
    <tr className={styles.gateway} data-gone={isAway || undefined}>
      <th scope="rowgroup" colSpan={span}>
        <Icon name="device" className={styles.gatewayIcon} />
        <b>{say('fleet.gateway')}</b>
        <span>{facts.join(say('list.separator'))}</span>
      </th>
    </tr>
  )
}
