/** Counts the spool's entries per gateway hour, facility and device, for the hours that are open. */
import { deviceIdSchema, facilityIdSchema } from '../../core/ids.ts'
import { HOUR_MS } from '../../core/ledger.ts'
import type { OrdinaryColumns } from '../digest.ts'
import type { Entry } from '../entries.ts'
import { getOrMake } from './get-or-make.ts'

const COLUMNS = [
  'packets',
  'committed',
  'accepted',
  'duplicate',
  'conflicting',
  'refused',
  'received',
  'missing',
  'recovered',
  'late',
  'clock_suspect',
  'partly_refused',
  'deferred',
  /** Device time of the accepted messages, epoch ms, half-open; 0 and 0 when there are none. The store is asked in this range. */
  'fromMs',
  'toMs',
] as const
export type Counts = Record<(typeof COLUMNS)[number], number>
/** By facility, then device; the empty name stands for all that was no name, or one too many. */
export type HourCounts = Map<string, Map<string, Counts>>
export type SavedHour = [facility: string, devices: [device: string, counts: number[]][]][]

export interface SavedCounts {
  open: [hour: number, rows: SavedHour][]
}

export interface LedgerCounts {
  add(entry: Entry): void
  /** One entry of a digest's ordinary columns. */
  addOrdinary(columns: OrdinaryColumns, i: number): void
  /** Hours that are open, oldest first. */
  hours(): number[]
  hour(hour: number): HourCounts | undefined
  /** Opens an hour again with what had been counted. */
  reopen(hour: number, rows: HourCounts): void
  close(hour: number): void
  save(): SavedCounts
}

/** Names that were only ever refused get no more rows than this in a facility's hour: whoever sends rubbish must not fill the memory. */
const MAX_STRANGERS = 200
const MAX_FACILITIES = 1_000
const FATES = { d: 'duplicate', c: 'conflicting', r: 'refused' } as const

export const hourOf = (ms: number): number => ms - (ms % HOUR_MS)
export const noCounts = (): Counts => Object.fromEntries(COLUMNS.map(column => [column, 0])) as Counts
export const encodeCounts = (counts: Counts): number[] => COLUMNS.map(column => counts[column])
export const decodeCounts = (list: readonly number[]): Counts =>
  Object.fromEntries(COLUMNS.map((column, i) => [column, list[i] ?? 0])) as Counts

export function createLedgerCounts(saved: SavedCounts | null): LedgerCounts {
  const open = new Map<number, HourCounts>((saved?.open ?? []).map(([hour, rows]) => [hour, decodeHour(rows)]))

  return {
    add(entry) {
      const facilities = getOrMake(open, hourOf(entry.rx), newMap<Map<string, Counts>>)
      const facility = facilityIn(facilities, entry.f)
      count(entry, deviceIn(getOrMake(facilities, facility, newMap<Counts>), entry))
    },
    addOrdinary({ facility, device, deviceMs, rxMs, packet, late }, i) {
      const facilities = getOrMake(open, hourOf(rxMs[i]!), newMap<Map<string, Counts>>)
      const devices = getOrMake(facilities, facilityIn(facilities, facility[i]!), newMap<Counts>)
      const counts = getOrMake(devices, device[i]!, noCounts)
      counts.packets += packet[i]!
      counts.committed += packet[i]!
      counts.late += late[i]!
      countAccepted(counts, deviceMs[i]!)
    },
    hours: () => [...open.keys()].sort((a, b) => a - b),
    hour: hour => open.get(hour),
    reopen: (hour, rows) => void open.set(hour, rows),
    close: hour => void open.delete(hour),
    save: () => ({ open: [...open].map(([hour, rows]) => [hour, encodeHour(rows)]) }),
  }
}

const newMap = <V>(): Map<string, V> => new Map()

function count(entry: Entry, counts: Counts): void {
  if (entry.pk !== undefined) {
    counts.packets += 1
    counts.committed += entry.ms ?? 1
  }
  if (entry.df !== undefined) counts.deferred += 1
  if (entry.k === 'part') return
  if (entry.k !== 'a') counts[FATES[entry.k]] += 1
  counts.missing += entry.g ?? 0
  if (entry.rc !== undefined) counts.recovered += 1
  if (entry.k === 'r' && entry.h !== undefined) counts.received += 1
  if (entry.k !== 'a') return
  countAccepted(counts, entry.t)
  if (!entry.m) return
  for (const mark of entry.m) if (mark !== 'unsequenced') counts[mark] += 1
}

function countAccepted(counts: Counts, deviceMs: number): void {
  counts.accepted += 1
  counts.received += 1
  counts.fromMs = counts.accepted === 1 ? deviceMs : Math.min(counts.fromMs, deviceMs)
  counts.toMs = Math.max(counts.toMs, deviceMs + 1)
}

function facilityIn(facilities: HourCounts, name: string): string {
  if (facilities.has(name)) return name
  return facilities.size < MAX_FACILITIES && facilityIdSchema.safeParse(name).success ? name : ''
}

function deviceIn(devices: Map<string, Counts>, entry: Entry): Counts {
  const known = devices.get(entry.d)
  if (known) return known
  // Only a device that the registry knows gets any other fate, or a refusal that counts as received.
  const stranger = (entry.k === 'r' || entry.k === 'part') && entry.h === undefined
  const name = stranger && (!deviceIdSchema.safeParse(entry.d).success || tooMany(devices)) ? '' : entry.d
  return getOrMake(devices, name, noCounts)
}

function tooMany(devices: ReadonlyMap<string, Counts>): boolean {
  if (devices.size < MAX_STRANGERS) return false
  let strangers = 0
  for (const { received, duplicate, conflicting } of devices.values())
    if (received + duplicate + conflicting === 0) strangers += 1
  return strangers >= MAX_STRANGERS
}

const encodeHour = (rows: HourCounts): SavedHour =>
  [...rows].map(([facility, devices]) => [facility, [...devices].map(([id, counts]) => [id, encodeCounts(counts)])])
const decodeHour = (rows: SavedHour): HourCounts =>
  new Map(rows.map(([id, devices]) => [id, new Map(devices.map(([name, list]) => [name, decodeCounts(list)]))]))
