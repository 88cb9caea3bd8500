/** Devices, their readings and events, their enrolment, and the catalogue of device types. */
import { z } from 'zod'
import { FRESHNESS } from '../freshness.ts'
import { deviceIdSchema, facilityIdSchema, metricNameSchema, profileIdSchema } from '../ids.ts'
import { profileSchema } from '../profile.ts'
import { MARKS } from '../readings.ts'
import { facilityQuery, page, pageOf, route, timeSchema, valueSchema } from './route.ts'

export const deviceSchema = z
  .object({
    facility: facilityIdSchema,
    id: deviceIdSchema,
    profile: profileIdSchema,
    maker: z.string(),
    room: z.object({ id: z.string(), label: z.string() }).nullable(),
    active_from: timeSchema,
    /** Technical state; null: never heard. */
    heard: timeSchema.nullable(),
    online: z.boolean().nullable(),
    freshness: z.enum(FRESHNESS),
    fw: z.string().nullable(),
    battery: z.number().nullable(),
    rssi: z.number().nullable(),
    skew_ms: z.number().nullable(),
  })
  .meta({ id: 'Device' })
export type Device = z.infer<typeof deviceSchema>
export const deviceDetailSchema = deviceSchema
  .extend({
    /** Newest values; absent for roles that may not see values. */
    newest: z
      .record(
        z.string(),
        z.object({
          value: valueSchema,
          unit: z.string().nullable(),
          measured_at: timeSchema,
          freshness: z.enum(FRESHNESS),
        }),
      )
      .optional(),
  })
  .meta({ id: 'DeviceDetail' })
export type DeviceDetail = z.infer<typeof deviceDetailSchema>
const deviceCreateSchema = z.strictObject({
  facility: facilityIdSchema,
  id: deviceIdSchema,
  profile: profileIdSchema,
  maker: z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/),
  /** First time of which data are expected; default now. */
  active_from: timeSchema.optional(),
})
/** Shown once. */
export const deviceCredentialSchema = z
  .object({
    facility: facilityIdSchema,
    device: deviceIdSchema,
    profile: profileIdSchema,
    client_id: z.string(),
    username: z.string(),
    password: z.string(),
  })
  .meta({ id: 'DeviceCredential' })
export type DeviceCredential = z.infer<typeof deviceCredentialSchema>

export const deviceParams = z.object({ id: deviceIdSchema })
const rangeQuery = { from: timeSchema, to: timeSchema }
const readingsQuerySchema = z.object({
  ...facilityQuery,
  metric: metricNameSchema,
  ...rangeQuery,
  points: z.coerce.number().int().min(1).max(2000).default(600),
})
export const readingsSchema = z
  .object({
    metric: metricNameSchema,
    unit: z.string().nullable(),
    /** Width of a bucket in ms. */
    bucketMs: z.number(),
    /** Expected interval in ms; a distance of more than twice this between buckets is a gap. Null: on demand. */
    periodMs: z.number().nullable(),
    /** Buckets that hold anything, in order of time: [start epoch ms, count, min, max, mean, last]; min, max, mean are null for text. */
    points: z.array(
      z.tuple([z.number(), z.int(), z.number().nullable(), z.number().nullable(), z.number().nullable(), valueSchema]),
    ),
  })
  .meta({ id: 'Readings' })
export type Readings = z.infer<typeof readingsSchema>
const readingsCsvQuerySchema = z.object({ ...facilityQuery, metric: metricNameSchema, ...rangeQuery })
const deviceEventSchema = z
  .object({
    at: timeSchema,
    received_at: timeSchema,
    boot: z.string(),
    seq: z.int(),
    event: z.string(),
    attributes: z.record(z.string(), valueSchema),
    marks: z.array(z.enum(MARKS)),
  })
  .meta({ id: 'DeviceEvent' })
export type DeviceEvent = z.infer<typeof deviceEventSchema>

export const devicesRoutes = {
  devices: route({
    method: 'get',
    path: '/devices',
    summary: 'Devices',
    query: page(facilityQuery),
    status: 200,
    response: pageOf(deviceSchema),
  }),
  device: route({
    method: 'get',
    path: '/devices/:id',
    summary: 'One device',
    params: deviceParams,
    query: z.object(facilityQuery),
    status: 200,
    response: deviceDetailSchema,
  }),
  createDevice: route({
    method: 'post',
    path: '/devices',
    summary: 'Enrol a device; the credential is shown once',
    body: deviceCreateSchema,
    status: 201,
    response: deviceCredentialSchema,
  }),
  readings: route({
    method: 'get',
    path: '/devices/:id/readings',
    summary: 'Minimum, maximum and mean per bucket',
    params: deviceParams,
    query: readingsQuerySchema,
    status: 200,
    response: readingsSchema,
  }),
  readingsCsv: route({
    method: 'get',
    path: '/devices/:id/readings.csv',
    summary: 'All readings of a metric, streamed',
    params: deviceParams,
    query: readingsCsvQuerySchema,
    status: 200,
    response: 'text/csv',
  }),
  deviceEvents: route({
    method: 'get',
    path: '/devices/:id/events',
    summary: 'Events of a device, newest first',
    params: deviceParams,
    query: page({ ...facilityQuery, from: timeSchema.optional(), to: timeSchema.optional() }),
    status: 200,
    response: pageOf(deviceEventSchema),
  }),
  deviceTypes: route({
    method: 'get',
    path: '/device-types',
    summary: 'Device profiles',
    query: page(),
    status: 200,
    response: pageOf(profileSchema),
  }),
} as const
