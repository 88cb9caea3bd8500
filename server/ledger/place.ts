/** Opens a facility's ledger to someone: how much of it they see, and which enrolled devices are theirs to see. */
import { AppError } from '../../core/errors.ts'
import type { ProfileId } from '../../core/ids.ts'
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import type { Me } from '../../core/rest/session.ts'
import { type LedgerSight, ledgerSight } from '../auth/scope.ts'
import { deviceKey } from '../live/layout.ts'

export interface LedgerPlace {
  facility: FacilityRecord
  sight: LedgerSight
  /** Types of the enrolled devices that the reader may see, by device id. */
  types: ReadonlyMap<string, ProfileId>
}

/** Throws `forbidden` equally for facilities that are another's and that do not exist, `bad_request` where one must be named. */
export function createLedgerPlaces(registry: Pick<Registry, 'facilities' | 'devices'>) {
  return async (me: Me, asked: string | undefined): Promise<LedgerPlace> => {
    const id = asked ?? (me.facilities.length === 1 ? me.facilities[0] : undefined)
    if (id === undefined) throw new AppError('bad_request', 'facility: name the facility.')
    const facility = await registry.facilities.get(id)
    const sight = facility && ledgerSight(me, facility)
    if (!facility || !sight) throw new AppError('forbidden', `${id} is not a facility of yours`)
    const types = await typesOf(facility.id, sight === 'technical' && me.maker !== null ? me.maker : undefined)
    if (sight === 'technical' && types.size === 0) throw new AppError('forbidden', `${id} is not a facility of yours`)
    return { facility, sight, types }
  }

  async function typesOf(facility: string, maker: string | undefined): Promise<Map<string, ProfileId>> {
    const found = new Map<string, ProfileId>()
    const scope = { facilities: [facility], ...(maker === undefined ? {} : { makers: [maker] }) }
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
export function requireRows({ sight }: LedgerPlace): void {
  if (sight === 'technical')
    throw new AppError(
      'forbidden',
      'Of devices in a facility a maker reads GET /ledger/devices and GET /rejections/counts; hours and messages only of its bench.',
    )
}
