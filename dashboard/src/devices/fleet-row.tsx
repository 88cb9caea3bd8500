/** One device of the list: its technical state as far as the reader sees it, and its line of the ledger. */
import { Link } from 'wouter'
import { periodMs } from '../../../core/profile.ts'
import type { LedgerSums } from '../../../core/rest/ledger.ts'
import { useCatalogue } from '../catalogue.ts'
import { ago, day, numberText, whenShort } from '../format.ts'
import { Icon } from '../parts/icon.tsx'
import { useLanguage, useSay } from '../services.ts'
import styles from './fleet-table.module.css'
import { type Line, netMissing } from './lines.ts'
import { coverageText, ReceptionStrip } from './reception-strip.tsx'
import { isGone, STANDING_ICONS, skewText } from './standing.ts'

export type Column =
  | 'state'
  | 'device'
  | 'room'
  | 'version'
  | 'heard'
  | 'coverage'
  | 'battery'
  | 'skew'
  | 'stored'
  | 'late'
  | 'conflicting'
  | 'refused'
  | 'missing'

interface RowProps {
  line: Line
  columns: readonly Column[]
  facility: string
  zone: string
  now: number
  /** The reader is told on which day a device was heard, not when. */
  isDayOnly: boolean
}

export function FleetRow({ line, columns, facility, zone, now, isDayOnly }: RowProps) {
  const { standing } = line
  return (
    <tr data-gone={(standing !== null && isGone(standing)) || undefined} data-standing={standing ?? undefined}>
      {columns.map(column => (
        <td key={column} data-column={column}>
          {column === 'device' ? (
            <Name line={line} facility={facility} hasState={columns.includes('state')} />
          ) : column === 'coverage' ? (
            <Coverage line={line} />
          ) : isCount(column) ? (
            <Count line={line} column={column} />
          ) : (
            <Technical line={line} column={column} zone={zone} now={now} isDayOnly={isDayOnly} />
          )}
        </td>
      ))}
    </tr>
  )
}

const COUNTS = ['stored', 'late', 'conflicting', 'refused', 'missing'] as const
type CountColumn = (typeof COUNTS)[number]
const isCount = (column: Column): column is CountColumn => COUNTS.some(each => each === column)

function Name({ line, facility, hasState }: { line: Line; facility: string; hasState: boolean }) {
  const say = useSay()
  const catalogue = useCatalogue()
  const id = line.id || say('fleet.noName')
  const words = (
    <>
      <b>{line.type === null ? id : catalogue.deviceLabel(line.type)}</b>
      {line.type !== null && <span className="mono">{id}</span>}
      {line.type === null && !hasState && <span>{say('standing.unknown')}</span>}
      <Flags line={line} />
    </>
  )
  return line.device ? (
    <Link href={`/devices/${line.id}?facility=${facility}`} className={styles.name}>
      {words}
    </Link>
  ) : (
    <span className={styles.name}>{words}</span>
  )
}

/** Where there is no room for the columns, what is worth a look stands under the name. */
function Flags({ line: { ledger, flags } }: { line: Line }) {
  const say = useSay()
  const language = useLanguage()
  const sums = ledger?.sums
  if (!sums) return null
  const counts = {
    dead: sums.dead_lettered,
    conflicting: sums.conflicting,
    refused: sums.refused + sums.partly_refused,
  }
  const words = (['dead', 'conflicting', 'refused'] as const)
    .filter(flag => flags.has(flag))
    .map(
      flag =>
        `${say(flag === 'dead' ? 'balance.dead_lettered' : `fleet.col.${flag}`)} ${numberText(counts[flag], 0, language)}`,
    )
  return words.length === 0 ? null : <small className={styles.narrow}>{words.join(say('list.separator'))}</small>
}

function Coverage({ line: { ledger, type } }: { line: Line }) {
  const language = useLanguage()
  const catalogue = useCatalogue()
  if (!ledger) return <span className={styles.zero}>—</span>
  const profile = type === null ? undefined : catalogue.profile(type)
  const isOnDemand = profile !== undefined && Object.values(profile.metrics).every(metric => periodMs(metric) === null)
  return (
    <span className={styles.coverage}>
      {ledger.hours && <ReceptionStrip hours={ledger.hours} coverage={ledger.coverage} isOnDemand={isOnDemand} />}
      <span className={styles.percent}>{coverageText(ledger.coverage, language)}</span>
    </span>
  )
}

function Count({ line, column }: { line: Line; column: CountColumn }) {
  const say = useSay()
  const language = useLanguage()
  const sums = line.ledger?.sums
  if (!sums) return <span className={styles.zero}>—</span>
  const count = countOf(sums, column)
  const isFlagged = column !== 'stored' && column !== 'late' && count > 0 && line.flags.has(column)
  const isZero = count === 0 && column !== 'stored'
  return (
    <>
      <span className={isFlagged ? styles.flag : isZero ? styles.zero : undefined}>
        {numberText(count, 0, language)}
      </span>
      {column === 'refused' && sums.partly_refused > 0 && (
        <small className={styles.flag}>
          {say('fleet.partly', { count: numberText(sums.partly_refused, 0, language) })}
        </small>
      )}
      {column === 'stored' && sums.dead_lettered > 0 && (
        <small className={styles.flag}>
          {say('fleet.dead', { count: numberText(sums.dead_lettered, 0, language) })}
        </small>
      )}
    </>
  )
}
const countOf = (sums: LedgerSums, column: CountColumn): number =>
  column === 'missing' ? netMissing(sums) : sums[column]

interface TechnicalProps {
  line: Line
  column: Exclude<Column, CountColumn | 'device' | 'coverage'>
  zone: string
  now: number
  isDayOnly: boolean
}
function Technical({ line: { device, standing }, column, zone, now, isDayOnly }: TechnicalProps) {
  const say = useSay()
  const language = useLanguage()
  if (column === 'state')
    return standing && <StandingMark standing={standing} device={isDayOnly ? null : device} now={now} />
  if (!device) return <span className={styles.zero}>—</span>
  if (column === 'room') return <b>{device.room?.label ?? '—'}</b>
  if (column === 'version') return <span className="mono">{device.fw ?? '—'}</span>
  if (column === 'battery')
    return device.battery === null ? (
      <span className={styles.zero}>—</span>
    ) : (
      <span className={standing === 'battery' ? styles.flag : undefined}>{Math.round(device.battery)}%</span>
    )
  if (column === 'skew')
    return device.skew_ms === null ? (
      <span className={styles.zero}>—</span>
    ) : (
      <span className={standing === 'skewed' ? styles.flag : undefined}>
        {say('fleet.skew', { seconds: skewText(device.skew_ms) })}
      </span>
    )
  const heardMs = device.heard === null ? null : Date.parse(device.heard)
  if (heardMs !== null && isDayOnly) return day(heardMs, zone, language)
  return heardMs === null ? (
    say('fleet.neverHeard')
  ) : (
    <>
      <b>{ago(now - heardMs, say)}</b>
      <small>{whenShort(heardMs, now, zone, language)}</small>
    </>
  )
}

interface MarkProps {
  standing: NonNullable<Line['standing']>
  device: Line['device']
  now: number
}
function StandingMark({ standing, device, now }: MarkProps) {
  const say = useSay()
  const icon = STANDING_ICONS[standing]
  return (
    <span className={styles.standing}>
      {icon ? (
        <Icon name={icon} className={styles.icon} />
      ) : (
        <i className={standing === 'never' ? styles.ring : styles.dot} />
      )}
      <span>
        {say(`standing.${standing}`)}
        {device?.heard && isGone(standing) && (
          <small className={styles.narrow}>{ago(now - Date.parse(device.heard), say)}</small>
        )}
      </span>
    </span>
  )
}
