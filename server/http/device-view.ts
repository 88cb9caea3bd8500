/** A device as a reader may see it: values for those who may, technical state only for its maker. */
import { freshnessOf } from '../../core/freshness.ts'
import type { FacilityId } from '../../core/ids.ts'
import { deviceFreshness } from '../../core/place-state.ts'
import type { LiveDevice } from '../../core/platform-messages.ts'
import { type DeviceProfile, periodMs, unitOf } from '../../core/profile.ts'
import { profileById } from '../../core/profiles/index.ts'
import type { DeviceRecord, FacilityRecord, Registry } from '../../core/registry.ts'
import type { Device, DeviceDetail } from '../../core/rest/devices.ts'
import { fromWallClock, wallClock } from '../../core/time.ts'
import type { May } from '../auth/authority.ts'
import { ownerOfDevice } from '../auth/owners.ts'
import type { DailyState } from '../devices/daily-state.ts'
import type { Feed } from '../live/feed.ts'
import { createZoneClock } from '../zone-clock.ts'

type RoomsOfDevices = ReadonlyMap<string, { id: string; label: string }>

/** Where the devices of these facilities stand now, by `{facility}.{device}`. */
export async function roomsOfDevices(
  registry: Registry,
  facilities: readonly FacilityId[] | readonly string[],
  nowMs: number,
): Promise<RoomsOfDevices> {
  const found = new Map<string, { id: string; label: string }>()
  for (const facility of facilities) {
    const labels = new Map((await registry.rooms.listOf(facility)).map(({ id, label }) => [id, { id, label }]))
    for (const { device, room } of await registry.placements.during(facility, nowMs, nowMs + 1)) {
      const where = room === null ? undefined : labels.get(room)
      if (where) found.set(`${facility}.${device}`, where)
    }
  }
  return found
}

interface DeviceViewInput {
  may: May
  device: DeviceRecord
  facility: FacilityRecord
  feed: Feed
  rooms: RoomsOfDevices
  daily: DailyState
}

/**
 * Of a device in a facility its maker learns no moment: a door sensor is heard when somebody passes. So `heard` is then the day, the state
 * is that of one look a day, and the room, whose resident could be meant, is left out, as is the signal strength, which moves with people.
 */
export function deviceView(input: DeviceViewInput): Device {
  const { may, device, facility, feed, daily } = input
  const isHeard = feed.of(facility.id).devices.get(device.id)?.heard != null
  const open = may.see('values', ownerOfDevice(device, facility))
  // Until it is first heard there is nothing to keep.
  if (open || !isHeard) return presentView(input, open)
  return daily.of(`${facility.id}.${device.id}`, facility.zone, () => presentView(input, false))
}

function presentView({ device, facility, feed, rooms }: DeviceViewInput, open: boolean): Device {
  const zone = createZoneClock(facility.zone)
  const live = feed.of(facility.id).devices.get(device.id)
  const heardMs = live?.heard ?? null
  return {
    facility: device.facility,
    id: device.id,
    profile: device.profile,
    maker: device.maker,
    room: open ? (rooms.get(`${device.facility}.${device.id}`) ?? null) : null,
    active_from: zone.format(device.activeFromMs),
    heard: heardMs === null ? null : zone.format(open ? heardMs : startOfDay(heardMs, facility.zone)),
    online: live?.online ?? null,
    freshness: live ? presentFreshness(live, profileById(device.profile), feed.gatewayNowMs(facility.id)) : 'never',
    fw: live?.fw ?? null,
    battery: live?.battery ?? null,
    rssi: open ? (live?.rssi ?? null) : null,
    skew_ms: live?.skew_ms ?? null,
  }
}

/** The newest values of a device that has spoken. */
export function newestView(device: DeviceRecord, facility: FacilityRecord, feed: Feed): DeviceDetail['newest'] {
  const zone = createZoneClock(facility.zone)
  const live = feed.of(facility.id).devices.get(device.id)
  const now = feed.gatewayNowMs(facility.id)
  const metrics = Object.entries(profileById(device.profile)?.metrics ?? {})
  return Object.fromEntries(
    metrics.flatMap(([name, metric]) => {
      const newest = live && Object.hasOwn(live.newest, name) ? live.newest[name] : undefined
      if (!newest) return []
      const measuredMs = newest.at - (live?.skew_ms ?? 0)
      const freshness = freshnessOf(measuredMs, periodMs(metric), now)
      return [[name, { value: newest.v, unit: unitOf(metric), measured_at: zone.format(measuredMs), freshness }]]
    }),
  )
}

/** The gateway's word ages while its feed is away, so it is judged again here. */
function presentFreshness(live: LiveDevice, profile: DeviceProfile | undefined, nowMs: number) {
  if (!profile) return live.freshness
  const skewMs = live.skew_ms ?? 0
  const newest = Object.fromEntries(
    Object.entries(live.newest).map(([name, { v, at, since }]) => [
      name,
      { value: v, measuredMs: at - skewMs, changedMs: since - skewMs },
    ]),
  )
  return deviceFreshness(
    { id: live.id, profile, newest, stateEvent: null, online: live.online, heardMs: live.heard },
    nowMs,
  )
}

const startOfDay = (ms: number, zone: string): number =>
  fromWallClock({ ...wallClock(ms, zone), hour: 0, minute: 0, second: 0 }, zone)
