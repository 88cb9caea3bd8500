/** Devices that knock: who has tried to connect to the embedded broker and was not known. */
import { z } from 'zod'
import { deviceIdSchema, facilityIdSchema } from '../ids.ts'
import { facilityQuery, pageOf, route, timeSchema } from './route.ts'

const knockSchema = z
  .object({
    /** As claimed; never a password. */
    client_id: z.string(),
    username: z.string(),
    /** Where the claimed client id has the form `{facility}.{device}` of a facility that exists. */
    facility: facilityIdSchema.nullable(),
    device: deviceIdSchema.nullable(),
    /** A device of this name is enrolled: its credential was wrong or has ended. */
    enrolled: z.boolean(),
    first: timeSchema,
    last: timeSchema,
    count: z.int(),
  })
  .meta({ id: 'Knock' })
export type Knock = z.infer<typeof knockSchema>

export const knocksRoutes = {
  knocks: route({
    method: 'get',
    path: '/knocks',
    summary: 'Devices that tried to connect and were refused, newest first; a maker sees those of its bench',
    query: z.object(facilityQuery),
    status: 200,
    /** `heard`: false where the broker does not tell us (an outside one): then the list is empty whoever knocks. */
    response: pageOf(knockSchema).extend({ heard: z.boolean() }),
  }),
} as const
