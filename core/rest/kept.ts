/** What the gateway kept over HTTP: refused messages, conflicts, dead letters; payloads only for who may see them. */
import { z } from 'zod'
import { facilityIdSchema, profileIdSchema } from '../ids.ts'
import { deadLetterSchema, keptConflictSchema, keptRejectionSchema } from '../ledger.ts'
import { rejectionReasonSchema } from '../rejections.ts'
import { facilityQuery, page, pageOf, route, timeSchema } from './route.ts'

const keptQuery = {
  ...facilityQuery,
  device: z.string().max(64).optional(),
  /** Of the gateway's clock, half-open. */
  from: timeSchema.optional(),
  to: timeSchema.optional(),
}
/** As received; null where the reader may not see it. */
const payloadSchema = z.object({ text: z.string(), base64: z.boolean() }).nullable()
const deviceTypeSchema = profileIdSchema.nullable()

export const rejectionSchema = keptRejectionSchema
  .omit({ raw: true, base64: true })
  .extend({
    device_type: deviceTypeSchema,
    at: timeSchema,
    /** Null where the reader may not see the payload: it could be guessed from its hash. */
    sha256: z.string().nullable(),
    payload: payloadSchema,
  })
  .meta({ id: 'Rejection' })
export type KeptRejectionView = z.infer<typeof rejectionSchema>

export const rejectionCountsSchema = z
  .object({
    facility: facilityIdSchema,
    from: timeSchema,
    to: timeSchema,
    total: z.int(),
    /** False: there were more than are counted here; the newest are. */
    complete: z.boolean(),
    /** Most frequent first; at most 200. */
    groups: z.array(
      z.object({
        /** Null for a maker: counted by type. */
        device: z.string().nullable(),
        device_type: deviceTypeSchema,
        reason: rejectionReasonSchema,
        /** The refused metrics by name. */
        fields: z.array(z.string()),
        /** Only metrics were refused, the rest of the message was kept. */
        part: z.boolean(),
        count: z.int(),
        /** Null where the reader may not know when. */
        last: timeSchema.nullable(),
      }),
    ),
  })
  .meta({ id: 'RejectionCounts' })
export type RejectionCounts = z.infer<typeof rejectionCountsSchema>

export const conflictSchema = keptConflictSchema
  .omit({ raw: true })
  .extend({ device_type: deviceTypeSchema, at: timeSchema, payload: payloadSchema })
  .meta({ id: 'Conflict' })
export type Conflict = z.infer<typeof conflictSchema>

export const deadLetterViewSchema = deadLetterSchema
  .omit({ device_ms: true })
  .extend({
    device_type: deviceTypeSchema,
    at: timeSchema,
    /** The device's own time. */
    measured_at: timeSchema,
    replayed_at: timeSchema.nullable(),
  })
  .meta({ id: 'DeadLetter' })
export type DeadLetterView = z.infer<typeof deadLetterViewSchema>

const replaySchema = z.strictObject({
  facility: facilityIdSchema,
  device: z.string().max(64).optional(),
  /** Only these; default: all that are still dead. */
  ids: z.array(z.string().max(64)).min(1).max(500).optional(),
})
const replayedSchema = z
  .object({
    /** Taken by the store now. */
    replayed: z.int(),
    /** Refused again. */
    still_dead: z.int(),
  })
  .meta({ id: 'Replayed' })

const reasonQuery = { reason: rejectionReasonSchema.optional() }

export const keptRoutes = {
  rejections: route({
    method: 'get',
    path: '/rejections',
    summary:
      "Refused messages, newest first; payloads for the facility's administrator; a maker reads those of its bench",
    query: page({ ...keptQuery, ...reasonQuery }),
    status: 200,
    response: pageOf(rejectionSchema),
  }),
  rejectionCounts: route({
    method: 'get',
    path: '/rejections/counts',
    summary: 'Refused messages counted by reason; a maker reads its own types over the last seven finished days',
    query: z.object({ ...keptQuery, ...reasonQuery }),
    status: 200,
    response: rejectionCountsSchema,
  }),
  conflicts: route({
    method: 'get',
    path: '/conflicts',
    summary: "Other contents under a number already received, newest first; payloads for the facility's administrator",
    query: page(keptQuery),
    status: 200,
    response: pageOf(conflictSchema),
  }),
  deadLetters: route({
    method: 'get',
    path: '/dead-letters',
    summary: 'Accepted messages that the store refused, newest first',
    query: page(keptQuery),
    status: 200,
    response: pageOf(deadLetterViewSchema),
  }),
  replayDeadLetters: route({
    method: 'post',
    path: '/dead-letters/replay',
    summary: 'Give dead letters to the store again, after what was wrong is mended',
    body: replaySchema,
    status: 200,
    response: replayedSchema,
  }),
} as const
