/** Accounts: the first administrator, and the people whom administrators add. */
import { z } from 'zod'
import { facilityIdSchema } from '../ids.ts'
import { languageSchema } from '../profile.ts'
import { page, pageOf, type Role, roleSchema, route } from './route.ts'

/** Opens the platform to its first administrator with the one-time code that was printed at first start. */
const setupSchema = z.strictObject({
  code: z.string().min(1).max(100),
  user: z.string().regex(/^[a-z0-9][a-z0-9._@-]{1,62}$/),
  password: z.string().min(10).max(400),
})
const userSchema = z
  .object({
    user: z.string(),
    role: roleSchema,
    facilities: z.array(facilityIdSchema),
    maker: z.string().nullable(),
    language: languageSchema,
  })
  .meta({ id: 'User' })
const userCreateSchema = z.strictObject({
  user: z.string().regex(/^[a-z0-9][a-z0-9._@-]{1,62}$/),
  password: z.string().min(10).max(400),
  role: roleSchema,
  facilities: z.array(facilityIdSchema).default([]),
  maker: z.string().optional(),
  language: languageSchema.default('ja'),
})

const PLACE_ADMINS: readonly Role[] = ['facility_admin', 'platform_admin']

export const usersRoutes = {
  setup: route({
    method: 'post',
    path: '/setup',
    summary: 'Make the first administrator, with the one-time code of the first start',
    roles: null,
    body: setupSchema,
    status: 201,
    response: userSchema,
  }),
  users: route({
    method: 'get',
    path: '/users',
    summary: 'Users',
    roles: PLACE_ADMINS,
    query: page(),
    status: 200,
    response: pageOf(userSchema),
  }),
  createUser: route({
    method: 'post',
    path: '/users',
    summary: 'Add a user',
    roles: PLACE_ADMINS,
    body: userCreateSchema,
    status: 201,
    response: userSchema,
  }),
} as const
