/** Finds a device by its id among those that someone may see: ids are unique within a facility only. */
import { AppError } from '../../core/errors.ts'
import type { DeviceRecord, FacilityRecord, Registry } from '../../core/registry.ts'
import type { May } from '../auth/authority.ts'
import { allFacilities, ownerOfDevice } from '../auth/owners.ts'

export interface FoundDevice {
  device: DeviceRecord
  facility: FacilityRecord
}

/**
 * Throws `not_found` equally for devices that do not exist and that belong to others, `forbidden` with `refusal` for one that the caller
 * may see but not use so, `bad_request` where the facility must be named.
 */
export function createDeviceFinder(registry: Registry, refusal = 'This is for those where the device stands.') {
  return async (may: May, id: string, asked: string | undefined): Promise<FoundDevice> => {
    const found: FoundDevice[] = []
    let isSeen = false
    for (const facility of await candidates(may, asked)) {
      const device = await registry.devices.get(facility.id, id)
      if (device && may(ownerOfDevice(device, facility))) found.push({ device, facility })
      else if (device && may.call('device', ownerOfDevice(device, facility))) isSeen = true
    }
    const [first, another] = found
    if (another) {
      const names = found.map(({ facility }) => facility.id).join(', ')
      throw new AppError('bad_request', `facility: several facilities have a device ${id} (${names}); name one.`)
    }
    if (first) return first
    throw isSeen ? new AppError('forbidden', refusal) : new AppError('not_found', `You have no device ${id}.`)
  }

  async function candidates(may: May, asked: string | undefined): Promise<readonly FacilityRecord[]> {
    const ids = asked === undefined ? may.list().facilities : [asked]
    if (!ids) return allFacilities(registry)
    const records = await Promise.all(ids.map(facility => registry.facilities.get(facility)))
    return records.filter(record => record !== null)
  }
}
