/** What is written down during a trial: adverse events and device deficiencies, reference measurements; corrected by adding versions. */
import { z } from 'zod'
import { deviceIdSchema, facilityIdSchema, metricNameSchema } from '../ids.ts'
import { idParams, page, pageOf, recordIdSchema, route, timeSchema, valueSchema } from './route.ts'

export const TRIAL_EVENT_KINDS = ['adverse_event', 'device_deficiency'] as const
export const EVENT_SEVERITIES = ['mild', 'moderate', 'severe'] as const
/** How the device relates to it. */
export const DEVICE_RELATIONS = ['not_related', 'possible', 'probable', 'causal', 'unknown'] as const
export const EVENT_OUTCOMES = [
  'ongoing',
  'recovered',
  'recovered_with_sequelae',
  'not_recovered',
  'death',
  'device_repaired',
  'device_replaced',
  'unknown',
] as const

const text = (max: number) => z.string().trim().min(1).max(max)
/** Who wrote which version of an entry, and why. */
const versionFields = {
  id: recordIdSchema,
  version: z.int(),
  correction: z.string().nullable(),
  recorded: timeSchema,
  by: z.string(),
}
const correctionFields = {
  /** The version that is corrected: the newest. */
  version: z.int().min(1),
  reason: text(500),
}
const eventFields = {
  facility: facilityIdSchema,
  kind: z.enum(TRIAL_EVENT_KINDS),
  resident: recordIdSchema.nullable().default(null),
  device: deviceIdSchema.nullable().default(null),
  at: timeSchema,
  severity: z.enum(EVENT_SEVERITIES),
  serious: z.boolean(),
  relation: z.enum(DEVICE_RELATIONS),
  outcome: z.enum(EVENT_OUTCOMES),
}
const description = text(4000)
const trialEventSchema = z
  .object({ trial: recordIdSchema, ...eventFields, description: z.string().nullable(), ...versionFields })
  .meta({ id: 'TrialEvent' })
/** For makers and stewards: nobody, no time, no words. */
const trialEventSummarySchema = z
  .object({
    id: recordIdSchema,
    kind: z.enum(TRIAL_EVENT_KINDS),
    device: deviceIdSchema.nullable(),
    severity: z.enum(EVENT_SEVERITIES),
    serious: z.boolean(),
    relation: z.enum(DEVICE_RELATIONS),
    outcome: z.enum(EVENT_OUTCOMES),
    corrected: z.boolean(),
  })
  .meta({ id: 'TrialEventSummary' })

const referenceFields = {
  facility: facilityIdSchema,
  device: deviceIdSchema,
  metric: metricNameSchema,
  at: timeSchema,
  value: valueSchema,
  instrument: text(200),
}
const referenceSchema = z
  .object({ trial: recordIdSchema, ...referenceFields, unit: z.string().nullable(), ...versionFields })
  .meta({ id: 'ReferenceMeasurement' })

export const trialEntriesRoutes = {
  trialEvents: route({
    method: 'get',
    path: '/trials/:id/events',
    summary: 'Adverse events and device deficiencies of the own facilities, newest versions',
    params: idParams,
    query: page(),
    status: 200,
    response: pageOf(trialEventSchema),
  }),
  trialEventSummaries: route({
    method: 'get',
    path: '/trials/:id/event-summaries',
    summary: 'The same for maker and steward: without resident, time and words',
    params: idParams,
    query: page(),
    status: 200,
    response: pageOf(trialEventSummarySchema),
  }),
  addTrialEvent: route({
    method: 'post',
    path: '/trials/:id/events',
    summary: 'Record an adverse event or a device deficiency',
    params: idParams,
    body: z.strictObject({ ...eventFields, description }),
    status: 201,
    response: trialEventSchema,
  }),
  trialEventHistory: route({
    method: 'get',
    path: '/trial-events/:id',
    summary: 'All versions of an entry, oldest first',
    params: idParams,
    status: 200,
    response: z.object({ items: z.array(trialEventSchema) }),
  }),
  correctTrialEvent: route({
    method: 'post',
    path: '/trial-events/:id',
    summary: 'Correct an entry by a further version',
    params: idParams,
    body: z.strictObject({ ...eventFields, description, ...correctionFields }),
    status: 200,
    response: trialEventSchema,
  }),
  references: route({
    method: 'get',
    path: '/trials/:id/reference-measurements',
    summary: 'Reference measurements of the own facilities, newest versions',
    params: idParams,
    query: page(),
    status: 200,
    response: pageOf(referenceSchema),
  }),
  addReference: route({
    method: 'post',
    path: '/trials/:id/reference-measurements',
    summary: 'Record what a reference instrument measured, beside a device at a time; the unit is that of the metric',
    params: idParams,
    body: z.strictObject(referenceFields),
    status: 201,
    response: referenceSchema,
  }),
  referenceHistory: route({
    method: 'get',
    path: '/reference-measurements/:id',
    summary: 'All versions of a reference measurement, oldest first',
    params: idParams,
    status: 200,
    response: z.object({ items: z.array(referenceSchema) }),
  }),
  correctReference: route({
    method: 'post',
    path: '/reference-measurements/:id',
    summary: 'Correct a reference measurement by a further version',
    params: idParams,
    body: z.strictObject({ ...referenceFields, ...correctionFields }),
    status: 200,
    response: referenceSchema,
  }),
} as const
