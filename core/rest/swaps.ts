/** Swapping a device for another of its type, where it stands, by two scanned labels; and undoing that within a minute. */
import { z } from 'zod'
import { deviceIdSchema, facilityIdSchema } from '../ids.ts'
import { idParams, recordIdSchema, route, timeSchema } from './route.ts'

const swapCreateSchema = z.strictObject({
  facility: facilityIdSchema,
  /** The device that goes. */
  gone: deviceIdSchema,
  /** The device that comes. */
  come: deviceIdSchema,
})
const swapSchema = z
  .object({
    id: recordIdSchema,
    facility: facilityIdSchema,
    gone: deviceIdSchema,
    come: deviceIdSchema,
    room: z.object({ id: z.string(), label: z.string() }).nullable(),
    at: timeSchema,
    /** Until when it can be undone. */
    undo_until: timeSchema,
    undone: timeSchema.nullable(),
  })
  .meta({ id: 'Swap' })
export type Swap = z.infer<typeof swapSchema>

export const swapsRoutes = {
  createSwap: route({
    method: 'post',
    path: '/swaps',
    summary: 'Put one device in the place of another: the one placement ends as the other begins',
    body: swapCreateSchema,
    status: 201,
    response: swapSchema,
  }),
  undoSwap: route({
    method: 'post',
    path: '/swaps/:id/undo',
    summary: 'Take a swap back within a minute; what stood meanwhile stays in the record',
    params: idParams,
    status: 200,
    response: swapSchema,
  }),
} as const
