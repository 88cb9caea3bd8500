/** Facilities, their units, rooms and beds, and where devices stand. */
import { z } from 'zod'
import { deviceIdSchema, facilityIdSchema } from '../ids.ts'
import { isZone } from '../time.ts'
import { facilityQuery, idParams, page, pageOf, recordIdSchema, route, timeSchema } from './route.ts'

/** Where in Japan it is, ISO 3166-2; releases of trials say the prefecture or the region. */
const prefectureSchema = z.string().regex(/^JP-(0[1-9]|[1-3]\d|4[0-7])$/, 'is no prefecture, such as JP-13')
const facilityName = z.string().trim().min(1).max(80)
/** `bench_of`: the maker whose bench this is; its id is then `bench-{maker}`. */
const facilityCreateSchema = z.strictObject({
  id: facilityIdSchema,
  name: facilityName,
  zone: z.string().refine(isZone, 'is no IANA time zone, such as Asia/Tokyo'),
  bench_of: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,56}$/)
    .optional(),
  prefecture: prefectureSchema.optional(),
})
export const facilitySchema = z
  .object({
    id: facilityIdSchema,
    name: z.string(),
    zone: z.string(),
    bench_of: z.string().nullable(),
    prefecture: z.string().nullable(),
  })
  .meta({ id: 'Facility' })
export type Facility = z.infer<typeof facilitySchema>
const roomSchema = z
  .object({
    id: recordIdSchema,
    facility: facilityIdSchema,
    label: z.string(),
    /** Label of its unit. */
    unit: z.string(),
    unit_id: recordIdSchema,
    /** No longer in use; null: it is. */
    closed: timeSchema.nullable(),
  })
  .meta({ id: 'Room' })
export type Room = z.infer<typeof roomSchema>
const roomLabel = z.string().trim().min(1).max(12)
const unitLabel = z.string().trim().min(1).max(40)
/** `unit`: the label of a unit, which is made when there is none. */
const roomCreateSchema = z.strictObject({ facility: facilityIdSchema, label: roomLabel, unit: unitLabel })
const roomChangeSchema = z.strictObject({
  label: roomLabel.optional(),
  unit: unitLabel.optional(),
  closed: z.boolean().optional(),
})
const unitSchema = z.object({ id: recordIdSchema, facility: facilityIdSchema, label: z.string() }).meta({ id: 'Unit' })
export type Unit = z.infer<typeof unitSchema>
const bedSchema = z
  .object({
    id: recordIdSchema,
    facility: facilityIdSchema,
    room: recordIdSchema,
    label: z.string(),
    closed: timeSchema.nullable(),
  })
  .meta({ id: 'Bed' })
export type Bed = z.infer<typeof bedSchema>
/** The order of the board: units, and in each its rooms; what is not named comes after. */
const layoutSchema = z.strictObject({
  units: z.array(z.strictObject({ id: recordIdSchema, rooms: z.array(recordIdSchema).max(1000) })).max(200),
})
/** A device stands in a room, for a resident, from–to; never overwritten. */
const placementSchema = z
  .object({
    id: recordIdSchema,
    facility: facilityIdSchema,
    device: deviceIdSchema,
    room: recordIdSchema.nullable(),
    /** Of that room. */
    bed: recordIdSchema.nullable(),
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
  bed: recordIdSchema.optional(),
  resident: recordIdSchema.optional(),
  from: timeSchema,
  to: timeSchema.optional(),
})
export const placesRoutes = {
  createFacility: route({
    method: 'post',
    path: '/facilities',
    summary: "Add a facility, or a maker's bench",
    body: facilityCreateSchema,
    status: 201,
    response: facilitySchema,
  }),
  renameFacility: route({
    method: 'post',
    path: '/facilities/:id',
    summary: 'Give a facility or a bench another name, or say its prefecture; its id and zone stay',
    params: z.object({ id: facilityIdSchema }),
    body: z.strictObject({ name: facilityName, prefecture: prefectureSchema.optional() }),
    status: 200,
    response: facilitySchema,
  }),
  facilities: route({
    method: 'get',
    path: '/facilities',
    summary: 'Facilities that the reader may see',
    query: page(),
    status: 200,
    response: pageOf(facilitySchema),
  }),
  rooms: route({
    method: 'get',
    path: '/rooms',
    summary: 'Rooms in use, or closed ones too',
    query: page({ ...facilityQuery, closed: z.enum(['with', 'without']).default('without') }),
    status: 200,
    response: pageOf(roomSchema),
  }),
  createRoom: route({
    method: 'post',
    path: '/rooms',
    summary: 'Add a room',
    body: roomCreateSchema,
    status: 201,
    response: roomSchema,
  }),
  changeRoom: route({
    method: 'post',
    path: '/rooms/:id',
    summary: 'Rename, move, close or open a room',
    params: idParams,
    body: roomChangeSchema,
    status: 200,
    response: roomSchema,
  }),
  units: route({
    method: 'get',
    path: '/units',
    summary: 'Units, in order of the board',
    query: page(facilityQuery),
    status: 200,
    response: pageOf(unitSchema),
  }),
  createUnit: route({
    method: 'post',
    path: '/units',
    summary: 'Add a unit',
    body: z.strictObject({ facility: facilityIdSchema, label: unitLabel }),
    status: 201,
    response: unitSchema,
  }),
  changeUnit: route({
    method: 'post',
    path: '/units/:id',
    summary: 'Rename a unit',
    params: idParams,
    body: z.strictObject({ label: unitLabel }),
    status: 200,
    response: unitSchema,
  }),
  beds: route({
    method: 'get',
    path: '/beds',
    summary: 'Beds',
    query: page(facilityQuery),
    status: 200,
    response: pageOf(bedSchema),
  }),
  createBed: route({
    method: 'post',
    path: '/beds',
    summary: 'Add a bed to a room',
    body: z.strictObject({ facility: facilityIdSchema, room: recordIdSchema, label: roomLabel }),
    status: 201,
    response: bedSchema,
  }),
  changeBed: route({
    method: 'post',
    path: '/beds/:id',
    summary: 'Rename, close or open a bed',
    params: idParams,
    body: z.strictObject({ label: roomLabel.optional(), closed: z.boolean().optional() }),
    status: 200,
    response: bedSchema,
  }),
  arrange: route({
    method: 'post',
    path: '/facilities/:id/layout',
    summary: 'Set the order of units and rooms on the board; moves rooms between units',
    params: z.object({ id: facilityIdSchema }),
    body: layoutSchema,
    status: 200,
    response: pageOf(roomSchema),
  }),
  placements: route({
    method: 'get',
    path: '/placements',
    summary: 'Where devices stand and stood; of one device where it is named',
    query: page({ ...facilityQuery, device: deviceIdSchema.optional() }),
    status: 200,
    response: pageOf(placementSchema),
  }),
  createPlacement: route({
    method: 'post',
    path: '/placements',
    summary: 'Place a device',
    body: placementCreateSchema,
    status: 201,
    response: placementSchema,
  }),
} as const
