/** Reads from the store what a board shows of the past when the server has just started: half an hour of minutes, recent events. */
import { stateIndex } from '../../core/live.ts'
import type { TelemetrySource } from '../../core/ports.ts'
import type { BodyState } from '../../core/profile.ts'
import type { StoredEvent } from '../../core/readings.ts'
import type { Layout, LayoutRoom } from './layout.ts'
import { MINUTES, type Minutes } from './minutes.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Events read to know the recent ones and what the room was doing; more would not be shown. */
const MAX_EVENTS = 500

/** The facility's events of the last day, newest first. */
export const recentEvents = (source: TelemetrySource, layout: Layout, nowMs: number): Promise<StoredEvent[]> =>
  source.events({ facility: layout.facility.id, fromMs: nowMs - DAY_MS, toMs: nowMs + MINUTE_MS, limit: MAX_EVENTS })

/** Fills the minutes of all rooms; what was noted meanwhile stays. */
export async function fillMinutes(
  source: TelemetrySource,
  layout: Layout,
  events: readonly StoredEvent[],
  minutes: Minutes,
  nowMs: number,
): Promise<void> {
  const toMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
  const fromMs = toMs - (MINUTES - 1) * MINUTE_MS
  for (const room of layout.rooms) {
    if (room.devices.length === 0) continue
    const values = await valuesOf(source, layout, room, fromMs, toMs)
    const claims = [...(await stateClaims(source, layout, room, fromMs, toMs)), ...eventClaims(room, events)].sort(
      (a, b) => a.atMs - b.atMs,
    )
    for (let at = fromMs; at < toMs; at += MINUTE_MS) {
      const claim = claims.findLast(({ atMs }) => atMs < at + MINUTE_MS)
      minutes.fill(room.record.id, at, claim ? stateIndex(claim.state) : null, values.get(at) ?? null)
    }
  }
}

/** The metric whose numbers make the room's line: the first board metric of its devices that is a number. */
export function lineMetric(room: LayoutRoom): { device: string; metric: string } | null {
  for (const { record, profile } of room.devices)
    for (const name of profile.board)
      if (profile.metrics[name]?.kind === 'number') return { device: record.id, metric: name }
  return null
}

async function valuesOf(source: TelemetrySource, layout: Layout, room: LayoutRoom, fromMs: number, toMs: number) {
  const line = lineMetric(room)
  const device = room.devices.find(({ record }) => record.id === line?.device)?.record
  if (!line || !device) return new Map<number, number>()
  const query = { facility: layout.facility.id, device: device.id, metric: line.metric, fromMs, toMs }
  const buckets = await source.buckets({ ...query, buckets: MINUTES - 1 })
  return new Map(buckets.flatMap(({ startMs, mean }) => (mean === null ? [] : [[startMs, mean] as const])))
}

interface Claim {
  atMs: number
  state: BodyState
}

async function stateClaims(
  source: TelemetrySource,
  layout: Layout,
  room: LayoutRoom,
  fromMs: number,
  toMs: number,
): Promise<Claim[]> {
  const claims: Claim[] = []
  for (const { record, profile } of room.devices) {
    for (const [metric, definition] of Object.entries(profile.metrics)) {
      if (definition.kind !== 'enum' || !definition.states) continue
      const query = { facility: layout.facility.id, device: record.id, metric, fromMs, toMs }
      for (const { startMs, last } of await source.buckets({ ...query, buckets: MINUTES - 1 })) {
        const state = definition.states[String(last)]
        if (state) claims.push({ atMs: startMs, state })
      }
    }
  }
  return claims
}

function eventClaims(room: LayoutRoom, events: readonly StoredEvent[]): Claim[] {
  return events.flatMap(({ device, event, deviceMs }) => {
    const profile = room.devices.find(({ record }) => record.id === device)?.profile
    const state = Object.entries(profile?.events ?? {}).find(([name]) => name === event)?.[1].state
    return state ? [{ atMs: deviceMs, state }] : []
  })
}
