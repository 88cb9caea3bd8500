/** Consents of residents, and their withdrawal. */
import { z } from 'zod'
import { facilityIdSchema } from '../ids.ts'
import { facilityQuery, idParams, page, pageOf, recordIdSchema, route, timeSchema } from './route.ts'

/** `device_evaluation`: the anonymous products; `trial_participation`: being enrolled in a trial; `research`: research within the house. */
export const CONSENT_PURPOSES = ['device_evaluation', 'trial_participation', 'research'] as const

export const consentSchema = z
  .object({
    id: recordIdSchema,
    facility: facilityIdSchema,
    resident: recordIdSchema,
    purpose: z.enum(CONSENT_PURPOSES),
    /** ISO 3166-1 alpha-2; null: the data stay in the country. */
    recipient_country: z.string().nullable(),
    /** Null: not recorded. */
    text_version: z.string().nullable(),
    from: timeSchema,
    to: timeSchema.nullable(),
    withdrawn: timeSchema.nullable(),
  })
  .meta({ id: 'Consent' })
export type Consent = z.infer<typeof consentSchema>
/** What was released with data of a resident in it; it stays listed after withdrawal and erasure. */
export const affectedReleaseSchema = z.object({ id: recordIdSchema, maker: z.string(), created: timeSchema })

export const consentsRoutes = {
  consents: route({
    method: 'get',
    path: '/consents',
    summary: 'Consents',
    query: page(facilityQuery),
    status: 200,
    response: pageOf(consentSchema),
  }),
  createConsent: route({
    method: 'post',
    path: '/consents',
    summary: 'Record a consent',
    body: z.strictObject({
      facility: facilityIdSchema,
      resident: recordIdSchema,
      purpose: z.enum(CONSENT_PURPOSES),
      recipient_country: z
        .string()
        .regex(/^[A-Z]{2}$/, 'is no ISO 3166 country code of two letters, such as KR')
        .optional(),
      text_version: z.string().trim().min(1).max(80).optional(),
      from: timeSchema,
      to: timeSchema.optional(),
    }),
    status: 201,
    response: consentSchema,
  }),
  withdrawConsent: route({
    method: 'post',
    path: '/consents/:id/withdraw',
    summary: 'Withdraw a consent: the resident is in no later release; lists the earlier ones affected',
    params: idParams,
    body: z.strictObject({ at: timeSchema.optional() }),
    status: 200,
    response: consentSchema.extend({ releases: z.array(affectedReleaseSchema) }).meta({ id: 'WithdrawnConsent' }),
  }),
} as const
