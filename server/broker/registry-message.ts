/** Builds what a gateway must know of a facility from the registry: devices, their places now, their profiles; never a person. */

import { clientIdOf, placeIdSchema } from '../../core/ids.ts'
import type { RegistryMessage } from '../../core/platform-messages.ts'
import { profileById } from '../../core/profiles/index.ts'
import type { DeviceRecord, FacilityRecord, PlacementRecord, Registry } from '../../core/registry.ts'
import { awayNow } from '../away.ts'

export interface BuiltRegistryMessage {
  message: RegistryMessage
  /** The registry's version that was read; a later one may be contained already. */
  registryVersion: number
  /** When a placement, stay or absence begins or ends next, epoch ms; Infinity when none will. */
  changesMs: number
}

const EVER_MS = 8_640_000_000_000_000
const PAGE = 500

export async function buildRegistryMessage(
  registry: Registry,
  facility: FacilityRecord,
  nowMs: number,
): Promise<BuiltRegistryMessage> {
  // Read first: what is written meanwhile makes the version differ again and the message is built once more.
  const registryVersion = await registry.registryVersion(facility.id)
  const rooms = await registry.rooms.listOf(facility.id)
  const devices = (await devicesOf(registry, facility.id)).filter(device => profileById(device.profile))
  const hubs = await registry.hubs.of(facility.id)
  const placements = await registry.placements.during(facility.id, -EVER_MS, EVER_MS)
  const placeOf = presentPlaces(placements, nowMs)
  const away = await awayNow(registry, facility.id, placements, nowMs)
  const boundaries = [
    ...placements.flatMap(({ fromMs, toMs }) => (toMs === null ? [fromMs] : [fromMs, toMs])),
    ...away.boundaries,
  ]
  const profileIds = [...new Set(devices.map(device => device.profile))].toSorted()
  return {
    registryVersion,
    changesMs: Math.min(Number.POSITIVE_INFINITY, ...boundaries.filter(at => at > nowMs)),
    message: {
      v: 1,
      facility: facility.id,
      // Placements, stays and absences are never taken back, so this grows both with every write and when one begins or ends by itself.
      version: registryVersion + boundaries.filter(at => at <= nowMs).length,
      zone: facility.zone,
      devices: devices.map(device => ({
        id: device.id,
        profile: device.profile,
        place: placeOf.get(device.id) ?? null,
        active_from: device.activeFromMs,
        ...(away.devices.has(device.id) && { quiet: true }),
        ...(hubs.has(device.id) ? { speaks_for: hubs.get(device.id) ?? [] } : {}),
      })),
      places: rooms.map(room => ({ id: placeIdSchema.parse(room.id) })),
      profiles: profileIds.flatMap(id => profileById(id) ?? []),
    },
  }
}

function presentPlaces(placements: readonly PlacementRecord[], nowMs: number) {
  const present = placements.filter(({ fromMs, toMs }) => fromMs <= nowMs && (toMs === null || toMs > nowMs))
  return new Map(present.map(({ device, room }) => [device, room === null ? null : placeIdSchema.parse(room)]))
}

async function devicesOf(registry: Registry, facility: string): Promise<DeviceRecord[]> {
  const devices: DeviceRecord[] = []
  for (let after: string | undefined; ; ) {
    const page = await registry.devices.list({ facilities: [facility], limit: PAGE, after })
    devices.push(...page)
    const last = page.at(-1)
    if (!last || page.length < PAGE) return devices
    after = clientIdOf(last.facility, last.id)
  }
}
