/** What of a facility is due: before which instant, in which pieces, and what stays of it and why. */
import type { TelemetrySource } from '../../core/ports.ts'
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import type { RetentionKept } from '../../core/registry-retention.ts'
import { fromWallClock, wallClock } from '../../core/time.ts'
import { deviceKey } from '../live/layout.ts'
import { holdsOf } from './holds.ts'
import { type Piece, piecesOf, type Span } from './spans.ts'

const DAY_MS = 86_400_000
/** `too_old` refuses what lies further back; a day for the zone. */
const BEFORE_ACTIVE_MS = 31 * DAY_MS

export interface Due {
  /** What was measured before is due. */
  beforeMs: number
  /** Nothing was accepted from before. */
  oldestMs: number
  pieces: Piece[]
  /** Device ids of the facility. */
  devices: string[]
  kept: RetentionKept[]
}

export async function dueOf(registry: Registry, facility: FacilityRecord, days: number, nowMs: number): Promise<Due> {
  const beforeMs = dayBegins(nowMs, days, facility.zone)
  const records = await devicesOf(registry, facility.id)
  const active = records.reduce((min, { activeFromMs }) => Math.min(min, activeFromMs), beforeMs)
  const holds = await holdsOf(registry, facility, nowMs)
  const kept = holds
    .filter(({ fromMs }) => fromMs < beforeMs)
    .map(({ reason, id, devices, fromMs, toMs }) => ({
      reason,
      id,
      devices: devices.size,
      fromMs: Math.max(0, fromMs),
      toMs: Math.min(toMs, beforeMs),
    }))
  return {
    beforeMs,
    oldestMs: Math.max(0, active - BEFORE_ACTIVE_MS),
    pieces: piecesOf({ fromMs: 0, toMs: beforeMs }, holds),
    devices: records.map(({ id }) => id),
    kept,
  }
}

export interface Counted {
  telemetry: number
  events: number
}
/** About so many messages are counted, and removed, at once. */
const AT_ONCE = 1_000_000
const SHORTEST_MS = 3_600_000
/** The longest that a gateway removes at once. */
const LONGEST_MS = 31 * DAY_MS

/** The parts of a span that hold something, in order of time, none of them with much more than a million messages; counts each part once or twice. */
export async function* portionsOf(
  { fromMs, toMs }: Span,
  oldestMs: number,
  count: (span: Span) => Promise<Counted>,
): AsyncIterable<Span & Counted> {
  let from = fromMs
  for (let length = from < oldestMs ? oldestMs - from : DAY_MS; from < toMs; ) {
    // Where nothing is expected steps of any length are cheap; what does lie there is found by halving them.
    const isEarly = from < oldestMs
    const span = { fromMs: from, toMs: Math.min(isEarly ? Math.min(toMs, oldestMs) : toMs, from + length) }
    const found = await count(span)
    const messages = found.telemetry + found.events
    const long = span.toMs - span.fromMs
    if ((messages > AT_ONCE && long > SHORTEST_MS) || (messages > 0 && long > LONGEST_MS)) {
      length = Math.max(SHORTEST_MS, Math.ceil(long / 2))
      continue
    }
    if (messages > 0) yield { ...span, ...found }
    from = span.toMs
    if (isEarly && from >= oldestMs) length = DAY_MS
    else if (messages < AT_ONCE / 4) length = Math.min(isEarly ? oldestMs : LONGEST_MS, length * 2)
  }
}

/** Named devices, or all of the facility; null: none. */
export const takenOf = ({ held }: Piece, devices: readonly string[]): { devices?: string[] } | null => {
  if (held.size === 0) return {}
  const free = devices.filter(id => !held.has(id))
  return free.length === 0 ? null : { devices: free }
}

export const countIn = (
  source: TelemetrySource,
  facility: FacilityRecord,
  span: Span,
  taken: { devices?: readonly string[] },
): Promise<{ telemetry: number; events: number }> =>
  source.count({ facility: facility.id, fromMs: span.fromMs, toMs: span.toMs, ...taken } as Parameters<
    TelemetrySource['count']
  >[0])

/** Midnight in the zone, so many days before the day of an instant. */
function dayBegins(nowMs: number, daysBefore: number, zone: string): number {
  const { year, month, day } = wallClock(nowMs, zone)
  const at = new Date(Date.UTC(year, month - 1, day - daysBefore))
  const wall = {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: 0,
    minute: 0,
    second: 0,
  }
  return Math.max(0, fromWallClock(wall, zone))
}

async function devicesOf(registry: Registry, facility: string) {
  const all: Awaited<ReturnType<Registry['devices']['list']>> = []
  for (let after: string | undefined; ; ) {
    const page = await registry.devices.list({
      facilities: [facility],
      limit: 500,
      ...(after === undefined ? {} : { after }),
    })
    all.push(...page)
    const last = page.at(-1)
    if (!last || page.length < 500) return all
    after = deviceKey(last)
  }
}
