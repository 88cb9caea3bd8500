/** Residents: who they are (for their own facility's administrators alone), where they live, when they are away. */
import { z } from 'zod'
import { facilityIdSchema } from '../ids.ts'
import { affectedReleaseSchema, consentSchema } from './consents.ts'
import { daySchema, facilityQuery, idParams, page, pageOf, recordIdSchema, route, timeSchema } from './route.ts'

export const SEXES = ['female', 'male', 'other'] as const
/** Levels of Japan's long-term care insurance, lightest first. */
export const CARE_LEVELS = [
  'independent',
  'support_1',
  'support_2',
  'care_1',
  'care_2',
  'care_3',
  'care_4',
  'care_5',
] as const
/** Coarse on purpose: what a rare disease would tell is never asked for. */
export const DIAGNOSIS_GROUPS = [
  'none',
  'dementia',
  'stroke',
  'heart',
  'lung',
  'bone_joint',
  'parkinson',
  'diabetes',
  'cancer',
  'mental',
  'other',
] as const
export const ABSENCE_REASONS = ['hospital', 'home', 'outing', 'other'] as const
export type AbsenceReason = (typeof ABSENCE_REASONS)[number]
const name = z.string().trim().min(1).max(80)
export const identitySchema = z
  .strictObject({
    name,
    /** Reading of the name. */
    kana: name.nullable().default(null),
    /** The facility's own number for the resident. */
    number: z.string().trim().min(1).max(40).nullable().default(null),
    birth_date: daySchema.nullable().default(null),
    sex: z.enum(SEXES).nullable().default(null),
    admitted_on: daySchema.nullable().default(null),
    diagnosis_group: z.enum(DIAGNOSIS_GROUPS).nullable().default(null),
  })
  .meta({ id: 'Identity' })

/** Without identity: an opaque number, and where and whether the resident lives here. */
const residentSchema = z
  .object({
    id: recordIdSchema,
    facility: facilityIdSchema,
    room: recordIdSchema.nullable(),
    bed: recordIdSchema.nullable(),
    /** Away at present. */
    absent: z.boolean(),
    left: timeSchema.nullable(),
    /** When the personal data were erased. */
    erased: timeSchema.nullable(),
  })
  .meta({ id: 'Resident' })
export type Resident = z.infer<typeof residentSchema>

const careLevelCreateSchema = z.strictObject({ level: z.enum(CARE_LEVELS), from: daySchema })
const stayCreateSchema = z.strictObject({ room: recordIdSchema, bed: recordIdSchema.optional(), from: timeSchema })
/** An admission in one piece: with care level and stay either all of it is there afterwards or nothing. */
const residentCreateSchema = z
  .strictObject({
    facility: facilityIdSchema,
    identity: identitySchema.optional(),
    care_level: careLevelCreateSchema.optional(),
    stay: stayCreateSchema.optional(),
  })
  .refine(({ identity, care_level, stay }) => identity !== undefined || (!care_level && !stay), {
    path: ['identity'],
    message: 'is needed with a care level or a stay',
  })
const careLevelSchema = z
  .object({ id: recordIdSchema, level: z.enum(CARE_LEVELS), from: daySchema, recorded: timeSchema, by: z.string() })
  .meta({ id: 'CareLevel' })
const absenceSchema = z
  .object({
    id: recordIdSchema,
    resident: recordIdSchema,
    reason: z.enum(ABSENCE_REASONS).nullable(),
    from: timeSchema,
    to: timeSchema.nullable(),
  })
  .meta({ id: 'Absence' })
const staySchema = z
  .object({
    id: recordIdSchema,
    room: recordIdSchema,
    bed: recordIdSchema.nullable(),
    from: timeSchema,
    to: timeSchema.nullable(),
  })
  .meta({ id: 'Stay' })
const residentDetailSchema = residentSchema
  .extend({
    /** Null: none was given, or it was erased. */
    identity: identitySchema.nullable(),
    /** Of the identity; 0: there is none. */
    version: z.int().min(0),
    care_levels: z.array(careLevelSchema),
    absences: z.array(absenceSchema),
    stays: z.array(staySchema),
    consents: z.array(consentSchema),
    trials: z.array(
      z.object({ trial: recordIdSchema, number: z.int(), from: timeSchema, ended: timeSchema.nullable() }),
    ),
    releases: z.array(affectedReleaseSchema),
  })
  .meta({ id: 'ResidentDetail' })

export const residentsRoutes = {
  residents: route({
    method: 'get',
    path: '/residents',
    summary: 'Residents, by opaque number',
    query: page(facilityQuery),
    status: 200,
    response: pageOf(residentSchema),
  }),
  residentIdentities: route({
    method: 'get',
    path: '/resident-identities',
    summary: 'Who the residents are',
    query: page(facilityQuery),
    status: 200,
    response: pageOf(z.object({ id: recordIdSchema, identity: identitySchema.nullable() })),
  }),
  resident: route({
    method: 'get',
    path: '/residents/:id',
    summary: 'All that is known of a resident',
    params: idParams,
    status: 200,
    response: residentDetailSchema,
  }),
  createResident: route({
    method: 'post',
    path: '/residents',
    summary: 'Add a resident; with an identity also care level and bed, in one piece',
    body: residentCreateSchema,
    status: 201,
    response: residentSchema,
  }),
  identifyResident: route({
    method: 'post',
    path: '/residents/:id/identity',
    summary: 'Give or correct the identity; earlier versions are kept until erasure',
    edits: true,
    params: idParams,
    body: identitySchema,
    status: 200,
    response: residentDetailSchema,
  }),
  addCareLevel: route({
    method: 'post',
    path: '/residents/:id/care-levels',
    summary: 'Record a care level from a day on',
    params: idParams,
    body: careLevelCreateSchema,
    status: 201,
    response: careLevelSchema,
  }),
  addAbsence: route({
    method: 'post',
    path: '/residents/:id/absences',
    summary: 'Record an absence; without an end until it is ended',
    params: idParams,
    body: z.strictObject({ reason: z.enum(ABSENCE_REASONS), from: timeSchema, to: timeSchema.optional() }),
    status: 201,
    response: absenceSchema,
  }),
  endAbsence: route({
    method: 'post',
    path: '/absences/:id/end',
    summary: 'End an absence: the resident is back',
    params: idParams,
    body: z.strictObject({ at: timeSchema }),
    status: 200,
    response: absenceSchema,
  }),
  addStay: route({
    method: 'post',
    path: '/residents/:id/stays',
    summary: 'The resident lives in a room, or bed, from a time on; ends the stay before',
    params: idParams,
    body: stayCreateSchema,
    status: 201,
    response: staySchema,
  }),
  leaveResident: route({
    method: 'post',
    path: '/residents/:id/leave',
    summary: 'The resident has left the facility; devices in the room stay there, for nobody',
    params: idParams,
    body: z.strictObject({ at: timeSchema }),
    status: 200,
    response: residentDetailSchema,
  }),
  eraseResident: route({
    method: 'post',
    path: '/residents/:id/erase',
    summary: 'Erase all personal data of a resident, for good; enrolments and releases stay listed',
    params: idParams,
    /** Repeats the number, so that nobody is erased by a slip. */
    body: z.strictObject({ confirm: recordIdSchema }),
    status: 200,
    response: residentDetailSchema,
  }),
} as const
