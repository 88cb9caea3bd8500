/** Puts a row of the ledger together from what was counted at its different ends, and names the equations that do not hold. */
import type { LedgerEquation, LedgerRow } from '../../core/ledger.ts'
import { type Counts, noCounts } from './counts.ts'
import type { ClosedRow, Recounted } from './hour-files.ts'
import type { StoreCounts, TalliedHour } from './store-tally.ts'

export interface RowFacts extends StoreCounts {
  counts: Counts
  /** True when the store's cursor has come to where the entries were counted: then nothing of the row is in the spool. */
  storeThere: boolean
  recounted: Recounted | null
  removed: number
  /** True where packets were acknowledged that were not committed, or the other way round. */
  packetsDiffer: boolean
}

/** Rows stored and refused of a device's hour: what the hour's file says, taken over at store position `settled`, and what came since. */
export function storeCounts(
  kept: Readonly<StoreCounts>,
  settled: number,
  tallied: Pick<TalliedHour, 'since'> & { counts: Readonly<StoreCounts> | undefined },
): StoreCounts {
  const { since, counts } = tallied
  const { stored, deadLettered } = kept
  if (!counts) return { stored, deadLettered }
  // A tally that began before the hour was taken over contains it; restored from before that moment it may still lag behind.
  return since < settled
    ? { stored: Math.max(stored, counts.stored), deadLettered: Math.max(deadLettered, counts.deadLettered) }
    : { stored: stored + counts.stored, deadLettered: deadLettered + counts.deadLettered }
}

function ledgerRow(device: string, hour: number, facts: RowFacts): LedgerRow {
  const { counts, stored, deadLettered, recounted } = facts
  const { fromMs: _from, toMs: _to, ...columns } = counts
  const spooled = counts.accepted - stored - deadLettered
  const red: LedgerEquation[] = []
  if (counts.committed !== counts.accepted + counts.duplicate + counts.conflicting + counts.refused) red.push('fates')
  if (facts.storeThere && spooled !== 0) red.push('store')
  if (recounted?.bad) red.push('recount')
  if (facts.packetsDiffer) red.push('packets')
  return {
    device,
    hour,
    ...columns,
    expected: counts.received + counts.missing - counts.recovered,
    stored,
    // The entries may be counted a moment after the store has them.
    spooled: Math.max(0, spooled),
    dead_lettered: deadLettered,
    removed: facts.removed,
    recounted: recounted?.found ?? null,
    recounted_at: recounted?.atMs ?? null,
    red,
  }
}

/** Everything that is known of a facility's hour. */
export interface HourView {
  hour: number
  open: ReadonlyMap<string, Counts> | undefined
  /** What the hour's file says, also of an hour that is open again. */
  kept: ReadonlyMap<string, ClosedRow> | undefined
  settled: number
  tallied: ReadonlyMap<string, Readonly<StoreCounts>>
  since: number
  storeThere: boolean
  packetsDiffer: boolean
  /** Devices that were recounted although nothing of them was counted. */
  alsoFound: Iterable<string>
  recountOf(device: string, counts: Counts | undefined): Recounted | null
  replayed(device: string): number
}

export function hourRows(view: HourView): LedgerRow[] {
  const { hour, open, kept, settled, tallied, since, storeThere, packetsDiffer } = view
  const counted = (device: string) => (open ? open.get(device) : kept?.get(device)?.counts)
  const names = new Set([...(open ?? kept ?? new Map()).keys(), ...tallied.keys(), ...view.alsoFound])
  if (packetsDiffer) names.add('')
  return [...names].sort().map(device => {
    const row = kept?.get(device)
    const found = storeCounts(row ?? NOTHING, settled, { since, counts: tallied.get(device) })
    // A row refused before a crash may have been taken after it, and be replayed all the same.
    const replayed = Math.min(view.replayed(device), found.deadLettered)
    const counts = counted(device)
    return ledgerRow(device, hour, {
      counts: counts ?? noCounts(),
      stored: found.stored + replayed,
      deadLettered: found.deadLettered - replayed,
      storeThere,
      recounted: view.recountOf(device, counts),
      removed: row?.removed ?? 0,
      packetsDiffer: packetsDiffer && device === '',
    })
  })
}

const NOTHING: StoreCounts = { stored: 0, deadLettered: 0 }
