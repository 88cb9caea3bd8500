/** The audit trail over HTTP: what was recorded, whether it holds, checkpoints for those who keep them, the whole of it for an offline check. */
import { z } from 'zod'
import { ACTOR_KINDS, AUDIT_PURPOSES, AUDIT_RESULTS } from '../audit/entry.ts'
import { facilityIdSchema } from '../ids.ts'
import { page, pageOf, recordIdSchema, roleSchema, route, timeSchema } from './route.ts'

/** Questions that auditors ask again and again; each is a filter, and may be narrowed by the other parameters. */
export const AUDIT_QUESTIONS = [
  'resident',
  'views',
  'releases',
  'downloads',
  'sign_ins',
  'failed_sign_ins',
  'refusals',
  'permissions',
  'consents',
  'devices',
] as const
export type AuditQuestion = (typeof AUDIT_QUESTIONS)[number]

/** Any JSON. */
const jsonValue = z.unknown()

export const auditEntryViewSchema = z
  .object({
    seq: z.int(),
    /** UTC. */
    at: timeSchema,
    actor: z.object({
      kind: z.enum(ACTOR_KINDS),
      id: z.string(),
      role: roleSchema.nullable(),
      via: z.string().optional(),
    }),
    address: z.string().nullable(),
    purpose: z.enum(AUDIT_PURPOSES),
    action: z.string(),
    result: z.enum(AUDIT_RESULTS),
    subject: z.object({ kind: z.string(), id: z.string() }),
    facility: z.string().nullable(),
    resident: z.string().nullable(),
    old: jsonValue,
    new: jsonValue,
    /** Values that say who the resident is. `sealed`: not for this reader; `erased`: the resident's key was destroyed. */
    personal: z.object({ state: z.enum(['open', 'sealed', 'erased']), old: jsonValue, new: jsonValue }).nullable(),
    correlation: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntryView = z.infer<typeof auditEntryViewSchema>

const findingSchema = z.object({
  kind: z.enum(['unreadable', 'chain', 'leaf', 'column', 'number', 'end', 'tree', 'own_checkpoint']),
  /** The first entry that cannot be trusted any more; null where that cannot be told. */
  seq: z.int().nullable(),
})
const base64Schema = z.string()

const auditVerificationSchema = z
  .object({
    ok: z.boolean(),
    /** What the log calls itself in its checkpoints. */
    origin: z.string(),
    /** For `npm run audit-verify -- --key`. */
    key: z.string(),
    size: z.int(),
    root: base64Schema,
    /** At most 50, in order of entries. */
    findings: z.array(findingSchema),
    first_bad: z.int().nullable(),
    found: z.int(),
    own_checkpoints: z.int(),
    checkpoint: z
      .object({
        result: z.enum(['holds', 'malformed', 'other_key', 'bad_signature', 'other_log', 'truncated', 'differs']),
        size: z.int().nullable(),
        root: base64Schema.nullable(),
        /** From the checkpoint's size to this one [RFC 9162]. */
        consistency: z.array(base64Schema),
      })
      .nullable(),
  })
  .meta({ id: 'AuditVerification' })
export type AuditVerification = z.infer<typeof auditVerificationSchema>

export const auditRoutes = {
  audit: route({
    method: 'get',
    path: '/audit',
    summary: 'Entries of the audit trail, newest first; administrators of a facility read those about it',
    query: page({
      question: z.enum(AUDIT_QUESTIONS).optional().meta({ description: '`resident` needs `resident` as well' }),
      facility: facilityIdSchema.optional(),
      resident: recordIdSchema.optional(),
      actor: z.string().max(200).optional(),
      action: z
        .string()
        .regex(/^[a-z][a-z_.]{0,79}$/)
        .optional()
        .meta({ description: 'Such as `user.create`; with a dot at its end all of a kind' }),
      subject_kind: z.string().max(40).optional(),
      subject: z.string().max(300).optional(),
      result: z.enum(AUDIT_RESULTS).optional(),
      from: timeSchema.optional(),
      to: timeSchema.optional(),
    }),
    status: 200,
    response: pageOf(auditEntryViewSchema),
  }),
  auditVerify: route({
    method: 'get',
    path: '/audit/verify',
    summary: 'Verify the whole trail, and that it goes on from a checkpoint that was kept elsewhere',
    query: z.object({
      checkpoint: z.string().max(4_000).optional().meta({ description: 'The signed note, as it was given' }),
    }),
    status: 200,
    response: auditVerificationSchema,
  }),
  auditCheckpoint: route({
    method: 'get',
    path: '/audit/checkpoint',
    summary: 'The newest checkpoint, a signed note (C2SP tlog-checkpoint) to keep outside this platform',
    status: 200,
    response: 'text/plain',
  }),
  auditKey: route({
    method: 'get',
    path: '/audit/key',
    summary: 'The key that checkpoints are signed with, as a verifier key of a signed note',
    status: 200,
    response: z.object({ origin: z.string(), key: z.string() }).meta({ id: 'AuditKey' }),
  }),
  auditConsistency: route({
    method: 'get',
    path: '/audit/consistency',
    summary: 'Proof that a checkpoint goes on from an earlier one (RFC 9162), for those who keep checkpoints',
    query: z.object({ from: z.coerce.number().int().min(0), to: z.coerce.number().int().min(0) }),
    status: 200,
    response: z.object({ from: z.int(), to: z.int(), proof: z.array(base64Schema) }).meta({ id: 'AuditConsistency' }),
  }),
  auditProof: route({
    method: 'get',
    path: '/audit/entries/:seq/proof',
    summary: 'Proof that an entry is in the trail (C2SP tlog-proof), to be checked without this platform',
    params: z.object({ seq: z.coerce.number().int().min(0) }),
    status: 200,
    response: z
      .object({
        seq: z.int(),
        /** The entry's bytes are this text in UTF-8. */
        line: z.string(),
        tlog_proof: z.string(),
      })
      .meta({ id: 'AuditProof' }),
  }),
  auditExport: route({
    method: 'get',
    path: '/audit/export',
    summary: 'The whole trail, one entry a line and a checkpoint as the last, for `npm run audit-verify`',
    status: 200,
    response: 'application/x-ndjson',
  }),
} as const
