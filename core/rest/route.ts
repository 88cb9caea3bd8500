/** What every route of the HTTP contract is made of: pages, times, ids, and the form of its entry. */
import { z } from 'zod'
import { facilityIdSchema } from '../ids.ts'

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

/** What an API token may be made for; scopes.ts says which routes each opens. */
export const TOKEN_SCOPES = [
  'datasets:read',
  'datasets:write',
  'datasets:review',
  'devices:read',
  'devices:enrol',
  'readings:read',
  'ledger:read',
  'registry:read',
  'registry:write',
  'trials:read',
  'trials:write',
  'audit:read',
] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

/** RFC 3339 with offset, of a year that every part can write in every zone. */
export const timeSchema = z.iso.datetime({ offset: true }).refine(text => {
  const year = Number(text.slice(0, 4))
  return year >= 1970 && year <= 9998
}, 'lies before 1970 or after 9998')
export const recordIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
export const valueSchema = z.union([z.number(), z.string()])
/** Calendar day in the facility's zone. */
export const daySchema = z.iso.date()

/** A keyset page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() })
const pageQuery = { limit: z.coerce.number().int().min(1).max(500).default(100), after: z.string().optional() }
export const page = <S extends z.ZodRawShape = Record<never, never>>(extra: S = {} as S) =>
  z.object({ ...pageQuery, ...extra })
/** A device id is unique within its facility; `facility` is needed where the reader sees several. */
export const facilityQuery = { facility: facilityIdSchema.optional() }
export const idParams = z.object({ id: recordIdSchema })

export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Express form, below API_ROOT. */
  path: string
  summary: string
  /** Needs no session. Who may call the others, and on whose things, stands in rules.ts: one that is not there does not compile. */
  open?: true
  /** An edit of something that has a `version`: `If-Match` names the one that was read, and must. */
  edits?: boolean
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** Of a file: parts of it may be asked for. */
  ranges?: boolean
  /** Status of success, and its body; a string is a media type that is streamed; undefined: no body. */
  status: 200 | 201 | 204
  response?: z.ZodType | string
}

export const route = <const R extends Route>(r: R): R => r
