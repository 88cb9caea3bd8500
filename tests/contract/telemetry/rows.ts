/** Single rows for tests, and the writers' loop. */
import { setTimeout as wait } from 'node:timers/promises'
import type { BootId } from '../../../core/ids.ts'
import type { TelemetrySink } from '../../../core/ports.ts'
import { type EventRow, type StoredRow, storeKey, type TelemetryRow } from '../../../core/readings.ts'
import { batches, deviceName, FACILITY, positionAfter, START_MS } from './stream.ts'

export const HOUR_MS = 3_600_000

export async function writeAll(sink: TelemetrySink, rows: readonly StoredRow[], ...sizes: number[]) {
  for (const batch of batches(rows, ...sizes)) await sink.write(batch, positionAfter(batch))
}

/** Repeats until it succeeds, as a store writer does. */
export async function persist(action: () => Promise<void>, deadlineMs = 30_000): Promise<void> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    try {
      return await action()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await wait(50)
    }
  }
}

export const telemetryRow = (values: TelemetryRow['values'], more: Partial<TelemetryRow> = {}): TelemetryRow => ({
  ...{
    kind: 'telemetry',
    facility: FACILITY,
    device: deviceName(0),
    profile: 'bed.sleep_mat' as TelemetryRow['profile'],
    values,
  },
  ...{
    key: storeKey(START_MS, 0),
    rx: START_MS,
    boot: 'b0' as BootId,
    bootChanged: true,
    seq: 0,
    marks: [],
    position: 0,
    ...more,
  },
})
export const eventRow = (more: Partial<EventRow> = {}): EventRow => {
  const { values: _, ...base } = telemetryRow({})
  return { ...base, kind: 'event', event: 'bed_exit', attributes: {}, ...more }
}
/** A row a minute. */
export const everyMinute = (values: (i: number) => TelemetryRow['values'], length: number): TelemetryRow[] =>
  Array.from({ length }, (_, i) => {
    const rx = START_MS + i * 60_000
    return telemetryRow(values(i), { key: storeKey(rx, i), rx, bootChanged: i === 0, seq: i, position: i })
  })
