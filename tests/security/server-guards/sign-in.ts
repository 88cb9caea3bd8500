/** What keeps sessions, tokens, passwords and one-time codes to those they are for. */
import { guards } from './guard.ts'

const SESSIONS = 'server/auth/sessions.ts'
const ACCOUNT = 'server/http/handlers/account.ts'
const HTTP = 'tests/app/server-http.test.ts'
const ACCOUNTS = 'tests/app/server-account.test.ts'
const PARTS = 'tests/server/small-parts.test.ts'

export const SIGN_IN = guards([
  ['a session ends unused', [HTTP, 'nobody used for a shift'], [SESSIONS, ' && record.seenMs + IDLE_MS > nowMs', '']],
  ['a session ends in any case', [HTTP, 'nobody used for a shift'], [SESSIONS, 'record.expiresMs > nowMs && ', '']],
  [
    'a session of an ended account opens nothing',
    [ACCOUNTS, 'another server has ended'],
    [SESSIONS, 'user && user.disabledMs === null ? user : null', 'user'],
  ],
  [
    'a new sign-in ends the session before',
    [ACCOUNTS, 'a new session at each sign-in'],
    [SESSIONS, 'if (before) await close(sha256(before))', ''],
  ],
  [
    'a token that is named counts alone',
    [ACCOUNTS, 'counts alone when it is named'],
    [SESSIONS, "if (given === null && /^bearer\\b/i.test(headers.authorization ?? '')) return null", ''],
  ],
  [
    'a token expires',
    [ACCOUNTS, 'ends at once when it is revoked'],
    ['server/auth/tokens.ts', 'if (!record || record.expiresMs <= now) return null', 'if (!record) return null'],
  ],
  [
    'a token opens what its scopes say',
    [ACCOUNTS, 'what its scopes say'],
    ['server/auth/authority.ts', 'token.scopes.includes(scope)', "token.scopes.join() !== ''"],
  ],
  [
    'a token is made of scopes that its owner has',
    [ACCOUNTS, 'cannot be made for what'],
    [ACCOUNT, 'scope => !scopesOf(me.role).includes(scope)', 'scope => scope.length === 0'],
  ],
  ['a session cookie is not for scripts', [HTTP, 'sessions'], ['server/auth/cookies.ts', ' HttpOnly;', '']],
  [
    'a session cookie stays on its site',
    [HTTP, 'sessions'],
    ['server/auth/cookies.ts', ' SameSite=Strict', ' SameSite=None'],
  ],
  [
    'a session cookie goes by TLS only',
    ['tests/security/tls.test.ts'],
    ['server/auth/cookies.ts', "secure ? '; Secure' : ''", "''"],
  ],
  ['a guess is held back', [HTTP, 'holds back who guesses'], ['server/auth/sign-in.ts', 'holdBack(attempt)\n', '\n']],
  [
    'an attempt is counted',
    [HTTP, 'holds back who guesses'],
    ['server/auth/sign-in.ts', 'throttle.attempted(attempt)\n', '\n'],
  ],
  [
    'a password of an ended account opens nothing',
    [ACCOUNTS, 'another server has ended'],
    ['server/auth/sign-in.ts', ' || user.disabledMs !== null', ''],
  ],
  [
    'guesses from one address are counted',
    [PARTS, 'the throttle'],
    ['server/auth/throttle.ts', 'network}`, LIMITS.address],', 'network}`, Infinity],'],
  ],
  [
    'guesses at one name are counted',
    [PARTS, 'the throttle'],
    ['server/auth/throttle.ts', 'user}`, LIMITS.user],', 'user}`, Infinity],'],
  ],
  [
    'a known browser is one of ours',
    [ACCOUNTS, 'known browser'],
    [
      'server/auth/known-browsers.ts',
      'if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null',
      '',
    ],
  ],
  [
    'an invitation expires',
    [ACCOUNTS, 'expires after three days'],
    // Looked at where it is read, and where it is used up.
    ['server/auth/invitations.ts', 'if (!known || known.expiresMs <= clock()) return null', 'if (!known) return null'],
    ['storage/registry/invitations.ts', ".where('expires_ms', '>', nowMs)\n          .returning", '.returning'],
  ],
  [
    'an invitation opens no ended account',
    [ACCOUNTS, 'an invitation'],
    ['server/auth/invitations.ts', 'user && user.disabledMs === null ? user : null', 'user'],
  ],
  [
    'the first start’s code is compared',
    [HTTP, 'first administrator'],
    [
      'server/auth/first-start.ts',
      "return timingSafeEqual(Buffer.from(known, 'hex'), Buffer.from(hashOf(code), 'hex'))",
      'return known !== code',
    ],
  ],
  [
    'there is one first administrator',
    [HTTP, 'first administrator'],
    [
      'server/auth/first-start.ts',
      'if (known === null || (await registry.users.count()) > 0) return false',
      'if (known === null) return false',
    ],
    ['server/http/handlers/session.ts', 'await endFirstStart(registry)', ''],
  ],
  [
    'a password is proved before it is changed',
    [ACCOUNTS, 'a password'],
    [ACCOUNT, 'known && (await passwords.verify(known.passwordHash, body.current)) ? known : null', 'known'],
  ],
  ['a password is strong enough', [ACCOUNTS, 'a password'], [ACCOUNT, 'requireStrongPassword(body.next, me.user)', '']],
  [
    'other sessions end by a new password',
    [ACCOUNTS, 'a password'],
    [
      ACCOUNT,
      'requireStrongPassword(body.next, me.user)\n      await registry.users.setPasswordHash(me.user, await passwords.hash(body.next))\n      await sessions.closeOf(me.user, session.id)',
      'requireStrongPassword(body.next, me.user)\n      await registry.users.setPasswordHash(me.user, await passwords.hash(body.next))',
    ],
  ],
])
