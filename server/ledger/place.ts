/** Opens a facility's ledger to someone: how much of it they see, and which enrolled devices are theirs to see. */
import { AppError } from '../../core/errors.ts'
import type { ProfileId } from '../../core/ids.ts'
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import type { May } from '../auth/authority.ts'
import { ownerOfFacility } from '../auth/owners.ts'
import { deviceKey } from '../live/layout.ts'

export interface LedgerPlace {
  facility: FacilityRecord
  /** With payloads of what was refused. */
  payloads: boolean
  /** False: what its maker may know of its devices there, no hour and no count of messages. */
  hours: boolean
  recount: boolean
  /** Types of the enrolled devices that the reader may see, by device id. */
  types: ReadonlyMap<string, ProfileId>
}

/** Throws `forbidden` equally for facilities that are another's and that do not exist, `bad_request` where one must be named. */
export function createLedgerPlaces(registry: Pick<Registry, 'facilities' | 'devices'>) {
  return async (may: May, asked: string | undefined): Promise<LedgerPlace> => {
    const { facilities: own = [], makers } = may.list()
    const id = asked ?? (own.length === 1 ? own[0] : undefined)
    if (id === undefined) throw new AppError('bad_request', 'facility: name the facility.')
    const facility = await registry.facilities.get(id)
    const refused = new AppError('forbidden', `${id} is not a facility of yours`)
    if (!facility) throw refused
    const owner = ownerOfFacility(facility)
    const hours = may.see('hours', owner)
    const types = await typesOf(facility.id, hours ? undefined : makers)
    // Its devices in a house are a maker's; where it has none it learns of no facility.
    const seen = facility.benchOf === null && types.size > 0 ? { ...owner, maker: makers?.[0] ?? null } : owner
    if (!may(seen)) throw may.call('ledgerDevices', seen) ? onlyOfBench() : refused
    return { facility, hours, payloads: may.see('payloads', owner), recount: may.see('recount', owner), types }
  }

  async function typesOf(facility: string, makers: readonly string[] | undefined): Promise<Map<string, ProfileId>> {
    const found = new Map<string, ProfileId>()
    const scope = { facilities: [facility], ...(makers && { makers }) }
    for (let after: string | undefined; ; ) {
      const devices = await registry.devices.list({ ...scope, limit: 500, ...(after === undefined ? {} : { after }) })
      for (const { id, profile } of devices) found.set(id, profile)
      const last = devices.at(-1)
      if (!last || devices.length < 500) return found
      after = deviceKey(last)
    }
  }
}

/** What a maker hears where it asks for what only its bench shows. */
const onlyOfBench = (): AppError =>
  new AppError(
    'forbidden',
    'Of devices in a facility a maker reads GET /ledger/devices and GET /rejections/counts; hours and messages only of its bench.',
  )
