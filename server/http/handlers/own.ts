/** What handlers about places and people share: whose facility it is, its zone, times. */
import type { FacilityRecord, Registry } from '../../../core/registry.ts'
import type { ResidentRecord } from '../../../core/registry-people.ts'
import { parseRfc3339 } from '../../../core/time.ts'
import { type May, requireFacility } from '../../auth/authority.ts'
import { createZoneClock } from '../../zone-clock.ts'
import { refuse } from '../call.ts'

/** Writes an instant in the zone of a facility. */
export type Format = (facility: string, ms: number) => string

export const keyOf = ({ id }: { id: string }): string => id

/** Nothing that is recorded here lies outside; the ends of the calendar cannot be written in every zone. */
const FIRST_MS = Date.UTC(1900, 0, 1)
const LAST_MS = Date.UTC(2200, 0, 1)

/** The schema has checked the form already; this refuses days that do not exist, and times that nobody can mean. */
export function instant(text: string): number {
  const ms = parseRfc3339(text)
  if (ms === null) return refuse('bad_request', `${text} is no time that exists.`)
  return ms >= FIRST_MS && ms < LAST_MS ? ms : refuse('bad_request', `${text} lies outside the years 1900 to 2199.`)
}

/** The own facilities, or the one asked for. */
export function facilitiesOf(may: May, asked: string | undefined): readonly string[] {
  if (asked === undefined) return may.list().facilities ?? []
  requireFacility(may, asked)
  return [asked]
}

export async function zonesOf(registry: Registry, facilities: readonly string[]): Promise<Format> {
  const records = await Promise.all([...new Set(facilities)].map(facility => registry.facilities.get(facility)))
  const zones = new Map(
    records.flatMap(record => (record ? [[record.id as string, createZoneClock(record.zone)]] : [])),
  )
  return (facility, ms) => (zones.get(facility) ?? createZoneClock('UTC')).format(ms)
}

/** A facility of one's own that people live in. */
export async function careFacility(registry: Registry, may: May, id: string): Promise<FacilityRecord> {
  requireFacility(may, id)
  const facility = await registry.facilities.get(id)
  if (!facility) return refuse('not_found', `There is no facility ${id}.`)
  if (facility.benchOf !== null) refuse('bad_request', 'A bench has no residents.')
  return facility
}

/** Throws `not_found` equally for residents who do not exist and who live elsewhere. */
export async function ownResident(registry: Registry, may: May, id: string): Promise<ResidentRecord> {
  const resident = await registry.residents.get(id)
  if (!resident || !may({ facility: resident.facility })) return refuse('not_found', `You have no resident ${id}.`)
  return resident
}

/** Says which field names a resident that the facility does not have. */
export async function requireResident(registry: Registry, facility: string, id: string): Promise<void> {
  const resident = await registry.residents.get(id)
  if (resident?.facility !== facility) refuse('bad_request', `resident: ${facility} has no resident ${id}.`)
}

export async function requireDevice(registry: Registry, facility: string, id: string): Promise<void> {
  if (!(await registry.devices.get(facility, id))) refuse('bad_request', `device: ${facility} has no device ${id}.`)
}

export async function requireRoom(registry: Registry, facility: string, id: string): Promise<void> {
  const room = await registry.rooms.get(id)
  if (room?.facility !== facility) return refuse('bad_request', `room: ${facility} has no room ${id}.`)
  if (room.closedMs !== null) refuse('bad_request', `room: ${room.label} is closed.`)
}

export async function requireBed(registry: Registry, room: string | null, id: string): Promise<void> {
  const bed = await registry.beds.get(id)
  if (!bed || bed.room !== room) return refuse('bad_request', `bed: the room has no bed ${id}.`)
  if (bed.closedMs !== null) refuse('bad_request', `bed: ${bed.label} is closed.`)
}
