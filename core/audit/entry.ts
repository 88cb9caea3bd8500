/** What one entry of the audit trail says, and the bytes it is hashed as. */
import { z } from 'zod'
import { roleSchema } from '../rest/route.ts'
import { canonicalJson, type Json } from './canonical.ts'

/** What someone was doing it for: decides nothing, but is what a resident or a reviewer asks first. */
export const AUDIT_PURPOSES = ['care', 'administration', 'research', 'security', 'technical', 'audit'] as const
export const ACTOR_KINDS = ['user', 'token', 'system', 'unknown'] as const
export const AUDIT_RESULTS = ['done', 'refused'] as const

const jsonSchema: z.ZodType<Json> = z.json() as z.ZodType<Json>
const hexSchema = z.string().regex(/^[0-9a-f]{64}$/)

const actorSchema = z.strictObject({
  kind: z.enum(ACTOR_KINDS),
  /** A user's sign-in name (also where a token of that user acts), the part of the system; '' for somebody who was not recognised. */
  id: z.string().max(200),
  role: roleSchema.nullable(),
  /** Public id of the token that acted for the user. */
  via: z.string().max(64).optional(),
})
const subjectSchema = z.strictObject({ kind: z.string().regex(/^[a-z_]{1,40}$/), id: z.string().max(300) })

/** `prev` is the SHA-256 of the line before, so that the chain can be followed with `sha256sum` alone; 64 zeros at the first. */
export const auditEntrySchema = z.strictObject({
  v: z.literal(1),
  seq: z.int().min(0),
  /** UTC, milliseconds. */
  at: z.iso.datetime({ precision: 3 }),
  actor: actorSchema,
  address: z.string().max(100).nullable(),
  purpose: z.enum(AUDIT_PURPOSES),
  action: z.string().regex(/^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/),
  result: z.enum(AUDIT_RESULTS),
  subject: subjectSchema,
  facility: z.string().nullable(),
  resident: z.string().nullable(),
  old: jsonSchema,
  new: jsonSchema,
  /** Personal values, encrypted under the resident's own key; the key's end makes them unreadable and changes no byte here. */
  sealed_old: z.string().optional(),
  sealed_new: z.string().optional(),
  correlation: z.string().nullable(),
  prev: hexSchema,
})
export type AuditEntry = z.infer<typeof auditEntrySchema>
export type Actor = AuditEntry['actor']
export type AuditPurpose = AuditEntry['purpose']

export const FIRST_PREV = '0'.repeat(64)

/** The one line that an entry is: kept, exported, hashed. */
export const lineOf = (entry: AuditEntry): string => canonicalJson(entry as unknown as Json)

/** The entry of a line, or why it is none: not JSON, not of this form, or not written the canonical way. */
export function entryOf(line: string): { entry: AuditEntry } | { fault: 'not_json' | 'schema' | 'not_canonical' } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { fault: 'not_json' }
  }
  const parsed = auditEntrySchema.safeParse(value)
  if (!parsed.success) return { fault: 'schema' }
  return lineOf(parsed.data) === line ? { entry: parsed.data } : { fault: 'not_canonical' }
}
