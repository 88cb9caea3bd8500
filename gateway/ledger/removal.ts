/** Removes what a facility no longer keeps from the store, and accounts for it: nothing that is not settled, and no row turns red for it. */
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import { HOUR_MS, type LedgerRow, type QueryMessage, type Removal, SHORTEST_RETENTION_DAYS } from '../../core/ledger.ts'
import type { TelemetrySink, TelemetrySource, TimeRange } from '../../core/ports.ts'
import type { AnswerPage } from '../answer-page.ts'
import type { Turns } from '../turns.ts'
import { hourOf } from './counts.ts'
import type { Ledger } from './ledger.ts'
import { RED_KEPT_MS } from './state.ts'

export interface RemovalDeps {
  ledger: Ledger
  sink: Pick<TelemetrySink, 'remove'>
  source: Pick<TelemetrySource, 'countByDevice'>
  storePosition(): number
  /** Shared with the recounts: between what is written down and what is gone, nobody may compare the two. */
  turns: Turns
  clock(): number
}

export interface Removals {
  /**
   * Removes the messages of a stretch of device time (at most a month, older than the shortest retention), of devices whose hours in the ledger
   * are settled. Throws `bad_query`, and what the store throws; it may then be repeated.
   */
  remove(facility: string, query: Pick<QueryMessage, 'filter'>): Promise<AnswerPage<Removal>>
  /** Ends what was begun and not ended. To be called within a turn, before anything is recounted; throws what the store throws. */
  finish(): Promise<void>
}

const DAY_MS = 86_400_000
const LONGEST_MS = 31 * DAY_MS
/** Nothing is accepted from a clock that is further ahead. */
const AHEAD_MS = DAY_MS
/** What is red is evidence, and kept longer than it is news. */
const EVIDENCE_MS = 3 * RED_KEPT_MS
/** More devices than this are not named to the store one by one. */
const NAMED = 100
const MAX_TOLD = 1_000

export function createRemovals({ ledger, sink, source, storePosition, turns, clock }: RemovalDeps): Removals {
  /** Device times that a closed hour's rows span, by facility: so that not every hour is read for every stretch. */
  const spans = new Map<number, Map<string, TimeRange | null>>()
  ledger.onChange(async hour => void spans.delete(hour))

  return {
    remove: (facility, { filter }) =>
      turns.take(async () => {
        const range = rangeOf(filter)
        await finish()
        return { items: [await remove(facility, range, filter.devices)], next: null }
      }),
    finish,
  }

  function rangeOf({ from, to }: QueryMessage['filter']): TimeRange {
    const newest = clock() - SHORTEST_RETENTION_DAYS * DAY_MS
    if (from === undefined || to === undefined || from < 0 || from >= to || to - from > LONGEST_MS || to > newest)
      throw new AppError('bad_query', 'from and to are no stretch of time that may be removed')
    return { fromMs: from, toMs: to }
  }

  async function remove(facility: string, range: TimeRange, asked: readonly string[] | undefined): Promise<Removal> {
    const { hours, unsettled } = await lookUp(facility, range, asked)
    const kept = [...unsettled].slice(0, MAX_TOLD).map(([device, count]) => ({ device, hours: count }))
    const all = { facility: facility as FacilityId, ...range, rxFromMs: 0, rxToMs: Number.MAX_SAFE_INTEGER }
    const present = await source.countByDevice(asked ? { ...all, devices: asked } : all)
    const devices = [...present.keys()].filter(device => !unsettled.has(device))
    const messages = devices.reduce((sum, device) => sum + (present.get(device) ?? 0), 0)
    if (messages === 0) return { messages, kept }
    const targets: [number, [string, number][]][] = []
    for (const hour of hours) {
      const names = devices.length <= NAMED ? { devices } : {}
      const found = await source.countByDevice({ ...all, ...names, rxFromMs: hour, rxToMs: hour + HOUR_MS })
      const rows = new Map((await ledger.rows(facility, hour)).map(row => [row.device, row]))
      const gone = [...found].flatMap(([device, n]): [string, number][] => {
        const row = rows.get(device)
        return row && !unsettled.has(device) ? [[device, Math.min(row.stored, row.removed + n)]] : []
      })
      if (gone.length > 0) targets.push([hour, gone])
    }
    const isAll = asked === undefined && unsettled.size === 0
    await ledger.state.change({
      removing: { facility, from: range.fromMs, to: range.toMs, devices: isAll ? null : devices, hours: targets },
    })
    await finish()
    return { messages, kept }
  }

  async function finish(): Promise<void> {
    const { removing } = ledger.state.get()
    if (!removing) return
    const { facility, from, to, devices, hours } = removing
    const query = { facility: facility as FacilityId, fromMs: from, toMs: to }
    await sink.remove(devices ? { ...query, devices } : query)
    for (const [hour, rows] of hours) await ledger.keepRemoved(facility, hour, new Map(rows))
    await ledger.state.change({ removing: null })
  }

  /** Hours of arrival that have messages of the stretch, and devices with hours among them that are not settled. */
  async function lookUp(facility: string, range: TimeRange, asked: readonly string[] | undefined) {
    const unsettled = new Map<string, number>()
    const hours: number[] = []
    const oldest = hourOf(Math.max(0, range.fromMs - AHEAD_MS))
    for (const hour of ledger.hours().filter(each => each >= oldest)) {
      if (!overlap(await spanOf(facility, hour), range)) continue
      hours.push(hour)
      const closed = await ledger.closed(hour)
      const isThrough = closed !== null && storePosition() >= closed.to
      const counts = await ledger.counts(facility, hour)
      for (const row of await ledger.rows(facility, hour)) {
        const counted = counts.get(row.device)
        const span = counted && counted.accepted > 0 ? { fromMs: counted.fromMs, toMs: counted.toMs } : null
        if (!overlap(span, range) || (asked && !asked.includes(row.device))) continue
        if (!(isThrough && isSettled(row))) unsettled.set(row.device, (unsettled.get(row.device) ?? 0) + 1)
      }
    }
    return { hours, unsettled }
  }

  function isSettled({ hour, red, recounted }: LedgerRow): boolean {
    return recounted !== null && (red.length === 0 || hour < clock() - EVIDENCE_MS)
  }

  async function spanOf(facility: string, hour: number): Promise<TimeRange | null> {
    const known = spans.get(hour)?.get(facility)
    if (known !== undefined) return known
    const isClosed = (await ledger.closed(hour)) !== null
    const accepted = [...(await ledger.counts(facility, hour)).values()].filter(counts => counts.accepted > 0)
    const span =
      accepted.length === 0
        ? null
        : {
            fromMs: accepted.reduce((min, { fromMs }) => Math.min(min, fromMs), Number.POSITIVE_INFINITY),
            toMs: accepted.reduce((max, { toMs }) => Math.max(max, toMs), 0),
          }
    if (isClosed) spans.set(hour, (spans.get(hour) ?? new Map<string, TimeRange | null>()).set(facility, span))
    return span
  }
}

const overlap = (a: TimeRange | null, b: TimeRange): boolean => a !== null && a.fromMs < b.toMs && a.toMs > b.fromMs
