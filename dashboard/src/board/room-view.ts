/** What one tile shows, made from a snapshot's room or from a frame's columns; a new object only when something shown has changed. */
import type { Freshness } from '../../../core/freshness.ts'
import {
  FLAG_BATTERY_LOW,
  FLAG_CLOCK_SUSPECT,
  freshnessFromFlags,
  type RoomColumns,
  stateFromIndex,
  stateIndex,
} from '../../../core/live.ts'
import type { PlaceState } from '../../../core/place-state.ts'
import type { StoredValue } from '../../../core/readings.ts'
import type { Board, BoardRoom } from '../../../core/rest/board.ts'

export interface RoomView {
  id: string
  label: string
  unit: string
  state: PlaceState
  /** Epoch ms; null: unknown. */
  sinceMs: number | null
  freshness: Freshness
  batteryLow: boolean
  clockSuspect: boolean
  /** Everybody who lives there is away. */
  absent?: boolean
  /** One per `layout.metrics`. */
  values: readonly (StoredValue | null)[]
  /** Coarse age of the oldest periodic value in s (whole minutes from one minute on); null: none or fresh. */
  ageS: number | null
  /** Last 30 minutes, oldest first: index into PLACE_STATES or null. */
  recentStates: readonly (number | null)[]
  recentValues: readonly (number | null)[]
  devices: readonly string[]
}

const RECENT_MINUTES = 30
const coarse = (ageS: number): number => (ageS < 60 ? ageS - (ageS % 10) : ageS - (ageS % 60))
const isAged = (freshness: Freshness): boolean =>
  freshness === 'ageing' || freshness === 'stale' || freshness === 'lost'

/** A list of exactly 30 entries, newest last. */
const lastMinutes = <T>(all: readonly (T | null)[]): (T | null)[] => {
  const kept = all.slice(-RECENT_MINUTES)
  return [...Array.from({ length: RECENT_MINUTES - kept.length }, () => null), ...kept]
}

export function roomFromSnapshot(room: BoardRoom, board: Board, nowMs: number): RoomView {
  const measured = Object.values(room.values)
    .filter(value => isAged(value.freshness))
    .map(value => Date.parse(value.measured_at))
  return {
    id: room.id,
    label: room.label,
    unit: room.unit,
    state: room.state,
    sinceMs: room.since === null ? null : Date.parse(room.since),
    freshness: room.freshness,
    batteryLow: room.battery_low,
    clockSuspect: false,
    absent: room.absent ?? false,
    values: board.layout.metrics.map(metric => room.values[metric.name]?.value ?? null),
    ageS:
      isAged(room.freshness) && measured.length > 0 ? coarse(Math.round((nowMs - Math.min(...measured)) / 1000)) : null,
    // The snapshot's own list of states may be ordered otherwise.
    recentStates: lastMinutes(
      room.recent_states.map(index => (index === null ? null : stateIndex(board.layout.states[index] ?? 'unclear'))),
    ),
    recentValues: lastMinutes(room.recent_values),
    devices: room.devices,
  }
}

/** @returns `before` itself when nothing that is shown differs. */
export function roomFromFrame(before: RoomView, columns: RoomColumns, metricCount: number): RoomView {
  const [, state, flags, since] = columns
  const freshness = freshnessFromFlags(flags)
  const age = columns[4 + metricCount]
  const next: RoomView = {
    ...before,
    state: stateFromIndex(state),
    sinceMs: since > 0 ? since * 1000 : null,
    freshness,
    batteryLow: (flags & FLAG_BATTERY_LOW) !== 0,
    clockSuspect: (flags & FLAG_CLOCK_SUSPECT) !== 0,
    values: columns.slice(4, 4 + metricCount),
    ageS: isAged(freshness) && typeof age === 'number' && age >= 0 ? coarse(age) : null,
  }
  return isSame(before, next) ? before : next
}

const isSame = (a: RoomView, b: RoomView): boolean =>
  a.state === b.state &&
  a.sinceMs === b.sinceMs &&
  a.freshness === b.freshness &&
  a.batteryLow === b.batteryLow &&
  a.clockSuspect === b.clockSuspect &&
  a.ageS === b.ageS &&
  a.values.length === b.values.length &&
  a.values.every((value, i) => value === b.values[i])

/** A minute has passed: what is shown now becomes the newest of the last 30 minutes. */
export const withMinute = (room: RoomView, sparkColumn: number): RoomView => {
  const value = room.values[sparkColumn]
  return {
    ...room,
    recentStates: [...room.recentStates.slice(1), stateIndex(room.state)],
    recentValues: [
      ...room.recentValues.slice(1),
      typeof value === 'number' && room.freshness === 'fresh' ? value : null,
    ],
  }
}
