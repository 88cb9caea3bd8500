/** What one room shows now: the gateway's words joined with what only the server sees (its feed may have stopped). Pure. */
import { type Freshness, freshnessOf, worstFreshness } from '../../core/freshness.ts'
import { CLOCK_SUSPECT_MS } from '../../core/judge.ts'
import { FLAG_BATTERY_LOW, FLAG_CLOCK_SUSPECT, packFlags, type RoomColumns, stateIndex } from '../../core/live.ts'
import type { PlaceState } from '../../core/place-state.ts'
import type { LiveDevice } from '../../core/platform-messages.ts'
import { periodMs } from '../../core/profile.ts'
import type { StoredValue } from '../../core/readings.ts'
import type { FacilityFeed } from './feed.ts'
import type { Layout, LayoutRoom, PlacedDevice } from './layout.ts'

/** Per cent. */
const BATTERY_LOW = 15
/** A feed that is older makes the whole facility stale, and lost after three minutes. */
const FEED_STALE_MS = 10_000
const FEED_LOST_MS = 180_000

export interface ValueNow {
  value: StoredValue
  /** By the gateway's clock as far as we can tell, epoch ms. */
  measuredMs: number
  freshness: Freshness
  device: string
}
export interface RoomNow {
  state: PlaceState
  sinceMs: number | null
  freshness: Freshness
  batteryLow: boolean
  clockSuspect: boolean
  /** One for each metric of the layout. */
  values: (ValueNow | null)[]
  /** Of the values that come by themselves; null: there are none. */
  oldestPeriodicMs: number | null
}

/** @param nowMs the gateway's present time; @param feedAgeMs age of its last word, null: never heard */
export function roomNow(
  room: LayoutRoom,
  layout: Layout,
  feed: FacilityFeed,
  nowMs: number,
  feedAgeMs: number | null,
): RoomNow {
  const place = feed.places.get(room.record.id)
  const heard = room.devices.flatMap(device => {
    const live = feed.devices.get(device.record.id)
    return live ? [{ ...device, live }] : []
  })
  let oldestPeriodicMs: number | null = null
  const values = layout.metrics.map(({ name, digits }) => {
    const newest = newestOf(heard, name, nowMs)
    if (newest?.periodic) oldestPeriodicMs = Math.max(oldestPeriodicMs ?? 0, nowMs - newest.measuredMs)
    return newest && { ...newest, value: rounded(newest.value, digits) }
  })
  const own = place?.freshness ?? 'never'
  return {
    state: place?.state ?? 'not_installed',
    sinceMs: place?.since ?? null,
    freshness: own === 'never' ? own : worstFreshness([own, feedFreshness(feedAgeMs)]),
    batteryLow: heard.some(({ live }) => live.battery !== null && live.battery < BATTERY_LOW),
    clockSuspect: heard.some(({ live }) => live.skew_ms !== null && Math.abs(live.skew_ms) > CLOCK_SUSPECT_MS),
    values,
    oldestPeriodicMs,
  }
}

/** Columns of a room in the frame; see core/live.ts. */
export const roomColumns = (index: number, room: RoomNow): RoomColumns => [
  index,
  stateIndex(room.state),
  packFlags(room.freshness, (room.batteryLow ? FLAG_BATTERY_LOW : 0) | (room.clockSuspect ? FLAG_CLOCK_SUSPECT : 0)),
  room.sinceMs === null ? 0 : Math.floor(room.sinceMs / 1000),
  ...room.values.map(value => value?.value ?? null),
  room.oldestPeriodicMs === null ? -1 : Math.max(0, Math.round(room.oldestPeriodicMs / 1000)),
]

export const feedFreshness = (ageMs: number | null): Freshness =>
  ageMs === null || ageMs > FEED_LOST_MS ? 'lost' : ageMs > FEED_STALE_MS ? 'stale' : 'fresh'

/** The newest value of that name in the room, whichever of its devices measured it. */
function newestOf(
  heard: (PlacedDevice & { live: LiveDevice })[],
  name: string,
  nowMs: number,
): (ValueNow & { periodic: boolean }) | null {
  let best: (ValueNow & { periodic: boolean }) | null = null
  for (const { profile, live } of heard) {
    const metric = Object.hasOwn(profile.metrics, name)
      ? profile.metrics[name as keyof typeof profile.metrics]
      : undefined
    const newest = Object.hasOwn(live.newest, name) ? live.newest[name] : undefined
    if (!metric || !newest) continue
    const measuredMs = newest.at - (live.skew_ms ?? 0)
    if (best && best.measuredMs >= measuredMs) continue
    const period = periodMs(metric)
    best = {
      value: newest.v,
      measuredMs,
      freshness: freshnessOf(measuredMs, period, nowMs),
      device: live.id,
      periodic: period !== null,
    }
  }
  return best
}

const rounded = (value: StoredValue, digits: number): StoredValue =>
  typeof value === 'number' ? Math.round(value * 10 ** digits) / 10 ** digits : value
