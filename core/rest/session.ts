/** Signing in, and who is signed in. */
import { z } from 'zod'
import { facilityIdSchema } from '../ids.ts'
import { languageSchema } from '../profile.ts'
import { roleSchema, route } from './route.ts'

export const sessionRequestSchema = z.strictObject({
  user: z.string().min(1).max(120),
  password: z.string().min(1).max(400),
})
export const meSchema = z
  .object({
    user: z.string(),
    role: roleSchema,
    facilities: z.array(facilityIdSchema),
    maker: z.string().nullable(),
    language: languageSchema,
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof meSchema>

export const sessionRoutes = {
  signIn: route({
    method: 'post',
    path: '/session',
    summary: 'Sign in',
    open: true,
    body: sessionRequestSchema,
    status: 200,
    response: meSchema,
  }),
  signOut: route({ method: 'delete', path: '/session', summary: 'Sign out', status: 204 }),
  me: route({
    method: 'get',
    path: '/me',
    summary: 'Who is signed in',
    status: 200,
    response: meSchema,
  }),
} as const
