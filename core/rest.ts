/** The HTTP contract under /api/v1: bodies, queries and the table of routes, from which the OpenAPI document is made. */
import { z } from 'zod'
import { FRESHNESS } from './freshness.ts'
import { deviceIdSchema, facilityIdSchema, metricNameSchema, profileIdSchema } from './ids.ts'
import { PLACE_STATES } from './place-state.ts'
import { languageSchema, profileSchema, severitySchema } from './profile.ts'
import { MARKS } from './readings.ts'
import { isZone } from './time.ts'

export const API_ROOT = '/api/v1'

export const ROLES = [
  'staff',
  'display',
  'facility_admin',
  'manufacturer',
  'steward',
  'auditor',
  'operator',
  'platform_admin',
] as const
export const roleSchema = z.enum(ROLES)
export type Role = z.infer<typeof roleSchema>

/** RFC 3339 with offset. */
const timeSchema = z.iso.datetime({ offset: true })
const recordIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
const valueSchema = z.union([z.number(), z.string()])
const marksSchema = z.array(z.enum(MARKS))
/** Calendar day in the facility's zone. */
const daySchema = z.iso.date()

/** A keyset page of a list. */
const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() })
const pageQuery = { limit: z.coerce.number().int().min(1).max(500).default(100), after: z.string().optional() }

// ---- session
export const sessionRequestSchema = z.strictObject({
  user: z.string().min(1).max(120),
  password: z.string().min(1).max(400),
})
export const meSchema = z
  .object({
    user: z.string(),
    role: roleSchema,
    facilities: z.array(facilityIdSchema),
    maker: z.string().nullable(),
    language: languageSchema,
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof meSchema>

// ---- board
export const boardValueSchema = z.object({
  value: valueSchema,
  unit: z.string().nullable(),
  measured_at: timeSchema,
  freshness: z.enum(FRESHNESS),
  device: deviceIdSchema,
})
export const boardRoomSchema = z.object({
  id: z.string(),
  label: z.string(),
  unit: z.string(),
  state: z.enum(PLACE_STATES),
  since: timeSchema.nullable(),
  /** Filled from the alarm life cycle; null: none. */
  alarm: z.null(),
  freshness: z.enum(FRESHNESS),
  battery_low: z.boolean(),
  values: z.record(z.string(), boardValueSchema),
  /** Last 30 minutes, oldest first, one entry a minute: index into layout.states or null. */
  recent_states: z.array(z.int().nullable()),
  /** Last 30 minutes of the first board metric with numbers, one entry a minute. */
  recent_values: z.array(z.number().nullable()),
  devices: z.array(deviceIdSchema),
})
export type BoardRoom = z.infer<typeof boardRoomSchema>
export const boardEventSchema = z.object({
  room: z.string().nullable(),
  device: deviceIdSchema,
  profile: profileIdSchema,
  event: z.string(),
  at: timeSchema,
  late: z.boolean(),
})
export type BoardEvent = z.infer<typeof boardEventSchema>
/** A condition as a board shows it. */
export const boardConditionSchema = z.object({
  /** Number of its newest transition. */
  n: z.int(),
  /** Number of the transition with which it began. */
  episode: z.int(),
  /** Device, place or `gateway`. */
  subject: z.string(),
  /** An event's name in its profile, or a technical code. */
  code: z.string(),
  state: z.enum(['active', 'cleared']),
  severity: severitySchema,
  room: z.string().nullable(),
  /** Of the device, for an event. */
  profile: profileIdSchema.nullable(),
  since: timeSchema,
  /** When this transition was made, by the gateway's clock. */
  at: timeSchema,
  /** How many events the episode has had. */
  count: z.int(),
  /** Its age cannot be told: the device's clock is not to be trusted. */
  undecidable: z.boolean(),
})
export type BoardCondition = z.infer<typeof boardConditionSchema>
export const boardSchema = z
  .object({
    facility: z.object({ id: facilityIdSchema, name: z.string(), zone: z.string() }),
    serverTime: timeSchema,
    frameSeq: z.int(),
    alarmSeq: z.int(),
    /** Age of the gateway's last word in ms; null: never heard. */
    feedAgeMs: z.number().nullable(),
    layout: z.object({
      version: z.int(),
      /** Names of the frame's columns for a room. */
      columns: z.array(z.string()),
      /** The value columns among them. */
      metrics: z.array(
        z.object({
          name: metricNameSchema,
          unit: z.string().nullable(),
          digits: z.int(),
          label: profileSchema.shape.label,
        }),
      ),
      states: z.array(z.enum(PLACE_STATES)),
    }),
    rooms: z.array(boardRoomSchema),
    events: z.array(boardEventSchema),
    /** Active ones, oldest first; `alarmSeq` is the number of the newest transition. */
    conditions: z.array(boardConditionSchema),
  })
  .meta({ id: 'Board' })
export type Board = z.infer<typeof boardSchema>

// ---- devices
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
export const deviceCreateSchema = z.strictObject({
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
/** A device id is unique within its facility; `facility` is needed where the reader sees several. */
const facilityQuery = { facility: facilityIdSchema.optional() }
const rangeQuery = { from: timeSchema, to: timeSchema }
export const readingsQuerySchema = z.object({
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
export const readingsCsvQuerySchema = z.object({ ...facilityQuery, metric: metricNameSchema, ...rangeQuery })
export const deviceEventSchema = z
  .object({
    at: timeSchema,
    received_at: timeSchema,
    boot: z.string(),
    seq: z.int(),
    event: z.string(),
    attributes: z.record(z.string(), valueSchema),
    marks: marksSchema,
  })
  .meta({ id: 'DeviceEvent' })
export type DeviceEvent = z.infer<typeof deviceEventSchema>

// ---- registry
/** Opens the platform to its first administrator with the one-time code that was printed at first start. */
export const setupSchema = z.strictObject({
  code: z.string().min(1).max(100),
  user: z.string().regex(/^[a-z0-9][a-z0-9._@-]{1,62}$/),
  password: z.string().min(10).max(400),
})
/** `bench_of`: the maker whose bench this is; its id is then `bench-{maker}`. */
export const facilityCreateSchema = z.strictObject({
  id: facilityIdSchema,
  name: z.string().min(1).max(80),
  zone: z.string().refine(isZone, 'is no IANA time zone, such as Asia/Tokyo'),
  bench_of: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,56}$/)
    .optional(),
})
export const facilitySchema = z
  .object({ id: facilityIdSchema, name: z.string(), zone: z.string(), bench_of: z.string().nullable() })
  .meta({ id: 'Facility' })
export type Facility = z.infer<typeof facilitySchema>
export const roomSchema = z
  .object({ id: recordIdSchema, facility: facilityIdSchema, label: z.string(), unit: z.string() })
  .meta({ id: 'Room' })
export type Room = z.infer<typeof roomSchema>
export const roomCreateSchema = z.strictObject({
  facility: facilityIdSchema,
  label: z.string().min(1).max(12),
  unit: z.string().min(1).max(40),
})
/** A resident without identity: an opaque number only. */
export const residentSchema = z.object({ id: recordIdSchema, facility: facilityIdSchema }).meta({ id: 'Resident' })
export type Resident = z.infer<typeof residentSchema>
export const residentCreateSchema = z.strictObject({ facility: facilityIdSchema })
/** A device stands in a room, for a resident, from–to; never overwritten. */
export const placementSchema = z
  .object({
    id: recordIdSchema,
    facility: facilityIdSchema,
    device: deviceIdSchema,
    room: recordIdSchema.nullable(),
    resident: recordIdSchema.nullable(),
    from: timeSchema,
    to: timeSchema.nullable(),
  })
  .meta({ id: 'Placement' })
export type Placement = z.infer<typeof placementSchema>
export const placementCreateSchema = z.strictObject({
  facility: facilityIdSchema,
  device: deviceIdSchema,
  room: recordIdSchema.optional(),
  resident: recordIdSchema.optional(),
  from: timeSchema,
  to: timeSchema.optional(),
})
export const CONSENT_PURPOSES = ['device_evaluation'] as const
export const consentSchema = z
  .object({
    id: recordIdSchema,
    facility: facilityIdSchema,
    resident: recordIdSchema,
    purpose: z.enum(CONSENT_PURPOSES),
    from: timeSchema,
  })
  .meta({ id: 'Consent' })
export type Consent = z.infer<typeof consentSchema>
export const consentCreateSchema = z.strictObject({
  facility: facilityIdSchema,
  resident: recordIdSchema,
  purpose: z.enum(CONSENT_PURPOSES),
  from: timeSchema,
})
export const userSchema = z
  .object({
    user: z.string(),
    role: roleSchema,
    facilities: z.array(facilityIdSchema),
    maker: z.string().nullable(),
    language: languageSchema,
  })
  .meta({ id: 'User' })
export const userCreateSchema = z.strictObject({
  user: z.string().regex(/^[a-z0-9][a-z0-9._@-]{1,62}$/),
  password: z.string().min(10).max(400),
  role: roleSchema,
  facilities: z.array(facilityIdSchema).default([]),
  maker: z.string().optional(),
  language: languageSchema.default('ja'),
})

// ---- datasets
/** draft → submitted → (returned → submitted) → approved → preparing → ready | failed; or withdrawn, rejected. */
export const REQUEST_STATES = [
  'draft',
  'submitted',
  'returned',
  'approved',
  'preparing',
  'ready',
  'failed',
  'rejected',
  'withdrawn',
] as const
export const DATASET_PRODUCTS = ['P0'] as const
export const datasetScopeSchema = z.strictObject({
  facility: facilityIdSchema,
  device_types: z.array(profileIdSchema).min(1).max(20),
  /** First and last day, inclusive, in the facility's zone. */
  from: daySchema,
  to: daySchema,
})
export type DatasetScope = z.infer<typeof datasetScopeSchema>
export const datasetRequestCreateSchema = z.strictObject({
  purpose: z.string().min(1).max(2000),
  product: z.enum(DATASET_PRODUCTS),
  scope: datasetScopeSchema,
})
export const datasetReviewSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  /** Required for a rejection. */
  reason: z.string().min(1).max(2000).optional(),
})
export const datasetReturnSchema = z.strictObject({ reason: z.string().min(1).max(2000) })
export const datasetJobSchema = z.object({
  request: recordIdSchema,
  state: z.enum(REQUEST_STATES),
  step: z.enum(['queued', 'extract', 'aggregate', 'package', 'gate', 'sign', 'done']),
  /** 0–1 within the whole build. */
  progress: z.number(),
  readings: z.int().nullable(),
})
export type DatasetJob = z.infer<typeof datasetJobSchema>
export const datasetFileSchema = z.object({
  name: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  /** Signed link that expires; works with Range. */
  url: z.string(),
  expires: timeSchema,
})
export const datasetRequestSchema = z
  .object({
    id: recordIdSchema,
    maker: z.string(),
    created_by: z.string(),
    created: timeSchema,
    purpose: z.string(),
    product: z.enum(DATASET_PRODUCTS),
    scope: datasetScopeSchema,
    state: z.enum(REQUEST_STATES),
    /** Whose turn it is. */
    turn: z.enum(['maker', 'steward', 'platform', 'nobody']),
    reviews: z.array(
      z.object({
        by: z.string(),
        decision: z.enum(['approve', 'return', 'reject']),
        reason: z.string().nullable(),
        at: timeSchema,
      }),
    ),
    job: datasetJobSchema.nullable(),
    /** Stable code of a failed build, such as `too_few_people`. */
    failure: z.string().nullable(),
    /** The release made of it. */
    dataset: recordIdSchema.nullable(),
  })
  .meta({ id: 'DatasetRequest' })
export type DatasetRequest = z.infer<typeof datasetRequestSchema>
export const datasetSchema = z
  .object({
    id: recordIdSchema,
    request: recordIdSchema,
    maker: z.string(),
    product: z.enum(DATASET_PRODUCTS),
    created: timeSchema,
    manifest_sha256: z.string(),
    key_id: z.string(),
    /** minisign public key, one line of base64. */
    public_key: z.string(),
    cells: z.object({ published: z.int(), suppressed: z.int() }),
    files: z.array(datasetFileSchema),
  })
  .meta({ id: 'Dataset' })
export type Dataset = z.infer<typeof datasetSchema>

// ---- the table of routes
const idParams = z.object({ id: recordIdSchema })
const facilityParams = z.object({ id: facilityIdSchema })
const EVERY_ROLE: readonly Role[] = ROLES
const FACILITY: readonly Role[] = ['staff', 'display', 'facility_admin']
const READERS: readonly Role[] = ['staff', 'facility_admin', 'manufacturer']
const PLACE_ADMINS: readonly Role[] = ['facility_admin', 'platform_admin']
const DATASETS: readonly Role[] = ['manufacturer', 'steward']

export interface Route {
  method: 'get' | 'post' | 'delete'
  /** Express form, below API_ROOT. */
  path: string
  summary: string
  /** Roles that may call it at all; which facility or maker is checked for each. `null`: no session needed. */
  roles: readonly Role[] | null
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** Status of success, and its body; a string is a media type that is streamed; undefined: no body. */
  status: 200 | 201 | 204
  response?: z.ZodType | string
}

const route = <const R extends Route>(r: R): R => r
const page = <S extends z.ZodRawShape = Record<never, never>>(extra: S = {} as S) =>
  z.object({ ...pageQuery, ...extra })

export const routes = {
  signIn: route({
    method: 'post',
    path: '/session',
    summary: 'Sign in',
    roles: null,
    body: sessionRequestSchema,
    status: 200,
    response: meSchema,
  }),
  signOut: route({ method: 'delete', path: '/session', summary: 'Sign out', roles: EVERY_ROLE, status: 204 }),
  me: route({
    method: 'get',
    path: '/me',
    summary: 'Who is signed in',
    roles: EVERY_ROLE,
    status: 200,
    response: meSchema,
  }),
  board: route({
    method: 'get',
    path: '/facilities/:id/board',
    summary: 'Snapshot of the board',
    roles: FACILITY,
    params: facilityParams,
    status: 200,
    response: boardSchema,
  }),
  setup: route({
    method: 'post',
    path: '/setup',
    summary: 'Make the first administrator, with the one-time code of the first start',
    roles: null,
    body: setupSchema,
    status: 201,
    response: userSchema,
  }),
  createFacility: route({
    method: 'post',
    path: '/facilities',
    summary: "Add a facility, or a maker's bench",
    roles: ['platform_admin'],
    body: facilityCreateSchema,
    status: 201,
    response: facilitySchema,
  }),
  facilities: route({
    method: 'get',
    path: '/facilities',
    summary: 'Facilities that the reader may see',
    roles: EVERY_ROLE,
    query: page(),
    status: 200,
    response: pageOf(facilitySchema),
  }),
  devices: route({
    method: 'get',
    path: '/devices',
    summary: 'Devices',
    roles: READERS,
    query: page(facilityQuery),
    status: 200,
    response: pageOf(deviceSchema),
  }),
  device: route({
    method: 'get',
    path: '/devices/:id',
    summary: 'One device',
    roles: READERS,
    params: deviceParams,
    query: z.object(facilityQuery),
    status: 200,
    response: deviceDetailSchema,
  }),
  createDevice: route({
    method: 'post',
    path: '/devices',
    summary: 'Enrol a device; the credential is shown once',
    roles: [...PLACE_ADMINS, 'manufacturer'],
    body: deviceCreateSchema,
    status: 201,
    response: deviceCredentialSchema,
  }),
  readings: route({
    method: 'get',
    path: '/devices/:id/readings',
    summary: 'Minimum, maximum and mean per bucket',
    roles: READERS,
    params: deviceParams,
    query: readingsQuerySchema,
    status: 200,
    response: readingsSchema,
  }),
  readingsCsv: route({
    method: 'get',
    path: '/devices/:id/readings.csv',
    summary: 'All readings of a metric, streamed',
    roles: READERS,
    params: deviceParams,
    query: readingsCsvQuerySchema,
    status: 200,
    response: 'text/csv',
  }),
  deviceEvents: route({
    method: 'get',
    path: '/devices/:id/events',
    summary: 'Events of a device, newest first',
    roles: READERS,
    params: deviceParams,
    query: page({ ...facilityQuery, from: timeSchema.optional(), to: timeSchema.optional() }),
    status: 200,
    response: pageOf(deviceEventSchema),
  }),
  deviceTypes: route({
    method: 'get',
    path: '/device-types',
    summary: 'Device profiles',
    roles: EVERY_ROLE,
    query: page(),
    status: 200,
    response: pageOf(profileSchema),
  }),
  rooms: route({
    method: 'get',
    path: '/rooms',
    summary: 'Rooms',
    roles: ['staff', ...PLACE_ADMINS],
    query: page(facilityQuery),
    status: 200,
    response: pageOf(roomSchema),
  }),
  createRoom: route({
    method: 'post',
    path: '/rooms',
    summary: 'Add a room',
    roles: ['facility_admin'],
    body: roomCreateSchema,
    status: 201,
    response: roomSchema,
  }),
  residents: route({
    method: 'get',
    path: '/residents',
    summary: 'Residents, by opaque number',
    roles: ['facility_admin'],
    query: page(facilityQuery),
    status: 200,
    response: pageOf(residentSchema),
  }),
  createResident: route({
    method: 'post',
    path: '/residents',
    summary: 'Add a resident without identity',
    roles: ['facility_admin'],
    body: residentCreateSchema,
    status: 201,
    response: residentSchema,
  }),
  placements: route({
    method: 'get',
    path: '/placements',
    summary: 'Where devices stand and stood',
    roles: ['facility_admin'],
    query: page(facilityQuery),
    status: 200,
    response: pageOf(placementSchema),
  }),
  createPlacement: route({
    method: 'post',
    path: '/placements',
    summary: 'Place a device',
    roles: ['facility_admin'],
    body: placementCreateSchema,
    status: 201,
    response: placementSchema,
  }),
  consents: route({
    method: 'get',
    path: '/consents',
    summary: 'Consents',
    roles: ['facility_admin'],
    query: page(facilityQuery),
    status: 200,
    response: pageOf(consentSchema),
  }),
  createConsent: route({
    method: 'post',
    path: '/consents',
    summary: 'Record a consent',
    roles: ['facility_admin'],
    body: consentCreateSchema,
    status: 201,
    response: consentSchema,
  }),
  users: route({
    method: 'get',
    path: '/users',
    summary: 'Users',
    roles: PLACE_ADMINS,
    query: page(),
    status: 200,
    response: pageOf(userSchema),
  }),
  createUser: route({
    method: 'post',
    path: '/users',
    summary: 'Add a user',
    roles: PLACE_ADMINS,
    body: userCreateSchema,
    status: 201,
    response: userSchema,
  }),
  datasetRequests: route({
    method: 'get',
    path: '/dataset-requests',
    summary: 'Dataset requests',
    roles: DATASETS,
    query: page(),
    status: 200,
    response: pageOf(datasetRequestSchema),
  }),
  datasetRequest: route({
    method: 'get',
    path: '/dataset-requests/:id',
    summary: 'One dataset request',
    roles: DATASETS,
    params: idParams,
    status: 200,
    response: datasetRequestSchema,
  }),
  createDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests',
    summary: 'Draft a dataset request',
    roles: ['manufacturer'],
    body: datasetRequestCreateSchema,
    status: 201,
    response: datasetRequestSchema,
  }),
  submitDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id/submit',
    summary: 'Submit for review',
    roles: ['manufacturer'],
    params: idParams,
    status: 200,
    response: datasetRequestSchema,
  }),
  reviewDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id/review',
    summary: 'Approve or reject',
    roles: ['steward'],
    params: idParams,
    body: datasetReviewSchema,
    status: 200,
    response: datasetRequestSchema,
  }),
  returnDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id/return',
    summary: 'Return to the maker for changes',
    roles: ['steward'],
    params: idParams,
    body: datasetReturnSchema,
    status: 200,
    response: datasetRequestSchema,
  }),
  editDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id',
    summary: 'Change a draft or returned request; earlier reviews no longer count',
    roles: ['manufacturer'],
    params: idParams,
    body: datasetRequestCreateSchema,
    status: 200,
    response: datasetRequestSchema,
  }),
  withdrawDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id/withdraw',
    summary: 'Withdraw',
    roles: ['manufacturer'],
    params: idParams,
    status: 200,
    response: datasetRequestSchema,
  }),
  dataset: route({
    method: 'get',
    path: '/datasets/:id',
    summary: 'A released dataset and its files',
    roles: DATASETS,
    params: idParams,
    status: 200,
    response: datasetSchema,
  }),
  datasetFile: route({
    method: 'get',
    path: '/datasets/:id/files/:name',
    summary: 'Download a file (Range; by its expiring link)',
    roles: null,
    params: z.object({ id: recordIdSchema, name: z.string().regex(/^[A-Za-z0-9._-]{1,120}$/) }),
    query: z.object({ expires: z.coerce.number().int(), token: z.string() }),
    status: 200,
    response: 'application/zip',
  }),
} as const
export type RouteName = keyof typeof routes
