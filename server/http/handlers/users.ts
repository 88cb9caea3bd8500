/** Routes of user accounts: who may make, change and invite whom, and which facility or maker each role must name. */
import { AppError } from '../../../core/errors.ts'
import type { UserRecord } from '../../../core/registry.ts'
import type { Role } from '../../../core/rest/route.ts'
import { APPOINTS } from '../../../core/rest/rules.ts'
import type { Me } from '../../../core/rest/session.ts'
import type { May } from '../../auth/authority.ts'
import { requireStrongPassword } from '../../auth/password-rules.ts'
import { type Handlers, refuse } from '../call.ts'
import { filtered, pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'
import { userView } from './user-view.ts'

const FACILITY_ROLES: readonly Role[] = ['staff', 'display', 'facility_admin']
interface Asks {
  me: Me
  may: May
}

type Names = 'users' | 'user' | 'createUser' | 'editUser' | 'inviteUser' | 'endUserSessions'

export function usersHandlers(deps: HandlerDeps): Pick<Handlers, Names> {
  const { registry, sessions, invitations, passwords, clock, log } = deps
  /** A facility's administrator sees the people of the own facilities. */
  const maySee = (may: May, user: UserRecord): boolean => may({ facilities: user.facilities })

  const find = async (may: May, name: string): Promise<UserRecord> => {
    const user = await registry.users.get(name)
    return user && maySee(may, user) ? user : refuse('not_found', `You have no user ${name}.`)
  }
  /** Who works elsewhere too, or as something that a facility does not appoint, is not a facility's to change. */
  const requireMayAppoint = ({ me, may }: Asks, role: Role, facilities: readonly string[]): void => {
    const roles = APPOINTS[me.role] ?? []
    if (!roles.includes(role))
      refuse('forbidden', `As ${me.role} you make ${roles.join(', ')}; ask the platform administrator for ${role}.`)
    const foreign = facilities.filter(facility => !may({ facility }))
    if (foreign.length > 0) refuse('forbidden', `Not a facility of yours: ${foreign.join(', ')}.`)
  }
  const requireFits = async (given: Shape): Promise<void> => {
    const fault = shapeFault(given)
    if (fault) refuse('bad_request', fault)
    for (const facility of given.facilities)
      if (!(await registry.facilities.get(facility)))
        refuse('bad_request', `facilities: there is no facility ${facility}.`)
  }
  const invite = async (user: string) => {
    const { code, url, expiresMs } = await invitations.make(user)
    return { user, code, url, expires: new Date(expiresMs).toISOString() }
  }

  return {
    users: ({ may, query }) =>
      pageOf(
        query,
        filtered(
          page => registry.users.list(page),
          ({ user }) => user,
          user => maySee(may, user),
        ),
        ({ user }) => user,
        userView,
      ),

    user: async ({ may, params }) => userView(await find(may, params.user)),

    async createUser({ me, may, body }) {
      const { user, password, role, facilities, maker = null, language } = body
      requireMayAppoint({ me, may }, role, facilities)
      await requireFits({ role, facilities, maker })
      if (password !== undefined) requireStrongPassword(password, user)
      if (await registry.users.get(user)) refuse('conflict', `There is already a user ${user}.`)
      const passwordHash = password === undefined ? null : await passwords.hash(password)
      await registry.users.create({ user, passwordHash, role, facilities, maker, language, createdMs: clock() })
      const invitation = password === undefined ? await invite(user) : null
      return { ...userView(await find(may, user)), invitation }
    },

    async editUser({ me, may, params, body, version }) {
      const before = await find(may, params.user)
      requireMayAppoint({ me, may }, before.role, before.facilities)
      const after = {
        role: body.role ?? before.role,
        facilities: body.facilities ?? before.facilities,
        maker: body.maker === undefined ? before.maker : body.maker,
      }
      requireMayAppoint({ me, may }, after.role, after.facilities)
      await requireFits(after)
      const ends = body.disabled === true || after.role !== before.role
      if (me.user === before.user && ends) refuse('conflict', 'Ask another administrator to change your own account.')
      const disabledMs = body.disabled === undefined ? before.disabledMs : body.disabled ? clock() : null
      const changed = await registry.users
        .change(before.user, version, { ...after, disabledMs })
        .catch((error: unknown) => {
          throw error instanceof AppError && error.code === 'conflict'
            ? new AppError('precondition_failed', 'This user was changed meanwhile; read it again.', { cause: error })
            : error
        })
      if (disabledMs !== null) await endAccess(before.user)
      sessions.rightsChanged()
      log.info({}, 'the rights of a user were changed')
      return userView(changed)
    },

    async inviteUser({ me, may, params }) {
      const user = await find(may, params.user)
      requireMayAppoint({ me, may }, user.role, user.facilities)
      if (user.disabledMs !== null) refuse('not_ready', 'This account was ended; open it again first.')
      return invite(user.user)
    },

    async endUserSessions({ me, may, params }) {
      const user = await find(may, params.user)
      requireMayAppoint({ me, may }, user.role, user.facilities)
      await endAccess(user.user)
      return undefined
    },
  }

  async function endAccess(user: string): Promise<void> {
    await registry.tokens.revokeAllOf(user)
    await sessions.closeOf(user)
  }
}

interface Shape {
  role: Role
  facilities: readonly string[]
  maker: string | null
}

/** What a role needs beside its name; null: it fits. */
function shapeFault({ role, facilities, maker }: Shape): string | null {
  if (FACILITY_ROLES.includes(role) && facilities.length === 0)
    return `facilities: ${role} works in at least one facility; name it.`
  if (role === 'display' && facilities.length !== 1) return 'facilities: a display shows exactly one facility.'
  if (!FACILITY_ROLES.includes(role) && facilities.length > 0)
    return `facilities: ${role} belongs to no facility; leave it empty.`
  if (role === 'manufacturer' && maker === null) return 'maker: name the maker that a manufacturer works for.'
  if (role !== 'manufacturer' && maker !== null) return `maker: ${role} works for no maker; leave it out.`
  return null
}
