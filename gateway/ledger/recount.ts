/** Asks the store how many messages of an hour it holds and puts that beside the ledger's rows: the one count that nobody else can have wrong alike. */
import type { FacilityId } from '../../core/ids.ts'
import { HOUR_MS, type LedgerRow } from '../../core/ledger.ts'
import type { ArrivalQuery, TelemetrySource } from '../../core/ports.ts'
import type { Counts } from './counts.ts'
import type { Recounted } from './hour-files.ts'
import type { Ledger } from './ledger.ts'

export interface RecountDeps {
  ledger: Ledger
  source: Pick<TelemetrySource, 'countByDevice'>
  clock(): number
}
/** Recounts a facility's hour, also one that is open. Throws what the store throws; then nothing has changed. */
export type Recount = (facility: string, hour: number) => Promise<void>

/** Devices whose messages were older or newer than this are asked for apart: a backlog of weeks must not make the store read weeks of all. */
const NEAR_MS = HOUR_MS
const DEVICES_PER_QUERY = 100

export function createRecount({ ledger, source, clock }: RecountDeps): Recount {
  return async (facility, hour) => {
    const before = byDevice(await ledger.rows(facility, hour))
    const atMs = clock()
    const found = await count(facility, hour, await ledger.counts(facility, hour))
    // What the store holds by now may be a moment ahead of an open hour's counts.
    if ((await ledger.closed(hour)) === null) await ledger.caughtUp()
    const after = byDevice(await ledger.rows(facility, hour))
    const recounted = new Map<string, Recounted>()
    for (const device of new Set([...after.keys(), ...found.keys()])) {
      const rows = found.get(device) ?? 0
      // What was removed on purpose counts as if it were still there.
      const accounted = rows + (after.get(device)?.removed ?? 0)
      const bad = accounted < (before.get(device)?.stored ?? 0) || accounted > atMost(after.get(device))
      recounted.set(device, { found: rows, atMs, bad })
    }
    await ledger.keepRecount(facility, hour, recounted)
  }

  async function count(facility: string, hour: number, counts: ReadonlyMap<string, Counts>) {
    const near: Counts[] = []
    const far: [device: string, row: Counts][] = []
    for (const [device, row] of counts) {
      if (row.accepted === 0) continue
      if (row.fromMs >= hour - NEAR_MS && row.toMs <= hour + HOUR_MS + NEAR_MS) near.push(row)
      else far.push([device, row])
    }
    const span = { facility: facility as FacilityId, rxFromMs: hour, rxToMs: hour + HOUR_MS }
    const found =
      near.length > 0 ? await source.countByDevice({ ...span, ...rangeOf(near) }) : new Map<string, number>()
    for (const [device] of far) found.delete(device)
    for (let i = 0; i < far.length; i += DEVICES_PER_QUERY) {
      const some = far.slice(i, i + DEVICES_PER_QUERY)
      const query: ArrivalQuery = { ...span, ...rangeOf(some.map(([, row]) => row)), devices: some.map(([id]) => id) }
      for (const [device, rows] of await source.countByDevice(query)) found.set(device, rows)
    }
    return found
  }
}

/** What is confirmed, and what may be on its way. */
const atMost = (row: LedgerRow | undefined): number => (row ? row.stored + row.spooled : 0)

const byDevice = (rows: readonly LedgerRow[]) => new Map(rows.map(row => [row.device, row]))

/** @param rows at least one */
const rangeOf = (rows: readonly Counts[]): { fromMs: number; toMs: number } => ({
  fromMs: rows.reduce((min, row) => Math.min(min, row.fromMs), Number.POSITIVE_INFINITY),
  toMs: rows.reduce((max, row) => Math.max(max, row.toMs), 0),
})
