/** Routes of signing in and out, of the first administrator, and of coming in with an invitation. */
import { AppError } from '../../../core/errors.ts'
import { endFirstStart, firstStartIsOpen, isFirstStartCode } from '../../auth/first-start.ts'
import { requireStrongPassword } from '../../auth/password-rules.ts'
import { passwordProof } from '../../auth/sign-in.ts'
import { type Handlers, refuse } from '../call.ts'
import type { HandlerDeps } from './deps.ts'
import { userView } from './user-view.ts'

type Names = 'signIn' | 'signOut' | 'me' | 'setupState' | 'setup' | 'acceptInvitation'

export function sessionHandlers({
  registry,
  sessions,
  passwords,
  signIn,
  invitations,
  log,
  clock,
}: HandlerDeps): Pick<Handlers, Names> {
  const byPassword = passwordProof({ registry, passwords })
  /** Two setups at the same moment follow each other, so that one code makes one administrator. */
  let setups: Promise<unknown> = Promise.resolve()

  return {
    async signIn({ body, address, request, response }) {
      const name = body.user.trim().toLowerCase()
      const from = { address, headers: request.headers }
      const { session, cookies } = await signIn.enter(byPassword, name, body.password, from)
      response.setHeader('Set-Cookie', cookies)
      return session.me
    },

    async signOut({ session, response }) {
      await sessions.close(session.id)
      response.setHeader('Set-Cookie', sessions.noCookie)
      return undefined
    },

    me: async ({ me }) => me,

    setupState: async () => ({ open: await firstStartIsOpen(registry) }),

    setup({ body, address, request }) {
      const work = setups.then(async () => {
        const from = { address, headers: request.headers }
        const right = await signIn.guarded('', from, async () =>
          (await isFirstStartCode(registry, body.code)) ? true : null,
        )
        if (!right) {
          const known = (await registry.users.count()) > 0
          return known
            ? refuse('not_ready', 'The platform has an administrator already; sign in.')
            : refuse(
                'wrong_credentials',
                'The code is wrong. It was printed when the server first started; `npm run server -- --new-code` prints a new one.',
              )
        }
        requireStrongPassword(body.password, body.user)
        await registry.users.create({
          user: body.user,
          passwordHash: await passwords.hash(body.password),
          role: 'platform_admin',
          facilities: [],
          maker: null,
          language: body.language,
          createdMs: clock(),
        })
        await endFirstStart(registry)
        log.info({}, 'the first administrator was made')
        const made = await registry.users.get(body.user)
        return made ? userView(made) : refuse('not_found', 'The user is gone.')
      })
      setups = work.catch(() => undefined)
      return work
    },

    async acceptInvitation({ body, address, request, response }) {
      const from = { address, headers: request.headers }
      const user = await signIn.guarded('', from, () => invitations.of(body.code))
      if (!user) throw invitationGone()
      requireStrongPassword(body.password, user.user)
      if (!(await invitations.accept(body.code, await passwords.hash(body.password)))) throw invitationGone()
      sessions.rightsChanged()
      const { session, cookies } = await signIn.enter(byPassword, user.user, body.password, from)
      response.setHeader('Set-Cookie', cookies)
      return session.me
    },
  }
}

const invitationGone = (): AppError =>
  new AppError(
    'wrong_credentials',
    'This invitation is not valid: it was used, has expired, or was replaced by a newer one.',
  )
