/** Finds a device by its id among those that someone may see: ids are unique within a facility only. */
import { AppError } from '../../core/errors.ts'
import type { DeviceRecord, FacilityRecord, Registry } from '../../core/registry.ts'
import type { Me } from '../../core/rest/session.ts'
import { allFacilities, maySeeDevice } from '../auth/scope.ts'

export interface FoundDevice {
  device: DeviceRecord
  facility: FacilityRecord
}

/** Throws `not_found` equally for devices that do not exist and that belong to others, `bad_request` where the facility must be named. */
export function createDeviceFinder(registry: Registry) {
  return async (me: Me, id: string, asked: string | undefined): Promise<FoundDevice> => {
    const candidates = asked === undefined ? await candidateFacilities(me) : [asked]
    const found: DeviceRecord[] = []
    for (const facility of candidates) {
      const device = await registry.devices.get(facility, id)
      if (device && maySeeDevice(me, device)) found.push(device)
    }
    const [device, another] = found
    if (another) {
      const names = found.map(({ facility }) => facility).join(', ')
      throw new AppError('bad_request', `facility: several facilities have a device ${id} (${names}); name one.`)
    }
    const facility = device && (await registry.facilities.get(device.facility))
    if (!facility) throw new AppError('not_found', `You have no device ${id}.`)
    return { device, facility }
  }

  async function candidateFacilities(me: Me): Promise<readonly string[]> {
    if (me.role !== 'manufacturer') return me.facilities
    return (await allFacilities(registry)).map(({ id }) => id)
  }
}
