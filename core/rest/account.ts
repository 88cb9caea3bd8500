/** One's own account: language, password, sessions and API tokens; and how an invited person comes in. */
import { z } from 'zod'
import { languageSchema } from '../profile.ts'
import { page, pageOf, recordIdSchema, route, TOKEN_SCOPES, timeSchema } from './route.ts'
import { meSchema } from './session.ts'

export const PASSWORD_MIN = 10
export const newPasswordSchema = z.string().min(PASSWORD_MIN).max(400)
const TOKEN_DAYS_MAX = 366

/** Where someone is signed in. */
const ownSessionSchema = z
  .object({
    id: z.string(),
    /** The session that asks. */
    current: z.boolean(),
    created: timeSchema,
    seen: timeSchema,
    expires: timeSchema,
    /** What the browser calls itself. */
    agent: z.string(),
  })
  .meta({ id: 'OwnSession' })
export type OwnSession = z.infer<typeof ownSessionSchema>

const tokenScopeSchema = z.enum(TOKEN_SCOPES)
const apiTokenSchema = z
  .object({
    id: recordIdSchema,
    name: z.string(),
    scopes: z.array(tokenScopeSchema),
    created: timeSchema,
    expires: timeSchema,
    /** When it was last used, to the minute; null: never. */
    seen: timeSchema.nullable(),
  })
  .meta({ id: 'ApiToken' })
export type ApiToken = z.infer<typeof apiTokenSchema>
const apiTokenMadeSchema = z
  .object({
    ...apiTokenSchema.shape,
    /** Shown this once. */
    token: z.string().regex(/^mmt_[0-9A-Za-z]{49}$/),
  })
  .meta({ id: 'ApiTokenMade' })
export type ApiTokenMade = z.infer<typeof apiTokenMadeSchema>

const sessionIdParams = z.object({ id: z.string().regex(/^[0-9a-f]{20}$/) })

export const accountRoutes = {
  editMe: route({
    method: 'patch',
    path: '/me',
    summary: 'Choose the language of the screens',
    body: z.strictObject({ language: languageSchema }),
    status: 200,
    response: meSchema,
  }),
  changePassword: route({
    method: 'post',
    path: '/me/password',
    summary: 'Change the own password; every other session ends',
    body: z.strictObject({ current: z.string().min(1).max(400), next: newPasswordSchema }),
    status: 204,
  }),
  mySessions: route({
    method: 'get',
    path: '/me/sessions',
    summary: 'Where one is signed in',
    query: page(),
    status: 200,
    response: pageOf(ownSessionSchema),
  }),
  endMySession: route({
    method: 'delete',
    path: '/me/sessions/:id',
    summary: 'Sign out there',
    params: sessionIdParams,
    status: 204,
  }),
  endMyOtherSessions: route({
    method: 'delete',
    path: '/me/sessions',
    summary: 'Sign out everywhere else',
    status: 204,
  }),
  myTokens: route({
    method: 'get',
    path: '/me/tokens',
    summary: 'Own API tokens, without their secret',
    query: page(),
    status: 200,
    response: pageOf(apiTokenSchema),
  }),
  createMyToken: route({
    method: 'post',
    path: '/me/tokens',
    summary: 'Make an API token; it is shown this once',
    body: z.strictObject({
      name: z.string().trim().min(1).max(80),
      scopes: z.array(tokenScopeSchema).min(1).max(TOKEN_SCOPES.length),
      days: z.int().min(1).max(TOKEN_DAYS_MAX),
    }),
    status: 201,
    response: apiTokenMadeSchema,
  }),
  revokeMyToken: route({
    method: 'delete',
    path: '/me/tokens/:id',
    summary: 'End an API token at once',
    params: z.object({ id: recordIdSchema }),
    status: 204,
  }),
  acceptInvitation: route({
    method: 'post',
    path: '/invitations/accept',
    summary: 'Set a first or a new password with a one-time code, and sign in',
    open: true,
    body: z.strictObject({ code: z.string().min(1).max(100), password: newPasswordSchema }),
    status: 200,
    response: meSchema,
  }),
} as const
