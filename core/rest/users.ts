/** Accounts: the first administrator, and the people whom administrators add, change and invite. */
import { z } from 'zod'
import { facilityIdSchema } from '../ids.ts'
import { languageSchema } from '../profile.ts'
import { newPasswordSchema } from './account.ts'
import { page, pageOf, roleSchema, route, timeSchema } from './route.ts'

const userNameSchema = z.string().regex(/^[a-z0-9][a-z0-9._@-]{1,62}$/)
/** Opens the platform to its first administrator with the one-time code that was printed at first start. */
const setupSchema = z.strictObject({
  code: z.string().min(1).max(100),
  user: userNameSchema,
  password: newPasswordSchema,
  language: languageSchema.default('en'),
})
const USER_STATES = ['active', 'invited', 'disabled'] as const
const userSchema = z
  .object({
    user: z.string(),
    role: roleSchema,
    facilities: z.array(facilityIdSchema),
    maker: z.string().nullable(),
    language: languageSchema,
    /** `invited`: has set no password yet. */
    state: z.enum(USER_STATES),
    /** Also the ETag, which an edit names in If-Match. */
    version: z.int(),
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof userSchema>
const invitationSchema = z
  .object({
    user: z.string(),
    /** Shown this once; it sets a password once. */
    code: z.string(),
    /** The page where it is used, with the code behind the #. */
    url: z.string(),
    expires: timeSchema,
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof invitationSchema>
const makerSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,56}$/)
const userCreateSchema = z.strictObject({
  user: userNameSchema,
  /** Leave it out: the answer then has an invitation, and nobody but the person knows the password. */
  password: newPasswordSchema.optional(),
  role: roleSchema,
  facilities: z.array(facilityIdSchema).max(500).default([]),
  maker: makerSchema.optional(),
  language: languageSchema.default('ja'),
})
const userCreatedSchema = z
  .object({ ...userSchema.shape, invitation: invitationSchema.nullable() })
  .meta({ id: 'UserCreated' })
export type UserCreated = z.infer<typeof userCreatedSchema>
const userEditSchema = z.strictObject({
  role: roleSchema.optional(),
  facilities: z.array(facilityIdSchema).max(500).optional(),
  maker: makerSchema.nullable().optional(),
  /** True ends every session and token of this person at once. */
  disabled: z.boolean().optional(),
})

const userParams = z.object({ user: userNameSchema })

export const usersRoutes = {
  setupState: route({
    method: 'get',
    path: '/setup',
    summary: 'Whether the platform waits for its first administrator',
    open: true,
    status: 200,
    response: z.object({ open: z.boolean() }),
  }),
  setup: route({
    method: 'post',
    path: '/setup',
    summary: 'Make the first administrator, with the one-time code of the first start',
    open: true,
    body: setupSchema,
    status: 201,
    response: userSchema,
  }),
  users: route({
    method: 'get',
    path: '/users',
    summary: 'Users',
    query: page(),
    status: 200,
    response: pageOf(userSchema),
  }),
  user: route({
    method: 'get',
    path: '/users/:user',
    summary: 'One user',
    params: userParams,
    status: 200,
    response: userSchema,
  }),
  createUser: route({
    method: 'post',
    path: '/users',
    summary: 'Add a user, who sets the first password with the invitation in the answer',
    body: userCreateSchema,
    status: 201,
    response: userCreatedSchema,
  }),
  editUser: route({
    method: 'patch',
    path: '/users/:user',
    summary: 'Change role, places or state of a user; open screens follow within a second',
    edits: true,
    params: userParams,
    body: userEditSchema,
    status: 200,
    response: userSchema,
  }),
  inviteUser: route({
    method: 'post',
    path: '/users/:user/invitation',
    summary: 'Invite a user anew: a one-time code for a new password; the present one works until the code is used',
    params: userParams,
    status: 201,
    response: invitationSchema,
  }),
  endUserSessions: route({
    method: 'delete',
    path: '/users/:user/sessions',
    summary: 'End every session and API token of a user at once',
    params: userParams,
    status: 204,
  }),
} as const
