/** Trials: design, protocol, enrolments. */
import { z } from 'zod'
import { facilityIdSchema, profileIdSchema } from '../ids.ts'
import { daySchema, idParams, page, pageOf, recordIdSchema, route, timeSchema } from './route.ts'

/** By which door the results may be used. */
export const LEGAL_ROUTES = ['real_use_evaluation', 'real_world_evidence', 'clinical_trial', 'foreign_data'] as const
const text = (max: number) => z.string().trim().min(1).max(max)
const designFields = {
  title: text(200),
  sponsor: text(200),
  legal_route: z.enum(LEGAL_ROUTES),
  device_types: z.array(profileIdSchema).min(1).max(20),
  sites: z.array(facilityIdSchema).min(1).max(100),
  /** First and last day, inclusive. */
  from: daySchema,
  to: daySchema,
}
const designSchema = z.strictObject(designFields)
const protocolSchema = z.object({
  version: z.string(),
  sha256: z.string(),
  recorded: timeSchema,
  /** Null: not locked. */
  locked: timeSchema.nullable(),
})
const trialSchema = z
  .object({
    id: recordIdSchema,
    maker: z.string(),
    ...designFields,
    created: timeSchema,
    /** Grows with every change of the design. */
    version: z.int(),
    /** Oldest first; the newest holds. */
    protocols: z.array(protocolSchema),
    /** For its maker null below twelve: the number could tell who is in. */
    enrolled: z.int().nullable(),
  })
  .meta({ id: 'Trial' })
export type Trial = z.infer<typeof trialSchema>
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 in lower-case hex')

const enrolmentSchema = z
  .object({
    id: recordIdSchema,
    trial: recordIdSchema,
    facility: facilityIdSchema,
    resident: recordIdSchema,
    /** Where the resident lives now. */
    room: recordIdSchema.nullable(),
    number: z.int(),
    protocol_version: z.string(),
    from: timeSchema,
    ended: z.object({ at: timeSchema, reason: z.string() }).nullable(),
  })
  .meta({ id: 'Enrolment' })

export const trialsRoutes = {
  trials: route({
    method: 'get',
    path: '/trials',
    summary: "Trials: a maker's own, a facility's, or all for a steward",
    query: page(),
    status: 200,
    response: pageOf(trialSchema),
  }),
  trial: route({
    method: 'get',
    path: '/trials/:id',
    summary: 'One trial',
    params: idParams,
    status: 200,
    response: trialSchema,
  }),
  createTrial: route({
    method: 'post',
    path: '/trials',
    summary: 'Plan a trial',
    body: designSchema,
    status: 201,
    response: trialSchema,
  }),
  editTrial: route({
    method: 'post',
    path: '/trials/:id',
    summary: 'Change the design, while no protocol is locked',
    params: idParams,
    body: z.strictObject({ ...designFields, version: z.int().min(1) }),
    status: 200,
    response: trialSchema,
  }),
  addProtocol: route({
    method: 'post',
    path: '/trials/:id/protocols',
    summary: 'Register a version of the protocol by its hash; after the first it is an amendment',
    params: idParams,
    body: z.strictObject({ version: text(40), sha256: sha256Schema }),
    status: 201,
    response: trialSchema,
  }),
  lockProtocol: route({
    method: 'post',
    path: '/trials/:id/lock',
    summary: 'Lock the newest protocol: from here on residents may be enrolled, and the design is fixed',
    params: idParams,
    body: z.strictObject({ protocol: text(40) }),
    status: 200,
    response: trialSchema,
  }),
  enrolments: route({
    method: 'get',
    path: '/trials/:id/enrolments',
    summary: 'Residents of the own facilities in a trial, by opaque number',
    params: idParams,
    query: page(),
    status: 200,
    response: pageOf(enrolmentSchema),
  }),
  enrol: route({
    method: 'post',
    path: '/trials/:id/enrolments',
    summary: 'Enrol a resident who has consented',
    params: idParams,
    body: z.strictObject({ facility: facilityIdSchema, resident: recordIdSchema, from: timeSchema }),
    status: 201,
    response: enrolmentSchema,
  }),
  endEnrolment: route({
    method: 'post',
    path: '/enrolments/:id/end',
    summary: 'End an enrolment',
    params: idParams,
    body: z.strictObject({ at: timeSchema, reason: text(500) }),
    status: 200,
    response: enrolmentSchema,
  }),
} as const
