/** Writes the board of a facility down as GET /facilities/:id/board gives it. Pure. */
import type { BoardEventMessage } from '../../core/live.ts'
import { PLACE_STATES } from '../../core/place-state.ts'
import type { Board, BoardCondition, BoardRoom } from '../../core/rest/board.ts'
import { createZoneClock } from '../zone-clock.ts'
import type { Layout } from './layout.ts'
import type { Minutes } from './minutes.ts'
import type { RoomNow } from './room-now.ts'

/** Names of a room's columns in the frame around its values; see RoomColumns in core/live.ts. */
const COLUMNS_BEFORE = ['index', 'state', 'flags', 'since'] as const
const COLUMN_AFTER = 'age'

export interface BoardNow {
  layout: Layout
  /** In the layout's order. */
  rooms: readonly RoomNow[]
  minutes: Minutes
  /** Newest first. */
  events: readonly BoardEventMessage[]
  conditions: readonly BoardCondition[]
  alarmSeq: number
  feedAgeMs: number | null
  frameSeq: number
  nowMs: number
}

export function snapshotOf(now: BoardNow): Board {
  const { layout, rooms, minutes, events, feedAgeMs, frameSeq, nowMs } = now
  const { facility, metrics, version } = layout
  const zone = createZoneClock(facility.zone)
  return {
    facility: { id: facility.id, name: facility.name, zone: facility.zone },
    serverTime: zone.format(nowMs),
    frameSeq,
    alarmSeq: now.alarmSeq,
    feedAgeMs,
    layout: {
      version,
      columns: [...COLUMNS_BEFORE, ...metrics.map(({ name }) => name), COLUMN_AFTER],
      metrics: metrics as Board['layout']['metrics'],
      states: [...PLACE_STATES],
    },
    rooms: layout.rooms.map(({ record, devices, absent }, index): BoardRoom => {
      const room = rooms[index] as RoomNow
      const recent = minutes.of(record.id, nowMs)
      const values = room.values.flatMap((shown, column) => {
        const metric = metrics[column]
        if (!shown || !metric) return []
        const { value, freshness, device, measuredMs } = shown
        return [[metric.name, { value, unit: metric.unit, measured_at: zone.format(measuredMs), freshness, device }]]
      })
      return {
        id: record.id,
        label: record.label,
        unit: record.unit,
        state: room.state,
        since: room.sinceMs === null ? null : zone.format(room.sinceMs),
        alarm: null,
        freshness: room.freshness,
        ...(absent && { absent }),
        battery_low: room.batteryLow,
        values: Object.fromEntries(values) as BoardRoom['values'],
        recent_states: recent.states,
        recent_values: recent.values,
        devices: devices.map(device => device.record.id),
      }
    }),
    events: events as Board['events'],
    conditions: [...now.conditions],
  }
}
