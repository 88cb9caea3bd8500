/** Facilities, rooms, residents by opaque number, placements and consents. */
import { z } from 'zod'
import { deviceIdSchema, facilityIdSchema } from '../ids.ts'
import { isZone } from '../time.ts'
import { facilityQuery, page, pageOf, ROLES, recordIdSchema, route, timeSchema } from './route.ts'

/** `bench_of`: the maker whose bench this is; its id is then `bench-{maker}`. */
const facilityCreateSchema = z.strictObject({
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
const roomSchema = z
  .object({ id: recordIdSchema, facility: facilityIdSchema, label: z.string(), unit: z.string() })
  .meta({ id: 'Room' })
export type Room = z.infer<typeof roomSchema>
const roomCreateSchema = z.strictObject({
  facility: facilityIdSchema,
  label: z.string().min(1).max(12),
  unit: z.string().min(1).max(40),
})
/** A resident without identity: an opaque number only. */
const residentSchema = z.object({ id: recordIdSchema, facility: facilityIdSchema }).meta({ id: 'Resident' })
export type Resident = z.infer<typeof residentSchema>
const residentCreateSchema = z.strictObject({ facility: facilityIdSchema })
/** A device stands in a room, for a resident, from–to; never overwritten. */
const placementSchema = z
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
const placementCreateSchema = z.strictObject({
  facility: facilityIdSchema,
  device: deviceIdSchema,
  room: recordIdSchema.optional(),
  resident: recordIdSchema.optional(),
  from: timeSchema,
  to: timeSchema.optional(),
})
export const CONSENT_PURPOSES = ['device_evaluation'] as const
const consentSchema = z
  .object({
    id: recordIdSchema,
    facility: facilityIdSchema,
    resident: recordIdSchema,
    purpose: z.enum(CONSENT_PURPOSES),
    from: timeSchema,
  })
  .meta({ id: 'Consent' })
export type Consent = z.infer<typeof consentSchema>
const consentCreateSchema = z.strictObject({
  facility: facilityIdSchema,
  resident: recordIdSchema,
  purpose: z.enum(CONSENT_PURPOSES),
  from: timeSchema,
})

export const placesRoutes = {
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
    roles: ROLES,
    query: page(),
    status: 200,
    response: pageOf(facilitySchema),
  }),
  rooms: route({
    method: 'get',
    path: '/rooms',
    summary: 'Rooms',
    roles: ['staff', 'facility_admin', 'platform_admin'],
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
} as const
