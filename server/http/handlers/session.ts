/** Routes of signing in and out, and of the first administrator. */

import { AppError } from '../../../core/errors.ts'
import { endFirstStart, isFirstStartCode } from '../../auth/first-start.ts'
import { type Handlers, refuse } from '../call.ts'
import type { HandlerDeps } from './deps.ts'
import { userView } from './users.ts'

export function sessionHandlers({
  registry,
  sessions,
  passwords,
  throttle,
  metrics,
  log,
  clock,
}: HandlerDeps): Pick<Handlers, 'signIn' | 'signOut' | 'me' | 'setup'> {
  /** Two setups at the same moment follow each other, so that one code makes one administrator. */
  let setups: Promise<unknown> = Promise.resolve()

  const holdBack = (user: string, address: string): void => {
    const waitMs = throttle.waitMs(user, address)
    if (waitMs === 0) return
    metrics.signIn('throttled')
    const detail = `Too many wrong attempts. Wait ${Math.ceil(waitMs / 60_000)} min, or ask your administrator.`
    throw new AppError('too_many_attempts', detail, { retryAfterMs: waitMs })
  }

  return {
    async signIn({ body, address, response }) {
      const name = body.user.trim().toLowerCase()
      holdBack(name, address)
      throttle.attempted(name, address)
      const user = await registry.users.get(name)
      if (!(await passwords.verify(user?.passwordHash ?? null, body.password)) || !user) {
        metrics.signIn('refused')
        return refuse('wrong_credentials', 'The name or the password is wrong.')
      }
      throttle.succeeded(name, address)
      metrics.signIn('ok')
      const { token, session } = await sessions.open(user)
      response.setHeader('Set-Cookie', sessions.cookie(token))
      return session.me
    },

    async signOut({ session, response }) {
      await sessions.close(session.id)
      response.setHeader('Set-Cookie', sessions.cookie(null))
      return undefined
    },

    me: async ({ me }) => me,

    setup({ body, address }) {
      const work = setups.then(async () => {
        holdBack('', address)
        throttle.attempted('', address)
        if (!(await isFirstStartCode(registry, body.code))) {
          const known = (await registry.users.count()) > 0
          return known
            ? refuse('not_ready', 'The platform has an administrator already; sign in.')
            : refuse(
                'wrong_credentials',
                'The code is wrong. It was printed when the server first started; `npm run server -- --new-code` prints a new one.',
              )
        }
        throttle.succeeded('', address)
        const user = {
          user: body.user,
          passwordHash: await passwords.hash(body.password),
          role: 'platform_admin' as const,
          facilities: [],
          maker: null,
          language: 'en' as const,
          createdMs: clock(),
        }
        await registry.users.create(user)
        await endFirstStart(registry)
        log.info({}, 'the first administrator was made')
        return userView(user)
      })
      setups = work.catch(() => undefined)
      return work
    },
  }
}
