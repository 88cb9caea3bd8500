/** Asks a store everything about a range and compares with the rows that were written; shared by the contract suites. */
import { expect } from 'vitest'
import type { ScanQuery, TelemetrySource } from '../../../core/ports.ts'
import type { Reading, StoredEvent, StoredRow } from '../../../core/readings.ts'
import { countIn, eventsIn, FACILITY, readingsIn, START_MS } from './stream.ts'

const DAY_MS = 86_400_000
/** Spans all that a stream holds. */
export const EVERYTHING: ScanQuery = {
  facility: FACILITY,
  fromMs: START_MS - 30 * DAY_MS,
  toMs: START_MS + 30 * DAY_MS,
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** All events by pages of `limit`, newest first. */
export async function allEvents(source: TelemetrySource, query: ScanQuery, limit: number): Promise<StoredEvent[]> {
  const all: StoredEvent[] = []
  for (;;) {
    const before = all.at(-1)?.key
    const page = await source.events({ ...query, limit, ...(before === undefined ? {} : { before }) })
    if (page.length === 0) return all
    all.push(...page)
  }
}

/** Fails unless exactly these rows are stored: none missing, none twice, none altered. */
export async function expectStored(
  source: TelemetrySource,
  rows: readonly StoredRow[],
  query: ScanQuery = EVERYTHING,
): Promise<void> {
  expect(await source.count(query)).toEqual(countIn(rows, query))
  expectEqual(await collect(source.scan(query)), readingsIn(rows, query))
  expectEqual(await allEvents(source, query, 500), eventsIn(rows, query))
}

/** Like toEqual, with a short message for long lists. */
export function expectEqual(got: readonly (Reading | StoredEvent)[], wanted: readonly (Reading | StoredEvent)[]): void {
  expect(got.length).toBe(wanted.length)
  for (let i = 0; i < wanted.length; i += 1_000) expect(got.slice(i, i + 1_000)).toEqual(wanted.slice(i, i + 1_000))
}
