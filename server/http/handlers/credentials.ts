/** Routes of devices' credentials, of hubs, and of devices that knock. */
import { clientIdOf, type DeviceId } from '../../../core/ids.ts'
import type { DeviceAccess } from '../../../core/rest/credentials.ts'
import type { Knock } from '../../../core/rest/knocks.ts'
import type { May } from '../../auth/authority.ts'
import { allFacilities, ownerOfFacility } from '../../auth/owners.ts'
import { createZoneClock } from '../../zone-clock.ts'
import { type Handlers, refuse } from '../call.ts'
import { createDeviceFinder, type FoundDevice } from '../find-device.ts'
import type { HandlerDeps } from './deps.ts'

type Names = 'deviceAccess' | 'rotateCredential' | 'revokeCredentials' | 'setHub' | 'knocks'

export function credentialsHandlers(deps: HandlerDeps): Pick<Handlers, Names> {
  const { registry, enrolment, accounts, knocking, clock, announce } = deps
  const find = createDeviceFinder(registry, 'Its credentials are kept by the facility where it stands.')

  return {
    async deviceAccess({ may, params, query }) {
      return accessOf(await find(may, params.id, query.facility))
    },

    async rotateCredential({ may, params, query, body }) {
      const { device, facility } = await find(may, params.id, query.facility)
      const credential = await enrolment.rotate(facility.id, device.id, body.overlap_s * 1_000)
      const { clientId, username, password } = credential
      return {
        facility: facility.id,
        device: device.id,
        profile: device.profile,
        client_id: clientId,
        username,
        password,
      }
    },

    async revokeCredentials({ may, params, query, body }) {
      const found = await find(may, params.id, query.facility)
      await enrolment.revoke(found.facility.id, found.device.id, body.username)
      return accessOf(found)
    },

    async setHub({ may, params, query, body }) {
      const found = await find(may, params.id, query.facility)
      const { device, facility } = found
      for (const id of body.devices)
        if (!(await registry.devices.get(facility.id, id)))
          refuse('bad_request', `devices: ${facility.id} has no device ${id}.`)
      try {
        await enrolment.setHub(facility.id, device.id, body.devices)
      } finally {
        await announce(facility.id)
      }
      return accessOf(found)
    },

    async knocks({ may, query }) {
      const facilities = (await allFacilities(registry)).filter(
        ({ id }) => query.facility === undefined || id === query.facility,
      )
      const own = new Map(
        facilities.filter(facility => may(ownerOfFacility(facility))).map(each => [each.id as string, each]),
      )
      if (query.facility !== undefined && !own.has(query.facility))
        refuse('forbidden', `${query.facility} is not a facility of yours`)
      const seesStrangers = query.facility === undefined && (await maySeeStrangers(may))
      const exists = new Set((await allFacilities(registry)).map(({ id }) => id as string))
      const items: Knock[] = []
      for (const knock of knocking?.list() ?? []) {
        const { clientId, username, count } = knock
        const isPlaced = knock.facility !== null && exists.has(knock.facility)
        const facility = isPlaced ? own.get(knock.facility ?? '') : undefined
        if (isPlaced ? !facility : !seesStrangers) continue
        const zone = createZoneClock(facility?.zone ?? 'UTC')
        const enrolled =
          facility !== undefined && (await registry.devices.get(facility.id, knock.device ?? '')) !== null
        items.push({
          client_id: clientId,
          username,
          facility: facility?.id ?? null,
          device: facility ? (knock.device as DeviceId) : null,
          enrolled,
          first: zone.format(knock.firstMs),
          last: zone.format(knock.lastMs),
          count,
        })
      }
      return { items, next: null, heard: knocking !== null }
    },
  }

  /** A device whose name says nothing of a facility can only be one of the house, where there is but one. */
  async function maySeeStrangers(may: May): Promise<boolean> {
    const houses = (await allFacilities(registry)).filter(({ benchOf }) => benchOf === null)
    return may.see('strangers', { facilities: houses.length === 1 ? houses.map(({ id }) => id) : [] })
  }

  async function accessOf({ device, facility }: FoundDevice): Promise<DeviceAccess> {
    const zone = createZoneClock(facility.zone)
    const nowMs = clock()
    const hubs = await registry.hubs.of(facility.id)
    const hub = [...hubs].find(([, devices]) => devices.includes(device.id))?.[0] ?? null
    const records = await registry.credentials.list(facility.id, device.id)
    return {
      facility: facility.id,
      device: device.id,
      client_id: clientIdOf(facility.id, device.id),
      credentials: records.toReversed().map(({ username, createdMs, endsMs }) => ({
        username,
        created: zone.format(createdMs),
        ends: endsMs === null ? null : zone.format(endsMs),
        state: endsMs === null ? ('valid' as const) : endsMs > nowMs ? ('ending' as const) : ('ended' as const),
        broker: accounts.sight(username),
      })),
      speaks_for: hubs.get(device.id) ?? [],
      hub,
      broker: deps.broker,
    }
  }
}
