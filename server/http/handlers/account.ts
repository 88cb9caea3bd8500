/** Routes of one's own account: language, password, sessions, API tokens. */
import type { ApiTokenRecord, SessionRecord } from '../../../core/registry.ts'
import { scopesOf } from '../../../core/rest/scopes.ts'
import { requireStrongPassword } from '../../auth/password-rules.ts'
import { isLiving, publicIdOf } from '../../auth/sessions.ts'
import { type Handlers, refuse } from '../call.ts'
import { pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'

const DAY_MS = 86_400_000
/** Enough for every script of a team; a leaked account must not hide hundreds. */
const MAX_TOKENS = 50

type Names =
  | 'editMe'
  | 'changePassword'
  | 'mySessions'
  | 'endMySession'
  | 'endMyOtherSessions'
  | 'myTokens'
  | 'createMyToken'
  | 'revokeMyToken'

export function accountHandlers(deps: HandlerDeps): Pick<Handlers, Names> {
  const { registry, sessions, passwords, signIn, tokens, clock } = deps
  const livingOf = async (user: string): Promise<SessionRecord[]> =>
    (await registry.sessions.of(user)).filter(record => isLiving(record, clock()))

  return {
    async editMe({ me, body }) {
      await registry.users.setLanguage(me.user, body.language)
      return { ...me, language: body.language }
    },

    async changePassword({ me, body, session, address, request, response }) {
      const from = { address, headers: request.headers }
      const user = await signIn.guarded(me.user, from, async () => {
        const known = await registry.users.get(me.user)
        return known && (await passwords.verify(known.passwordHash, body.current)) ? known : null
      })
      if (!user) return refuse('bad_request', 'current: this is not your present password.')
      requireStrongPassword(body.next, me.user)
      await registry.users.setPasswordHash(me.user, await passwords.hash(body.next))
      await sessions.closeOf(me.user, session.id)
      // A session that someone may have copied does not outlive the password that opened it.
      response.setHeader('Set-Cookie', await sessions.renew(session, user, request.headers))
      return undefined
    },

    mySessions: ({ me, session, query }) =>
      pageOf(
        query,
        async ({ limit, after }) => {
          const all = await livingOf(me.user)
          const from =
            after === undefined ? 0 : all.findIndex(({ tokenSha256 }) => publicIdOf(tokenSha256) === after) + 1
          return all.slice(from, from + limit)
        },
        ({ tokenSha256 }) => publicIdOf(tokenSha256),
        record => ({
          id: publicIdOf(record.tokenSha256),
          current: record.tokenSha256 === session.id,
          created: time(record.createdMs),
          seen: time(record.seenMs),
          expires: time(record.expiresMs),
          agent: record.agent,
        }),
      ),

    async endMySession({ me, params, session, response }) {
      const found = (await livingOf(me.user)).find(({ tokenSha256 }) => publicIdOf(tokenSha256) === params.id)
      if (!found) return refuse('not_found', 'This session has ended already.')
      await sessions.close(found.tokenSha256)
      if (found.tokenSha256 === session.id) response.setHeader('Set-Cookie', sessions.noCookie)
      return undefined
    },

    async endMyOtherSessions({ me, session }) {
      await sessions.closeOf(me.user, session.id)
      return undefined
    },

    myTokens: ({ me, query }) =>
      pageOf(
        query,
        page => registry.tokens.list({ user: me.user, ...page }),
        ({ id }) => id,
        tokenView,
      ),

    async createMyToken({ me, body }) {
      const scopes = [...new Set(body.scopes)].toSorted()
      const useless = scopes.filter(scope => !scopesOf(me.role).includes(scope))
      if (useless.length > 0)
        refuse('forbidden', `As ${me.role} you have nothing that ${useless.join(', ')} could open.`)
      if ((await registry.tokens.list({ user: me.user, limit: MAX_TOKENS })).length >= MAX_TOKENS)
        refuse('conflict', `You have ${MAX_TOKENS} tokens; end those that nobody uses.`)
      const expiresMs = clock() + body.days * DAY_MS
      const { token, record } = await tokens.make({ user: me.user, name: body.name, scopes, expiresMs })
      return { ...tokenView(record), token }
    },

    async revokeMyToken({ me, params }) {
      if (!(await registry.tokens.revoke(me.user, params.id))) refuse('not_found', 'You have no such token.')
      return undefined
    },
  }
}

const time = (ms: number): string => new Date(ms).toISOString()
const tokenView = ({ id, name, scopes, createdMs, expiresMs, seenMs }: ApiTokenRecord) => ({
  id,
  name,
  scopes,
  created: time(createdMs),
  expires: time(expiresMs),
  seen: seenMs === null ? null : time(seenMs),
})
