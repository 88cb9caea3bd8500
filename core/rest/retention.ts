/** How long facilities keep their measurements: what is set, what would go, and what went. */
import { z } from 'zod'
import { facilityIdSchema } from '../ids.ts'
import { SHORTEST_RETENTION_DAYS } from '../ledger.ts'
import { facilityQuery, page, pageOf, recordIdSchema, route, timeSchema } from './route.ts'

export const RETENTION_OUTCOMES = ['done', 'cancelled', 'failed'] as const
/** A hundred years. */
const LONGEST_DAYS = 36_525
const daysSchema = z.int().min(SHORTEST_RETENTION_DAYS).max(LONGEST_DAYS)

/** What was due and stays, and why. */
const keptSchema = z.object({
  /** An open dataset request or a trial without its dataset still needs it, or the message ledger has not settled it. */
  reason: z.enum(['dataset_request', 'trial', 'ledger']),
  /** Of the request or trial. */
  id: recordIdSchema.nullable(),
  devices: z.int(),
  from: timeSchema,
  /** Not included. */
  to: timeSchema,
})
export type RetentionKeptView = z.infer<typeof keptSchema>
const runSchema = z.object({
  started: timeSchema,
  ended: timeSchema,
  outcome: z.enum(RETENTION_OUTCOMES),
  failure: z.string().nullable(),
  days: z.int(),
  /** What was measured before was due. */
  before: timeSchema,
  /** Messages that were removed: telemetry and events. */
  messages: z.int(),
  kept: z.array(keptSchema),
  /** Null: it was time. */
  started_by: z.string().nullable(),
})
export const retentionSchema = z
  .object({
    facility: facilityIdSchema,
    name: z.string(),
    /** Days that measurements and events are kept; null: for ever. */
    days: z.int().nullable(),
    changed: timeSchema.nullable(),
    changed_by: z.string().nullable(),
    /** Under way; null: nothing is. */
    running: z.object({ started: timeSchema, progress: z.number(), messages: z.int() }).nullable(),
    /** The last ones, newest first. */
    runs: z.array(runSchema),
  })
  .meta({ id: 'Retention' })
export type Retention = z.infer<typeof retentionSchema>
export const retentionPreviewSchema = z
  .object({
    facility: facilityIdSchema,
    days: z.int(),
    before: timeSchema,
    /** What would go now; hours that the message ledger has not settled are told only when it is done. */
    would_remove: z.object({ telemetry: z.int(), events: z.int() }),
    /** Nothing of it was measured before; null: nothing would go. */
    oldest: timeSchema.nullable(),
    would_keep: z.object({ telemetry: z.int(), events: z.int() }),
    kept: z.array(keptSchema),
  })
  .meta({ id: 'RetentionPreview' })
export type RetentionPreview = z.infer<typeof retentionPreviewSchema>

const params = z.object({ id: facilityIdSchema })

export const retentionRoutes = {
  retention: route({
    method: 'get',
    path: '/retention',
    summary: 'How long facilities keep their measurements, and what was removed',
    query: page(facilityQuery),
    status: 200,
    response: pageOf(retentionSchema),
  }),
  setRetention: route({
    method: 'post',
    path: '/facilities/:id/retention',
    summary: 'Set how many days a facility keeps its measurements; null: for ever',
    params,
    body: z.strictObject({ days: daysSchema.nullable() }),
    status: 200,
    response: retentionSchema,
  }),
  previewRetention: route({
    method: 'get',
    path: '/facilities/:id/retention/preview',
    summary: 'How much would be removed now, of so many days or of those that are set',
    params,
    query: z.object({ days: z.coerce.number().pipe(daysSchema).optional() }),
    status: 200,
    response: retentionPreviewSchema,
  }),
  runRetention: route({
    method: 'post',
    path: '/facilities/:id/retention/run',
    summary: 'Remove now what is due, without waiting for the night',
    params,
    status: 200,
    response: retentionSchema,
  }),
  cancelRetention: route({
    method: 'post',
    path: '/facilities/:id/retention/cancel',
    summary: 'Stop a removal that is under way; what is gone stays gone',
    params,
    status: 200,
    response: retentionSchema,
  }),
} as const
