/** Routes of units, rooms and beds, and of their order on the board. */
import type { BedRecord, RoomRecord, UnitRecord } from '../../../core/registry-places.ts'
import { type May, requireFacility } from '../../auth/authority.ts'
import { type Handlers, refuse } from '../call.ts'
import { pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'
import { type Format, facilitiesOf, keyOf, zonesOf } from './own.ts'

type Names =
  | 'rooms'
  | 'createRoom'
  | 'changeRoom'
  | 'units'
  | 'createUnit'
  | 'changeUnit'
  | 'beds'
  | 'createBed'
  | 'changeBed'
  | 'arrange'

export function placesHandlers({ registry, clock, announce }: HandlerDeps): Pick<Handlers, Names> {
  /** Throws `not_found` equally for what does not exist and what is another facility's. */
  const own = <T extends { facility: string }>(may: May, record: T | null, what: string): T =>
    record && may({ facility: record.facility }) ? record : refuse('not_found', `You have no such ${what}.`)
  const format = (facility: string): Promise<Format> => zonesOf(registry, [facility])

  return {
    async rooms({ may, query }) {
      const facilities = roomFacilities(may, query.facility)
      const roomsOf = query.closed === 'with' ? registry.rooms.allOf : registry.rooms.listOf
      const rooms = (await Promise.all(facilities.map(roomsOf))).flat()
      const zones = await zonesOf(registry, facilities)
      return pageOf(query, cut(rooms, query.after), keyOf, room => roomView(room, zones))
    },

    async createRoom({ may, body }) {
      requireFacility(may, body.facility)
      const room = await registry.rooms.create(body)
      await announce(body.facility)
      return roomView(room, await format(body.facility))
    },

    async changeRoom({ may, params, body }) {
      const { facility } = own(may, await registry.rooms.get(params.id), 'room')
      const room = await registry.rooms.change(params.id, changeOf(body, clock()))
      await announce(facility)
      return roomView(room, await format(facility))
    },

    async units({ may, query }) {
      const facilities = facilitiesOf(may, query.facility)
      const units = (await Promise.all(facilities.map(facility => registry.units.listOf(facility)))).flat()
      return pageOf(query, cut(units, query.after), keyOf, unitView)
    },

    async createUnit({ may, body }) {
      requireFacility(may, body.facility)
      const unit = await registry.units.create(body)
      await announce(body.facility)
      return unitView(unit)
    },

    async changeUnit({ may, params, body }) {
      const { facility } = own(may, await registry.units.get(params.id), 'unit')
      const unit = await registry.units.change(params.id, body.label)
      await announce(facility)
      return unitView(unit)
    },

    async beds({ may, query }) {
      const facilities = facilitiesOf(may, query.facility)
      const beds = (await Promise.all(facilities.map(facility => registry.beds.listOf(facility)))).flat()
      const zones = await zonesOf(registry, facilities)
      return pageOf(query, cut(beds, query.after), keyOf, bed => bedView(bed, zones))
    },

    async createBed({ may, body }) {
      requireFacility(may, body.facility)
      const room = await registry.rooms.get(body.room)
      if (room?.facility !== body.facility) refuse('bad_request', `room: ${body.facility} has no room ${body.room}.`)
      const bed = await registry.beds.create(body)
      return bedView(bed, await format(body.facility))
    },

    async changeBed({ may, params, body }) {
      const { facility } = own(may, await registry.beds.get(params.id), 'bed')
      return bedView(await registry.beds.change(params.id, changeOf(body, clock())), await format(facility))
    },

    async arrange({ may, params, body }) {
      requireFacility(may, params.id)
      await registry.units.arrange(params.id, body.units)
      await announce(params.id)
      const zones = await format(params.id)
      const rooms = await registry.rooms.allOf(params.id)
      return { items: rooms.map(room => roomView(room, zones)), next: null }
    },
  }

  function roomFacilities(may: May, asked: string | undefined): readonly string[] {
    if (asked === undefined && !may.list().facilities) refuse('bad_request', 'facility: name the facility.')
    return facilitiesOf(may, asked)
  }
}

/** A page of a list that is whole in memory, in its own order. */
const cut =
  <T extends { id: string }>(all: readonly T[], after: string | undefined) =>
  async ({ limit }: { limit: number }): Promise<T[]> => {
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
    return all.slice(from, from + limit)
  }

interface Change {
  label?: string | undefined
  unit?: string | undefined
  closed?: boolean | undefined
}
const changeOf = ({ label, unit, closed }: Change, nowMs: number) => ({
  ...(label !== undefined && { label }),
  ...(unit !== undefined && { unit }),
  ...(closed !== undefined && { closedMs: closed ? nowMs : null }),
})

const unitView = ({ id, facility, label }: UnitRecord) => ({ id, facility, label })
const roomView = ({ id, facility, label, unit, unitId, closedMs }: RoomRecord, format: Format) => ({
  id,
  facility,
  label,
  unit,
  unit_id: unitId,
  closed: closedMs === null ? null : format(facility, closedMs),
})
const bedView = ({ id, facility, room, label, closedMs }: BedRecord, format: Format) => ({
  id,
  facility,
  room,
  label,
  closed: closedMs === null ? null : format(facility, closedMs),
})
