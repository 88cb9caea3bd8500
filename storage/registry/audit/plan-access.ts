/** What the repositories of accounts, sessions, invitations and tokens leave in the audit trail; never a hash, a code or a token. */
import type { UserRecord } from '../../../core/registry.ts'
import { type AuditPlan, homeOf, shortened, time, timeOrNull } from './plan-step.ts'

const userOf = ({
  role,
  facilities,
  maker,
  disabledMs,
}: Pick<UserRecord, 'role' | 'facilities' | 'maker' | 'disabledMs'>) => ({
  role,
  facilities: [...facilities],
  maker,
  disabled: timeOrNull(disabledMs),
})
const userDraft = (action: string, user: UserRecord) => ({
  action: `user.${action}`,
  subject: { kind: 'user', id: user.user },
  facility: homeOf(user),
})

export const accessPlan: Pick<AuditPlan, 'users' | 'sessions' | 'invitations' | 'tokens' | 'keptAnswers'> = {
  users: {
    create: {
      tell: ({ args: [user] }) => ({
        ...userDraft('create', { ...user, disabledMs: null, version: 1 }),
        new: userOf({ ...user, disabledMs: null }),
      }),
    },
    change: {
      before: ({ users }, user) => users.get(user),
      tell: ({ result, before }) => ({
        ...userDraft('change', result),
        old: before && userOf(before),
        new: userOf(result),
      }),
    },
    setPasswordHash: {
      before: ({ users }, user) => users.get(user),
      tell: ({ before }) => before && userDraft('password', before),
    },
    setLanguage: 'bookkeeping',
    get: 'read',
    list: 'read',
    count: 'read',
  },
  sessions: {
    create: {
      before: ({ users }, { user }) => users.get(user),
      tell: ({ args: [{ user, tokenSha256, expiresMs, agent }], before }) => ({
        action: 'session.open',
        subject: { kind: 'user', id: user },
        facility: before && homeOf(before),
        actor: { kind: 'user', id: user, role: before?.role ?? null },
        new: { session: shortened(tokenSha256), until: time(expiresMs), agent },
      }),
    },
    get: 'read',
    of: 'read',
    touch: 'bookkeeping',
    shorten: 'bookkeeping',
    delete: {
      before: async ({ sessions, users }, id) => {
        const session = await sessions.get(id)
        return session && { session, user: await users.get(session.user) }
      },
      tell: ({ args: [id], before }) =>
        before && {
          action: 'session.close',
          subject: { kind: 'user', id: before.session.user },
          facility: before.user && homeOf(before.user),
          old: { session: shortened(id) },
        },
    },
    deleteOf: {
      before: ({ users }, user) => users.get(user),
      tell: ({ args: [user], result, before }) =>
        result.length === 0
          ? null
          : {
              action: 'session.close_all',
              subject: { kind: 'user', id: user },
              facility: before && homeOf(before),
              old: { sessions: result.map(shortened) },
            },
    },
    // Each has ended already; that it did is in its opening.
    deleteExpired: 'bookkeeping',
    accessRevision: 'read',
  },
  invitations: {
    put: {
      before: ({ users }, { user }) => users.get(user),
      tell: ({ args: [{ expiresMs }], before }) =>
        before && { ...userDraft('invite', before), new: { until: time(expiresMs) } },
    },
    get: 'read',
    openOf: 'read',
    // That it was never used is in nothing but its absence.
    deleteExpired: 'bookkeeping',
    accept: {
      before: async ({ invitations, users }, code) => {
        const invitation = await invitations.get(code)
        return invitation && users.get(invitation.user)
      },
      tell: ({ result, before }) =>
        result && before
          ? { ...userDraft('accept', before), actor: { kind: 'user', id: before.user, role: before.role } }
          : null,
    },
  },
  tokens: {
    create: {
      tell: ({ result: { id, user, name, scopes, expiresMs } }) => ({
        action: 'token.create',
        subject: { kind: 'token', id },
        new: { user, name, scopes: [...scopes], until: time(expiresMs) },
      }),
    },
    get: 'read',
    list: 'read',
    touch: 'bookkeeping',
    deleteExpired: 'bookkeeping',
    revoke: {
      tell: ({ args: [user, id], result }) =>
        result ? { action: 'token.revoke', subject: { kind: 'token', id }, old: { user } } : null,
    },
    revokeAllOf: { tell: ({ args: [user] }) => ({ action: 'token.revoke_all', subject: { kind: 'user', id: user } }) },
  },
  // Copies of answers to what is recorded itself.
  keptAnswers: {
    begin: 'bookkeeping',
    get: 'read',
    finish: 'bookkeeping',
    deleteExpired: 'bookkeeping',
    drop: 'bookkeeping',
  },
}
