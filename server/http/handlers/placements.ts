/** Routes of placements: where devices stand, and for whom. */
import type { PlacementRecord } from '../../../core/registry.ts'
import { requireFacility } from '../../auth/authority.ts'
import { type Handlers, refuse } from '../call.ts'
import { pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'
import {
  type Format,
  facilitiesOf,
  instant,
  keyOf,
  requireBed,
  requireDevice,
  requireResident,
  requireRoom,
  zonesOf,
} from './own.ts'

export function placementsHandlers({
  registry,
  announce,
}: HandlerDeps): Pick<Handlers, 'placements' | 'createPlacement'> {
  return {
    async placements({ may, query }) {
      const facilities = facilitiesOf(may, query.facility)
      const format = await zonesOf(registry, facilities)
      return pageOf(
        query,
        page => registry.placements.list({ facilities, device: query.device, ...page }),
        keyOf,
        record => placementView(record, format),
      )
    },

    async createPlacement({ may, body }) {
      requireFacility(may, body.facility)
      const { facility, device, room = null, bed = null, resident = null } = body
      await requireDevice(registry, facility, device)
      if (room !== null) await requireRoom(registry, facility, room)
      if (bed !== null) await requireBed(registry, room, bed)
      if (resident !== null) await requireResident(registry, facility, resident)
      const fromMs = instant(body.from)
      const toMs = body.to === undefined ? null : instant(body.to)
      if (toMs !== null && toMs <= fromMs) refuse('bad_request', 'to: a placement ends after it begins.')
      const record = await registry.placements.create({ facility, device, room, bed, resident, fromMs, toMs })
      await announce(facility)
      return placementView(record, await zonesOf(registry, [facility]))
    },
  }
}

const placementView = (record: PlacementRecord, format: Format) => {
  const { id, facility, device, room, bed, resident, fromMs, toMs } = record
  return {
    id,
    facility,
    device,
    room,
    bed,
    resident,
    from: format(facility, fromMs),
    to: toMs === null ? null : format(facility, toMs),
  }
}
