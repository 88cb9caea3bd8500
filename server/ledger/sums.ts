/** Sums of ledger rows: totals, by device, what does not hold. Pure; the equations of the counts are checked here again, whatever a row says of itself. */
import { HOUR_MS, LEDGER_EQUATIONS, type LedgerEquation, type LedgerRow } from '../../core/ledger.ts'
import type { LedgerSums } from '../../core/rest/ledger.ts'
import type { Range } from './range.ts'

const COUNTS = [
  'packets',
  'committed',
  'accepted',
  'duplicate',
  'conflicting',
  'refused',
  'received',
  'missing',
  'recovered',
  'expected',
  'late',
  'clock_suspect',
  'partly_refused',
  'deferred',
  'stored',
  'spooled',
  'dead_lettered',
] as const satisfies readonly (keyof LedgerSums & keyof LedgerRow)[]

/** A maker is told a share only of so many messages, so that it tells nothing of single ones. */
const MAKER_LEAST = 1_000

export function sumOf(rows: readonly LedgerRow[]): LedgerSums {
  const sums = Object.fromEntries(COUNTS.map(name => [name, 0])) as LedgerSums
  for (const row of rows) for (const name of COUNTS) sums[name] += row[name]
  return sums
}

/** The store may confirm a message a moment before the ledger counts it; until then it is not in the row, unless the gateway says that it never will be. */
export const asCounted = (row: LedgerRow): LedgerRow =>
  row.red.includes('store') ? row : { ...row, stored: Math.min(row.stored, row.accepted - row.dead_lettered) }

/** Left minus right of each equation that can be computed from the row; null: it cannot. */
const differences = (row: LedgerRow): Record<LedgerEquation, number | null> => ({
  fates: row.committed - row.accepted - row.duplicate - row.conflicting - row.refused,
  store: row.accepted - row.stored - row.spooled - row.dead_lettered,
  recount: row.recounted === null ? null : row.recounted - row.stored,
  packets: null,
})

/** What does not hold in a row: as the gateway found, and the sums that do not agree on the face of it. */
export function redOf(row: LedgerRow): LedgerEquation[] {
  const found = differences(row)
  return LEDGER_EQUATIONS.filter(
    name => row.red.includes(name) || ((name === 'fates' || name === 'store') && found[name] !== 0),
  )
}

export function failingOf(rows: readonly LedgerRow[]) {
  return [...rows]
    .sort((a, b) => b.hour - a.hour)
    .flatMap(row =>
      redOf(row).map(equation => ({
        equation,
        device: row.device,
        hour: row.hour,
        difference: differences(row)[equation],
      })),
    )
}

export function recountOf(rows: readonly LedgerRow[]) {
  const counted = rows.filter(row => row.recounted !== null)
  const times = counted.flatMap(row => (row.recounted_at === null ? [] : [row.recounted_at]))
  return {
    rows: counted.length,
    of: rows.length,
    oldestAtMs: times.length === 0 ? null : times.reduce((oldest, at) => Math.min(oldest, at)),
    stored: counted.reduce((sum, row) => sum + row.stored, 0),
    found: counted.reduce((sum, row) => sum + (row.recounted ?? 0), 0),
  }
}

export function byDevice(rows: readonly LedgerRow[]): Map<string, LedgerRow[]> {
  const found = new Map<string, LedgerRow[]>()
  for (const row of rows) {
    const known = found.get(row.device)
    if (known) known.push(row)
    else found.set(row.device, [row])
  }
  return found
}

/** Received of expected, down to a hundredth of a percent, so that nothing lost is rounded away; what came back from an earlier gap makes it no more than all. */
export const coverageOf = ({ received, expected }: Pick<LedgerSums, 'received' | 'expected'>): number | null =>
  expected > 0 ? Math.min(1, Math.floor((received / expected) * 10_000) / 10_000) : null

/** As the device's maker may know it: down to a tenth of a percent, and only of many. */
export const coverageForMaker = (sums: Pick<LedgerSums, 'received' | 'expected'>): number | null => {
  const coverage = sums.expected >= MAKER_LEAST ? coverageOf(sums) : null
  return coverage === null ? null : Math.floor(coverage * 1_000 + 1e-9) / 1_000
}

/** [received, expected] of each hour of the range, oldest first. */
export function hoursOf(rows: readonly LedgerRow[], { fromMs, toMs }: Range): [number, number][] {
  const hours = Array.from({ length: Math.ceil((toMs - fromMs) / HOUR_MS) }, (): [number, number] => [0, 0])
  for (const row of rows) {
    const hour = hours[Math.floor((row.hour - fromMs) / HOUR_MS)]
    if (!hour) continue
    hour[0] += row.received
    hour[1] += Math.max(0, row.expected)
  }
  return hours
}
