/** Routes of devices: the fleet, one device, enrolment with its credential. */
import { profileById, profiles } from '../../../core/profiles/index.ts'
import type { DeviceRecord, FacilityRecord } from '../../../core/registry.ts'
import type { Me } from '../../../core/rest/session.ts'
import { type ListScope, type May, requireFacility } from '../../auth/authority.ts'
import { ownerOfDevice } from '../../auth/owners.ts'
import { createDailyState } from '../../devices/daily-state.ts'
import { deviceKey } from '../../live/layout.ts'
import { type Handlers, refuse } from '../call.ts'
import { deviceView, newestView, roomsOfDevices } from '../device-view.ts'
import { createDeviceFinder } from '../find-device.ts'
import { pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'
import { instant } from './own.ts'

export function devicesHandlers(deps: HandlerDeps): Pick<Handlers, 'devices' | 'device' | 'createDevice'> {
  const { registry, enrolment, feed, clock, announce } = deps
  const find = createDeviceFinder(registry)
  const daily = createDailyState(clock)

  return {
    async devices({ may, query }) {
      const page = await pageOf(
        query,
        cut => registry.devices.list({ ...listScope(may, query.facility), ...cut }),
        deviceKey,
        device => device,
      )
      const facilities = await facilitiesOf(page.items)
      const rooms = await roomsOfDevices(registry, [...facilities.keys()], clock())
      const items = page.items.flatMap(device => {
        const facility = facilities.get(device.facility)
        return facility ? [deviceView({ may, device, facility, feed, rooms, daily })] : []
      })
      return { items, next: page.next }
    },

    async device({ may, params, query }) {
      const { device, facility } = await find(may, params.id, query.facility)
      const rooms = await roomsOfDevices(registry, [facility.id], clock())
      const view = deviceView({ may, device, facility, feed, rooms, daily })
      return may.see('values', ownerOfDevice(device, facility))
        ? { ...view, newest: newestView(device, facility, feed) }
        : view
    },

    async createDevice({ me, may, body }) {
      const { facility: facilityId, id, profile, maker } = body
      const facility = await enrolIn(me, may, facilityId, maker)
      if (!profileById(profile))
        refuse(
          'bad_request',
          `profile: there is no device type ${profile}; known: ${profiles.map(known => known.id).join(', ')}.`,
        )
      const activeFromMs = body.active_from === undefined ? clock() : instant(body.active_from)
      if (await registry.devices.get(facility.id, id)) refuse('conflict', `${facility.id} already has a device ${id}.`)
      const secret = await enrolment.enrol({ facility: facility.id, id, profile, maker, activeFromMs })
      await announce(facility.id)
      const { clientId, username, password } = secret
      return { facility: facility.id, device: id, profile, client_id: clientId, username, password }
    },
  }

  /** Facility administrators enrol at home, makers on their bench, platform administrators anywhere. */
  async function enrolIn(me: Me, may: May, id: string, maker: string): Promise<FacilityRecord> {
    const facility = await registry.facilities.get(id)
    if (!may({ facility: id, benchOf: facility?.benchOf ?? null }))
      refuse(
        'forbidden',
        me.maker === null
          ? `${id} is not a facility of yours`
          : `A maker enrols devices on its own bench, facility bench-${me.maker}.`,
      )
    if (!facility) return refuse('bad_request', `facility: there is no facility ${id}.`)
    if (facility.benchOf !== null && facility.benchOf !== maker)
      refuse('bad_request', `maker: only devices of ${facility.benchOf} stand on this bench.`)
    return facility
  }

  async function facilitiesOf(devices: readonly DeviceRecord[]): Promise<Map<string, FacilityRecord>> {
    const ids = [...new Set(devices.map(({ facility }) => facility))]
    const records = await Promise.all(ids.map(id => registry.facilities.get(id)))
    return new Map(records.flatMap(record => (record ? [[record.id as string, record]] : [])))
  }
}

function listScope(may: May, asked: string | undefined): ListScope {
  const scope = may.list()
  if (asked === undefined) return scope
  if (scope.facilities) requireFacility(may, asked)
  return { ...scope, facilities: [asked] }
}
