/** What an hour's rows become when it is closed, taken over from the store's tally, or opened again. Pure. */
import type { Counts, HourCounts } from './counts.ts'
import { type ClosedHour, type ClosedRows, emptyRow, putRow, type Recounted } from './hour-files.ts'
import { storeCounts } from './rows.ts'
import type { TalliedHour } from './store-tally.ts'

/** Rows of an open hour as they are closed; what its file said before of the store stands. */
export function closedRows(
  open: HourCounts,
  kept: ClosedHour | null | undefined,
  recountOf: (facility: string, device: string, counts: Counts) => Recounted | null,
): ClosedRows {
  const rows: ClosedRows = new Map()
  for (const [facility, devices] of open)
    for (const [device, counts] of devices) {
      const { stored, deadLettered, removed } = kept?.rows.get(facility)?.get(device) ?? emptyRow()
      const recounted = recountOf(facility, device, counts)
      putRow(rows, facility, device, { counts, stored, deadLettered, recounted, removed })
    }
  return rows
}

/** The hour with what the store did until its cursor was at `settled`. */
export function settledHour(closed: ClosedHour, tallied: TalliedHour, settled: number): ClosedHour {
  for (const [facility, device] of tallied.devices()) {
    const row = closed.rows.get(facility)?.get(device) ?? emptyRow()
    const found = storeCounts(row, closed.settled, { since: tallied.since, counts: tallied.of(facility, device) })
    putRow(closed.rows, facility, device, { ...row, ...found })
  }
  return { ...closed, settled }
}

export const countsOf = (closed: ClosedHour): HourCounts =>
  new Map([...closed.rows].map(([facility, devices]) => [facility, countsIn(devices)]))
export const countsIn = (devices: ReadonlyMap<string, { counts: Counts }>): Map<string, Counts> =>
  new Map([...devices].map(([device, { counts }]) => [device, counts]))
