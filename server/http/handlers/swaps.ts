/** Routes of swaps: one device in the place of another. */
import { AppError } from '../../../core/errors.ts'
import { type SwapRecord, UNDO_MS } from '../../../core/swaps.ts'
import { requireFacility } from '../../auth/authority.ts'
import { createZoneClock } from '../../zone-clock.ts'
import { type Handlers, refuse } from '../call.ts'
import type { HandlerDeps } from './deps.ts'

export function swapsHandlers({ registry, clock, announce }: HandlerDeps): Pick<Handlers, 'createSwap' | 'undoSwap'> {
  const viewOf = async ({ id, facility, gone, come, room, atMs, undoneMs }: SwapRecord) => {
    const { format } = createZoneClock((await registry.facilities.get(facility))?.zone ?? 'UTC')
    const place = room === null ? null : await registry.rooms.get(room)
    return {
      ...{ id, facility, gone, come, at: format(atMs), undo_until: format(atMs + UNDO_MS) },
      room: place && { id: place.id, label: place.label },
      undone: undoneMs === null ? null : format(undoneMs),
    }
  }

  return {
    async createSwap({ me, may, body }) {
      requireFacility(may, body.facility)
      for (const id of [body.gone, body.come])
        if (!(await registry.devices.get(body.facility, id)))
          refuse('bad_request', `There is no device ${id} in ${body.facility}.`)
      const swap = await registry.swaps.swap({ ...body, atMs: clock(), by: me.user })
      await announce(swap.facility)
      return viewOf(swap)
    },

    async undoSwap({ may, params }) {
      const known = await registry.swaps.get(params.id)
      if (!known || !may({ facility: known.facility })) throw new AppError('not_found', 'There is no such swap.')
      const swap = await registry.swaps.undo(known.id, clock())
      await announce(swap.facility)
      return viewOf(swap)
    },
  }
}
