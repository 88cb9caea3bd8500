/** What keeps live news to those they are for. */
import { guards } from './guard.ts'

const SOCKETS = 'server/live/sockets.ts'
const ACCOUNTS = 'tests/app/server-account.test.ts'
const LIVE = 'tests/app/server-live.test.ts'

export const LIVE_BOARDS = guards([
  [
    'a socket comes from an own page',
    [LIVE, 'another site'],
    [SOCKETS, 'answer(null, sameSite(request))', 'answer(null, true)'],
  ],
  [
    'a socket has a session',
    [LIVE, 'socket'],
    [
      SOCKETS,
      "if (!session || session.token) return next(new Error('not_signed_in'))",
      'if (session?.token) return next(new Error())',
    ],
  ],
  [
    'a socket is not for tokens',
    ['tests/security/permissions-live.test.ts', 'token'],
    [SOCKETS, '!session || session.token', '!session'],
  ],
  [
    'nothing lives outside the namespace',
    [LIVE, 'any other namespace'],
    [SOCKETS, "io.use((_, next) => next(new Error('not_found')))", ''],
  ],
  [
    'a watcher may watch',
    ['tests/security/permissions-live.test.ts', 'matrix'],
    [SOCKETS, "|| !authority.mayHear('watch', me, { facility: wanted.data })", ''],
  ],
  [
    'news of datasets are its maker’s',
    ['tests/security/permissions-live.test.ts', 'matrix'],
    [SOCKETS, "if (authority.mayHear('job', socket.data.session.me, { maker })) socket", 'socket'],
  ],
  ['a socket closes with its session', [LIVE, 'closes the sockets'], [SOCKETS, ').disconnectSockets(true)', ')']],
  [
    'a socket closes when rights have changed',
    [ACCOUNTS, 'an open socket closes'],
    [SOCKETS, 'if (session && sameRights(session, socket.data.session)) record(socket)', 'if (session) record(socket)'],
  ],
  [
    'a socket closes when another server changed rights',
    [ACCOUNTS, 'another server'],
    [SOCKETS, 'if (revision !== null && now !== revision) lookNow()', ''],
  ],
  [
    'a slow socket is closed',
    ['tests/server/slow-sockets.test.ts'],
    [SOCKETS, 'if (slow && socket.data.slow)', 'if (slow && !slow)'],
  ],
])
