/** Routes of user accounts: who may make whom, and which facility or maker each role must name. */

import type { UserRecord } from '../../../core/registry.ts'
import { roleSchema } from '../../../core/rest/route.ts'
import type { Me } from '../../../core/rest/session.ts'
import { meOf } from '../../auth/sessions.ts'
import { type Handlers, refuse } from '../call.ts'
import { filtered, pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'

const FACILITY_ROLES: readonly Me['role'][] = ['staff', 'display', 'facility_admin']

export const userView = (user: UserRecord) => meOf(user)

export function usersHandlers({ registry, passwords, clock }: HandlerDeps): Pick<Handlers, 'users' | 'createUser'> {
  /** A facility's administrator sees the people of the own facilities. */
  const maySee = (me: Me, user: UserRecord): boolean =>
    me.role === 'platform_admin' || user.facilities.some(facility => me.facilities.includes(facility))

  return {
    users: ({ me, query }) =>
      pageOf(
        query,
        filtered(
          page => registry.users.list(page),
          ({ user }) => user,
          user => maySee(me, user),
        ),
        ({ user }) => user,
        userView,
      ),

    async createUser({ me, body }) {
      const { user, password, role, facilities, maker, language } = body
      if (me.role !== 'platform_admin') {
        if (!FACILITY_ROLES.includes(role))
          refuse(
            'forbidden',
            `A facility's administrator makes ${FACILITY_ROLES.join(', ')}; ask the platform administrator for ${role}.`,
          )
        const foreign = facilities.filter(facility => !me.facilities.includes(facility))
        if (foreign.length > 0) refuse('forbidden', `Not a facility of yours: ${foreign.join(', ')}.`)
      }
      const fault = shapeFault(body)
      if (fault) refuse('bad_request', fault)
      for (const facility of facilities)
        if (!(await registry.facilities.get(facility)))
          refuse('bad_request', `facilities: there is no facility ${facility}.`)
      if (await registry.users.get(user)) refuse('conflict', `There is already a user ${user}.`)
      const record: UserRecord = {
        user,
        passwordHash: await passwords.hash(password),
        role: roleSchema.parse(role),
        facilities,
        maker: maker ?? null,
        language,
        createdMs: clock(),
      }
      await registry.users.create(record)
      return userView(record)
    },
  }
}

/** What a role needs beside its name; null: it fits. */
function shapeFault({
  role,
  facilities,
  maker,
}: {
  role: Me['role']
  facilities: readonly string[]
  maker?: string | undefined
}): string | null {
  if (FACILITY_ROLES.includes(role) && facilities.length === 0)
    return `facilities: ${role} works in at least one facility; name it.`
  if (role === 'display' && facilities.length !== 1) return 'facilities: a display shows exactly one facility.'
  if (!FACILITY_ROLES.includes(role) && facilities.length > 0)
    return `facilities: ${role} belongs to no facility; leave it empty.`
  if (role === 'manufacturer' && maker === undefined) return 'maker: name the maker that a manufacturer works for.'
  if (role !== 'manufacturer' && maker !== undefined) return `maker: ${role} works for no maker; leave it out.`
  return null
}
