/** How many rows the store took and refused, per device and gateway hour and since the first day; lives in the store cursor's data. */
import { HOUR_MS } from '../../core/ledger.ts'
import { getOrMake } from './get-or-make.ts'

/** Rows of one device-hour, or of a facility since its first day. */
export interface StoreCounts {
  stored: number
  deadLettered: number
}
export interface TalliedRow {
  facility: string
  device: string
  /** Gateway time, epoch ms. */
  rx: number
  position: number
}
export interface TalliedHour {
  /** Position of the first row counted for this hour: tells whether an older count of the same hour is contained in this one. */
  since: number
  /** Rows counted for it; grows with each. */
  rows: number
  of(facility: string, device: string): Readonly<StoreCounts> | undefined
  devices(): Iterable<readonly [facility: string, device: string]>
  facility(facility: string): ReadonlyMap<string, Readonly<StoreCounts>>
}

/**
 * Counted row by row when the store's cursor moves past them, and saved with that cursor: then a row is counted once whatever is killed.
 * `add` and `dead` must be called in the order of the rows, and `save` be given to the same `advance` that passes them.
 */
export interface StoreTally {
  /** The store has confirmed this row. */
  add(row: TalliedRow): void
  /** This row went to the dead letters. */
  dead(row: TalliedRow): void
  hours(): number[]
  hour(hour: number): TalliedHour | null
  /** Forgets an hour that the ledger has taken over; what comes for it later begins anew. */
  prune(hour: number): void
  totals(facility: string): StoreCounts
  /** Plain data for the cursor; a copy. */
  save(): SavedTally
}

type SavedCounts = [stored: number, deadLettered: number]
export interface SavedTally {
  totals: [facility: string, ...SavedCounts][]
  hours: [hour: number, since: number, devices: [facility: string, device: string, ...SavedCounts][]][]
}

interface Hour {
  since: number
  facilities: Map<string, Map<string, StoreCounts>>
}

/** @param saved what `save` gave to the cursor; null: the first day. Totals alone, as older gateways kept them, are taken over. */
export function createStoreTally(saved: unknown): StoreTally {
  const totals = new Map<string, StoreCounts>()
  const hours = new Map<number, Hour>()
  restore(saved)

  return {
    add: row => {
      countOf(row).stored += 1
      totalOf(row.facility).stored += 1
    },
    dead: row => {
      countOf(row).deadLettered += 1
      totalOf(row.facility).deadLettered += 1
    },
    hours: () => [...hours.keys()],
    hour(hour) {
      const found = hours.get(hour)
      return found ? viewOf(found) : null
    },
    prune: hour => void hours.delete(hour),
    totals: facility => ({ ...totalOf(facility) }),
    save: () => ({
      totals: [...totals].map(([facility, { stored, deadLettered }]) => [facility, stored, deadLettered]),
      hours: [...hours].map(([hour, { since, facilities }]) => [
        hour,
        since,
        [...facilities].flatMap(([facility, devices]) =>
          [...devices].map(([device, { stored, deadLettered }]): [string, string, ...SavedCounts] => [
            facility,
            device,
            stored,
            deadLettered,
          ]),
        ),
      ]),
    }),
  }

  function countOf(row: TalliedRow): StoreCounts {
    const at = row.rx - (row.rx % HOUR_MS)
    const hour = getOrMake(hours, at, () => ({ since: row.position, facilities: new Map() }))
    return getOrMake(getOrMake(hour.facilities, row.facility, newDevices), row.device, none)
  }

  function totalOf(facility: string): StoreCounts {
    return getOrMake(totals, facility, none)
  }

  function restore(data: unknown): void {
    if (!isSaved(data)) {
      for (const [facility, counts] of Object.entries((data ?? {}) as Record<string, StoreCounts>))
        totals.set(facility, { ...counts })
      return
    }
    for (const [facility, stored, deadLettered] of data.totals) totals.set(facility, { stored, deadLettered })
    for (const [at, since, devices] of data.hours) {
      const hour: Hour = { since, facilities: new Map() }
      for (const [facility, device, stored, deadLettered] of devices) {
        getOrMake(hour.facilities, facility, newDevices).set(device, { stored, deadLettered })
      }
      hours.set(at, hour)
    }
  }
}

const none = (): StoreCounts => ({ stored: 0, deadLettered: 0 })
const newDevices = (): Map<string, StoreCounts> => new Map()

const viewOf = ({ since, facilities }: Hour): TalliedHour => {
  const counts = [...facilities.values()].flatMap(devices => [...devices.values()])
  return {
    since,
    rows: counts.reduce((sum, { stored, deadLettered }) => sum + stored + deadLettered, 0),
    of: (facility, device) => facilities.get(facility)?.get(device),
    facility: facility => facilities.get(facility) ?? new Map(),
    devices: () =>
      [...facilities].flatMap(([facility, devices]) => [...devices.keys()].map(id => [facility, id] as const)),
  }
}

const isSaved = (data: unknown): data is SavedTally =>
  typeof data === 'object' && data !== null && 'hours' in data && Array.isArray(data.hours)
