/** Routes of residents (by opaque number only), of where devices stand for them, and of their consents. */

import type { ConsentRecord, FacilityRecord, PlacementRecord } from '../../../core/registry.ts'
import type { Me } from '../../../core/rest/session.ts'
import { parseRfc3339 } from '../../../core/time.ts'
import { requireOwnFacility } from '../../auth/scope.ts'
import { createZoneClock } from '../../zone-clock.ts'
import { type Handlers, refuse } from '../call.ts'
import { pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'

type Names = 'residents' | 'createResident' | 'placements' | 'createPlacement' | 'consents' | 'createConsent'

export function peopleHandlers({ registry, clock, announce }: HandlerDeps): Pick<Handlers, Names> {
  /** The own facilities, or the one asked for. */
  const facilitiesOf = (me: Me, asked: string | undefined): readonly string[] => {
    if (asked === undefined) return me.facilities
    requireOwnFacility(me, asked)
    return [asked]
  }
  const zonesOf = async (facilities: readonly string[]): Promise<(facility: string, ms: number) => string> => {
    const records = await Promise.all(facilities.map(facility => registry.facilities.get(facility)))
    const zones = new Map(
      records.flatMap(record => (record ? [[record.id as string, createZoneClock(record.zone)]] : [])),
    )
    return (facility, ms) => (zones.get(facility) ?? createZoneClock('UTC')).format(ms)
  }
  const careFacility = async (me: Me, id: string): Promise<FacilityRecord> => {
    requireOwnFacility(me, id)
    const facility = await registry.facilities.get(id)
    if (!facility) return refuse('not_found', `There is no facility ${id}.`)
    if (facility.benchOf !== null) refuse('bad_request', 'A bench has no residents.')
    return facility
  }
  const requireResident = async (facility: string, id: string): Promise<void> => {
    const resident = await registry.residents.get(id)
    if (resident?.facility !== facility) refuse('bad_request', `resident: ${facility} has no resident ${id}.`)
  }

  return {
    residents: ({ me, query }) => {
      const facilities = facilitiesOf(me, query.facility)
      return pageOf(
        query,
        page => registry.residents.list({ facilities, ...page }),
        keyOf,
        ({ id, facility }) => ({ id, facility }),
      )
    },

    async createResident({ me, body }) {
      await careFacility(me, body.facility)
      const { id, facility } = await registry.residents.create(body.facility, clock())
      return { id, facility }
    },

    async placements({ me, query }) {
      const facilities = facilitiesOf(me, query.facility)
      const format = await zonesOf(facilities)
      return pageOf(
        query,
        page => registry.placements.list({ facilities, ...page }),
        keyOf,
        record => placementView(record, format),
      )
    },

    async createPlacement({ me, body }) {
      requireOwnFacility(me, body.facility)
      const { facility, device, room = null, resident = null } = body
      if (!(await registry.devices.get(facility, device)))
        refuse('bad_request', `device: ${facility} has no device ${device}.`)
      if (room !== null && (await registry.rooms.get(room))?.facility !== facility)
        refuse('bad_request', `room: ${facility} has no room ${room}.`)
      if (resident !== null) await requireResident(facility, resident)
      const fromMs = instant(body.from)
      const toMs = body.to === undefined ? null : instant(body.to)
      if (toMs !== null && toMs <= fromMs) refuse('bad_request', 'to: a placement ends after it begins.')
      const record = await registry.placements.create({ facility, device, room, resident, fromMs, toMs })
      await announce(facility)
      return placementView(record, await zonesOf([facility]))
    },

    async consents({ me, query }) {
      const facilities = facilitiesOf(me, query.facility)
      const format = await zonesOf(facilities)
      return pageOf(
        query,
        page => registry.consents.list({ facilities, ...page }),
        keyOf,
        record => consentView(record, format),
      )
    },

    async createConsent({ me, body }) {
      await careFacility(me, body.facility)
      const { facility, resident, purpose } = body
      await requireResident(facility, resident)
      const record = await registry.consents.create({ facility, resident, purpose, fromMs: instant(body.from) })
      return consentView(record, await zonesOf([facility]))
    },
  }
}

type Format = (facility: string, ms: number) => string
const keyOf = ({ id }: { id: string }): string => id

const placementView = ({ id, facility, device, room, resident, fromMs, toMs }: PlacementRecord, format: Format) => ({
  id,
  facility,
  device,
  room,
  resident,
  from: format(facility, fromMs),
  to: toMs === null ? null : format(facility, toMs),
})
const consentView = ({ id, facility, resident, purpose, fromMs }: ConsentRecord, format: Format) => ({
  id,
  facility,
  resident,
  purpose,
  from: format(facility, fromMs),
})

/** The schema has checked the form already; this refuses days that do not exist. */
const instant = (text: string): number => parseRfc3339(text) ?? refuse('bad_request', `${text} is no time that exists.`)
