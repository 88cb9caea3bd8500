/** What gateway tests share: a registry message, a store in memory, messages, waiting for something to become true. */
import type { DeviceId, FacilityId, PlaceId } from '../../core/ids.ts'
import type { RegistryMessage } from '../../core/platform-messages.ts'
import type { TelemetrySink, TelemetrySource } from '../../core/ports.ts'
import { profiles } from '../../core/profiles/index.ts'
import { keyTimeMs, type StoredRow } from '../../core/readings.ts'

export const facilityId = (id: string): FacilityId => id as FacilityId

/** Sleep mats, each in a place of its own. */
export function registryOf(
  facility: string,
  devices: readonly string[],
  version = 1,
  messagesPerSecond = 1e6,
): RegistryMessage {
  return {
    v: 1,
    facility: facility as FacilityId,
    version,
    zone: 'Asia/Tokyo',
    devices: devices.map(id => ({
      id: id as DeviceId,
      profile: 'bed.sleep_mat' as RegistryMessage['devices'][number]['profile'],
      place: `room-${id}` as PlaceId,
      active_from: Date.UTC(2026, 0, 1),
    })),
    places: devices.map(id => ({ id: `room-${id}` as PlaceId })),
    // Tests send as fast as they can; the rate limit has tests of its own.
    profiles: profiles
      .filter(profile => profile.id === 'bed.sleep_mat')
      .map(profile => ({ ...profile, messages_per_second: messagesPerSecond })),
  }
}

export interface MemorySink extends TelemetrySink, Pick<TelemetrySource, 'countByDevice'> {
  rows: StoredRow[]
  /** Runs before each write; may throw. */
  before(rows: readonly StoredRow[]): void | Promise<void>
}

/** Like a store that knows rows by their key. */
export function memorySink(): MemorySink {
  const keys = new Set<string>()
  const write = async (rows: readonly StoredRow[]): Promise<void> => {
    await sink.before(rows)
    for (const row of rows) {
      const key = `${row.facility}/${row.device}/${row.kind}/${row.key}`
      if (keys.has(key)) continue
      keys.add(key)
      sink.rows.push(row)
    }
  }
  const sink: MemorySink = {
    concurrency: 2,
    rows: [],
    before: () => undefined,
    write,
    restore: write,
    async remove({ facility, devices, fromMs, toMs }) {
      const isMeant = (row: StoredRow): boolean =>
        row.facility === facility &&
        (devices?.includes(row.device) ?? true) &&
        keyTimeMs(row.key) >= fromMs &&
        keyTimeMs(row.key) < toMs
      sink.rows = sink.rows.filter(row => !isMeant(row))
    },
    async countByDevice({ facility, devices, fromMs, toMs, rxFromMs, rxToMs }) {
      const counts = new Map<string, number>()
      for (const row of sink.rows) {
        const atMs = keyTimeMs(row.key)
        const asked = row.facility === facility && (!devices || devices.includes(row.device))
        if (asked && atMs >= fromMs && atMs < toMs && row.rx >= rxFromMs && row.rx < rxToMs)
          counts.set(row.device, (counts.get(row.device) ?? 0) + 1)
      }
      return counts
    },
    position: async () => null,
    stop: async () => undefined,
  }
  return sink
}

export const telemetry = (boot: string, seq: number, more: object = {}): string =>
  JSON.stringify({ v: 1, boot, seq, ts: Date.now(), metrics: { heart_rate: 60 + (seq % 40), resp_rate: 16 }, ...more })

export const bedExit = (boot: string, seq: number, more: object = {}): string =>
  JSON.stringify({ v: 1, boot, seq, ts: Date.now(), event: 'bed_exit', ...more })

/** Looks again until it holds; the deadline only bounds a failure. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
