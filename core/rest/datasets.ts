/** Dataset requests, their review and builds, and the released datasets. */
import { z } from 'zod'
import { facilityIdSchema, profileIdSchema } from '../ids.ts'
import { daySchema, idParams, page, pageOf, recordIdSchema, route, timeSchema } from './route.ts'

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
/** What can be asked for: P0 of a facility, P0 or P1 of a trial. */
export const DATASET_PRODUCTS = ['P0', 'P1'] as const
/** P0 aggregates, P1 anonymous participants, P2 pseudonymised participants; which one a release is, the engine says. */
export const RELEASE_PRODUCTS = ['P0', 'P1', 'P2'] as const
const facilityScopeSchema = z.strictObject({
  facility: facilityIdSchema,
  device_types: z.array(profileIdSchema).min(1).max(20),
  /** First and last day, inclusive, in the facility's zone. */
  from: daySchema,
  to: daySchema,
})
/** All that a trial of the maker's own measured, at all its sites, in its own period. */
const trialScopeSchema = z.strictObject({ trial: recordIdSchema })
export const datasetScopeSchema = z.union([facilityScopeSchema, trialScopeSchema])
export type FacilityScope = z.infer<typeof facilityScopeSchema>
export type DatasetScope = z.infer<typeof datasetScopeSchema>
export const datasetRequestCreateSchema = z.strictObject({
  purpose: z.string().min(1).max(2000),
  product: z.enum(DATASET_PRODUCTS),
  scope: datasetScopeSchema,
})
const datasetReviewSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  /** Required for a rejection. */
  reason: z.string().min(1).max(2000).optional(),
})
const datasetReturnSchema = z.strictObject({ reason: z.string().min(1).max(2000) })
export const datasetJobSchema = z.object({
  request: recordIdSchema,
  state: z.enum(REQUEST_STATES),
  step: z.enum(['queued', 'extract', 'aggregate', 'anonymize', 'package', 'gate', 'sign', 'done']),
  /** 0–1 within the whole build. */
  progress: z.number(),
  readings: z.int().nullable(),
})
export type DatasetJob = z.infer<typeof datasetJobSchema>
const datasetFileSchema = z.object({
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
    /** Also the ETag, which an edit names in If-Match. */
    version: z.int(),
  })
  .meta({ id: 'DatasetRequest' })
export type DatasetRequest = z.infer<typeof datasetRequestSchema>
export const datasetSchema = z
  .object({
    id: recordIdSchema,
    request: recordIdSchema,
    maker: z.string(),
    product: z.enum(RELEASE_PRODUCTS),
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

export const datasetOutlookSchema = z
  .object({
    /** The most that can come out; null: nothing. What does come out, the engine says from the finished tables. */
    product: z.enum(DATASET_PRODUCTS).nullable(),
    reason: z.enum([
      'as_asked',
      'too_few_for_individuals',
      'too_few_sites',
      'no_grounds_for_pseudonymised',
      'too_few_people',
      'composition',
      'not_locked',
      'prefecture_unknown',
    ]),
  })
  .meta({ id: 'DatasetOutlook' })
export type DatasetOutlook = z.infer<typeof datasetOutlookSchema>

export const datasetsRoutes = {
  datasetOutlook: route({
    method: 'get',
    path: '/trials/:id/dataset-outlook',
    summary: 'Which product a dataset of this trial could be now, and why not more',
    params: idParams,
    query: z.object({ product: z.enum(DATASET_PRODUCTS) }),
    status: 200,
    response: datasetOutlookSchema,
  }),
  datasetRequests: route({
    method: 'get',
    path: '/dataset-requests',
    summary: 'Dataset requests',
    query: page(),
    status: 200,
    response: pageOf(datasetRequestSchema),
  }),
  datasetRequest: route({
    method: 'get',
    path: '/dataset-requests/:id',
    summary: 'One dataset request',
    params: idParams,
    status: 200,
    response: datasetRequestSchema,
  }),
  createDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests',
    summary: 'Draft a dataset request',
    body: datasetRequestCreateSchema,
    status: 201,
    response: datasetRequestSchema,
  }),
  submitDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id/submit',
    summary: 'Submit for review',
    params: idParams,
    status: 200,
    response: datasetRequestSchema,
  }),
  reviewDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id/review',
    summary: 'Approve or reject',
    params: idParams,
    body: datasetReviewSchema,
    status: 200,
    response: datasetRequestSchema,
  }),
  returnDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id/return',
    summary: 'Return to the maker for changes',
    params: idParams,
    body: datasetReturnSchema,
    status: 200,
    response: datasetRequestSchema,
  }),
  editDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id',
    summary: 'Change a draft or returned request; earlier reviews no longer count',
    edits: true,
    params: idParams,
    body: datasetRequestCreateSchema,
    status: 200,
    response: datasetRequestSchema,
  }),
  withdrawDatasetRequest: route({
    method: 'post',
    path: '/dataset-requests/:id/withdraw',
    summary: 'Withdraw',
    params: idParams,
    status: 200,
    response: datasetRequestSchema,
  }),
  dataset: route({
    method: 'get',
    path: '/datasets/:id',
    summary: 'A released dataset and its files',
    params: idParams,
    status: 200,
    response: datasetSchema,
  }),
  datasetFile: route({
    method: 'get',
    path: '/datasets/:id/files/:name',
    summary: 'Download a file (Range; by its expiring link)',
    open: true,
    params: z.object({ id: recordIdSchema, name: z.string().regex(/^[A-Za-z0-9._-]{1,120}$/) }),
    query: z.object({ expires: z.coerce.number().int(), token: z.string() }),
    status: 200,
    ranges: true,
    response: '*/*',
  }),
} as const
