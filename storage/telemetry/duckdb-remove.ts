/** Removes a stretch of time from the embedded store in portions of bounded size, and lets the file use its space again. */
import type { RemovalQuery } from '../../core/ports.ts'
import type { DuckdbConnection, SqlParameters } from '../duckdb.ts'

const NS_PER_MS = 1_000_000n
const HOUR_NS = 3_600_000n * NS_PER_MS
/** Rows that one transaction removes, about: a tenth of a second on the smallest machine. */
const PORTION_ROWS = 500_000
const LONGEST_NS = 31n * 24n * HOUR_NS

/** Keys, half-open. */
export interface Bounds {
  from: bigint
  to: bigint
}
export interface Portion extends Bounds {
  /** How many rows it was, afterwards. */
  rows: number
}

/** Of the devices asked for, or of all. */
const ofDevices = ({ devices }: RemovalQuery): string => (devices ? ' and device in (select unnest($devices))' : '')
const readings = (query: RemovalQuery): string =>
  `from reading where series in (select id from series where facility = $facility${ofDevices(query)}) and key >= $from and key < $to`
const events = (query: RemovalQuery): string =>
  `from event where facility = $facility${ofDevices(query)} and key >= $from and key < $to`

/** Where there is something to remove; null: nowhere. */
export async function boundsOf(connection: DuckdbConnection, query: RemovalQuery): Promise<Bounds | null> {
  const span = { from: BigInt(query.fromMs) * NS_PER_MS, to: BigInt(query.toMs) * NS_PER_MS }
  const [found] = await connection.rows(
    `select min(low) as low, max(high) as high from (
       select min(key) as low, max(key) as high ${readings(query)} union all select min(key) as low, max(key) as high ${events(query)})`,
    parametersOf(query, span),
  )
  return found?.low == null ? null : { from: found.low as bigint, to: (found.high as bigint) + 1n }
}

export const firstPortion = (bounds: Bounds | null): Portion | null => bounds && cut(bounds.from, HOUR_NS, bounds)

/** Twice as long after one that had few rows, half as long after one that had many. */
export function nextPortion({ from, to, rows }: Portion, bounds: Bounds | null): Portion | null {
  if (!bounds || to >= bounds.to) return null
  const length = to - from
  const next = rows > PORTION_ROWS ? length / 2n : rows < PORTION_ROWS / 4 ? length * 2n : length
  return cut(to, next, bounds)
}

function cut(from: bigint, length: bigint, { to }: Bounds): Portion {
  const end = from + (length < NS_PER_MS ? NS_PER_MS : length > LONGEST_NS ? LONGEST_NS : length)
  return { from, to: end < to ? end : to, rows: 0 }
}

/** @returns how many rows went */
export async function removePortion(connection: DuckdbConnection, query: RemovalQuery, span: Bounds): Promise<number> {
  const parameters = parametersOf(query, span)
  await connection.run('begin')
  try {
    const [inReadings] = await connection.rows(`delete ${readings(query)}`, parameters)
    const [inEvents] = await connection.rows(`delete ${events(query)}`, parameters)
    await connection.run('commit')
    return Number(inReadings?.Count) + Number(inEvents?.Count)
  } catch (error) {
    await connection.run('rollback').catch(() => undefined)
    throw error
  }
}

/** Blocks in which nothing is left are used again for what comes next. A reader at work may stand in the way: then a later checkpoint does it. */
export async function giveSpaceBack(connection: DuckdbConnection): Promise<void> {
  await connection.run('checkpoint').catch(() => undefined)
}

const parametersOf = ({ facility, devices }: RemovalQuery, { from, to }: Bounds): SqlParameters => ({
  facility,
  ...(devices ? { devices } : {}),
  from,
  to,
})
