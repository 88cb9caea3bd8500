/** How a facility's board is laid out: its rooms in order, the devices that stand in them now, the value columns. */
import { createHash } from 'node:crypto'
import type { DeviceProfile, Metric, Text } from '../../core/profile.ts'
import { unitOf } from '../../core/profile.ts'
import { profileById } from '../../core/profiles/index.ts'
import type { DeviceRecord, FacilityRecord, PlacementRecord, Registry } from '../../core/registry.ts'
import type { RoomRecord } from '../../core/registry-places.ts'
import { awayNow } from '../away.ts'

export interface PlacedDevice {
  record: DeviceRecord
  profile: DeviceProfile
}
export interface LayoutRoom {
  record: RoomRecord
  devices: PlacedDevice[]
  /** Everybody who lives there is away. */
  absent: boolean
}
export interface LayoutMetric {
  name: string
  unit: string | null
  digits: number
  label: Text
}
export interface Layout {
  facility: FacilityRecord
  /** A fingerprint of all that a browser must know beforehand: equal on every server, and after every restart. */
  version: number
  rooms: LayoutRoom[]
  roomOfDevice: ReadonlyMap<string, LayoutRoom>
  metrics: LayoutMetric[]
  /** The registry's version of which it was made. */
  registryVersion: number
  /** When a placement, stay or absence begins or ends next; Infinity: none is known. */
  changesMs: number
}

const FAR_MS = 8_640_000_000_000_000

export async function readLayout(registry: Registry, facility: FacilityRecord, nowMs: number): Promise<Layout> {
  const registryVersion = await registry.registryVersion(facility.id)
  const rooms = await registry.rooms.listOf(facility.id)
  const placements = await registry.placements.during(facility.id, nowMs, FAR_MS)
  const devices = await allDevices(registry, facility.id)
  const present = placements.filter(placement => placement.fromMs <= nowMs)
  const away = await awayNow(registry, facility.id, placements, nowMs)
  const layoutRooms = rooms.map(record => ({
    record,
    devices: placedIn(record, present, devices),
    absent: away.rooms.has(record.id),
  }))
  const metrics = metricsOf(layoutRooms.flatMap(room => room.devices.map(device => device.profile)))
  const fingerprint = JSON.stringify([
    rooms.map(({ id, label, unit }) => [id, label, unit]),
    layoutRooms.map(room => [
      room.absent,
      room.devices.map(({ record, profile }) => [record.id, profile.id, profile.version]),
    ]),
    metrics,
  ])
  return {
    facility,
    registryVersion,
    version: createHash('sha256').update(fingerprint).digest().readUInt32BE(0),
    rooms: layoutRooms,
    roomOfDevice: new Map(layoutRooms.flatMap(room => room.devices.map(device => [device.record.id, room] as const))),
    metrics,
    changesMs: Math.min(
      Number.POSITIVE_INFINITY,
      ...placements.flatMap(({ fromMs, toMs }) => [fromMs, toMs ?? 0].filter(at => at > nowMs)),
      ...away.boundaries.filter(at => at > nowMs),
    ),
  }
}

async function allDevices(registry: Registry, facility: string): Promise<Map<string, DeviceRecord>> {
  const devices = new Map<string, DeviceRecord>()
  for (let after: string | undefined; ; ) {
    const page = await registry.devices.list({ facilities: [facility], limit: 500, after })
    for (const device of page) devices.set(device.id, device)
    const last = page.at(-1)
    if (!last || page.length < 500) return devices
    after = deviceKey(last)
  }
}

/** Key of a device in lists of devices. */
export const deviceKey = (device: Pick<DeviceRecord, 'facility' | 'id'>): string => `${device.facility}.${device.id}`

function placedIn(room: RoomRecord, present: PlacementRecord[], devices: Map<string, DeviceRecord>): PlacedDevice[] {
  return present
    .filter(placement => placement.room === room.id)
    .flatMap(placement => {
      const record = devices.get(placement.device)
      const profile = record && profileById(record.profile)
      return record && profile ? [{ record, profile }] : []
    })
}

/** Board metrics of all profiles that stand somewhere; those of watching devices first, each name once. */
function metricsOf(profiles: DeviceProfile[]): LayoutMetric[] {
  const distinct = [...new Map(profiles.map(profile => [profile.id, profile])).values()].sort(
    (a, b) => Number(b.role === 'watch') - Number(a.role === 'watch') || (a.id < b.id ? -1 : 1),
  )
  const metrics = new Map<string, LayoutMetric>()
  for (const profile of distinct) {
    for (const name of profile.board) {
      const metric = profile.metrics[name] as Metric
      if (metrics.has(name)) continue
      const digits = metric.kind === 'number' ? metric.digits : 0
      metrics.set(name, { name, unit: unitOf(metric), digits, label: metric.label })
    }
  }
  return [...metrics.values()]
}
