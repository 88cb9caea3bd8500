/** What the gateway knows of its facilities: devices, places, profiles. From the registry topic, and from its last copy on disk. */
import { join } from 'node:path'
import type { DeviceId, FacilityId, PlaceId } from '../core/ids.ts'
import { type RegistryMessage, registryMessageSchema } from '../core/platform-messages.ts'
import type { DeviceProfile } from '../core/profile.ts'
import { facilityTopic, parseFacilityTopic } from '../core/topics.ts'
import type { BusMessage, GatewayBus } from './bus.ts'
import { readJson, writeJson } from './json-file.ts'
import { errorFields, type Log } from './log.ts'
import { isNoRoom } from './spool/segment-writer.ts'

export interface KnownDevice {
  /** Facility and device as one word. */
  key: string
  facility: FacilityId
  id: DeviceId
  profile: DeviceProfile
  place: PlaceId | null
  activeFromMs: number
  /** Whoever it watches is away. */
  quiet?: boolean
  /** The further devices of a hub. */
  speaksFor: readonly DeviceId[]
  /** The hub that lists it. */
  hub: DeviceId | null
}
export interface KnownFacility {
  id: FacilityId
  devices: ReadonlyMap<string, KnownDevice>
  places: readonly PlaceId[]
}

export interface FacilityRegistry {
  /** Another number after every change: what was looked up before may be out of date. */
  generation(): number
  /** Reads the copies on disk and listens. */
  start(): Promise<void>
  facilities(): Iterable<KnownFacility>
  device(facility: string, device: string): KnownDevice | undefined
  /** A facility that has a device of this name, whichever comes first. */
  elsewhere(facility: string, device: string): boolean
  /** Resolves once the facility is known. */
  known(facility: string): Promise<void>
  /** Whether every facility that was asked for is known. */
  complete(): boolean
}

export interface RegistryDeps {
  facilities: readonly string[] | 'all'
  bus: GatewayBus
  folder: string
  log: Log
  /** Called when the disk fails: the process has to end. */
  fatal(error: Error): void
  changed(facility: KnownFacility): void
}

export function createFacilityRegistry(deps: RegistryDeps): FacilityRegistry {
  const { facilities: wanted, bus, log } = deps
  const known = new Map<string, KnownFacility>()
  const waiting = new Map<string, (() => void)[]>()
  const fileOf = (facility: string): string => join(deps.folder, `registry-${facility}.json`)
  let writing: Promise<void> = Promise.resolve()
  let generation = 0

  return {
    generation: () => generation,
    async start() {
      if (wanted === 'all') return bus.subscribe(facilityTopic('+', 'registry'), receive)
      for (const facility of wanted) {
        const copy = await readJson(fileOf(facility), registryMessageSchema)
        if (copy) take(copy)
        await bus.subscribe(facilityTopic(facility, 'registry'), receive)
      }
    },
    facilities: () => known.values(),
    device: (facility, device) => known.get(facility)?.devices.get(device),
    elsewhere: (facility, device) =>
      [...known.values()].some(other => other.id !== facility && other.devices.has(device)),
    known: facility =>
      known.has(facility)
        ? Promise.resolve()
        : new Promise(resolve => waiting.set(facility, [...(waiting.get(facility) ?? []), resolve])),
    complete: () => wanted === 'all' || wanted.every(facility => known.has(facility)),
  }

  function receive({ topic, payload }: BusMessage): void {
    const facility = parseFacilityTopic(topic)?.facility
    const parsed = registryMessageSchema.safeParse(jsonOf(payload))
    if (!parsed.success || parsed.data.facility !== facility) {
      log.error({ facility }, 'the registry message cannot be read: the last one stays in force')
      return
    }
    take(parsed.data)
    if (wanted === 'all') return
    writing = writing
      .then(() => writeJson(fileOf(facility), parsed.data))
      .catch(error => {
        log.warn({ facility, ...errorFields(error) }, 'the registry could not be kept on disk')
        if (!isNoRoom(error)) deps.fatal(error)
      })
  }

  function take(message: RegistryMessage): void {
    const profiles = new Map(message.profiles.map(profile => [profile.id, profile]))
    const devices = new Map<string, KnownDevice>()
    const hubs = new Map(message.devices.flatMap(({ id, speaks_for = [] }) => speaks_for.map(listed => [listed, id])))
    for (const { id, profile: profileId, place, active_from, quiet = false, speaks_for = [] } of message.devices) {
      const profile = profiles.get(profileId)
      if (profile)
        devices.set(id, {
          key: `${message.facility}/${id}`,
          facility: message.facility,
          id,
          profile,
          place,
          activeFromMs: active_from,
          quiet,
          speaksFor: speaks_for,
          hub: hubs.get(id) ?? null,
        })
      else log.error({ facility: message.facility, device: id }, 'the registry names a profile that it does not hold')
    }
    const facility = { id: message.facility, devices, places: message.places.map(place => place.id) }
    known.set(facility.id, facility)
    generation += 1
    log.info({ facility: facility.id, version: message.version, devices: devices.size }, 'registry in force')
    deps.changed(facility)
    for (const resolve of waiting.get(facility.id) ?? []) resolve()
    waiting.delete(facility.id)
  }
}

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString())
  } catch {
    return null
  }
}
