/** What every request to the server passes. */
import { guards } from './guard.ts'

const BIND = 'server/http/bind.ts'
const APP = 'server/http/app.ts'
const SITE = 'server/http/same-site.ts'
const HTTP = 'tests/app/server-http.test.ts'
const ACCOUNTS = 'tests/app/server-account.test.ts'
const PARTS = 'tests/server/small-parts.test.ts'
const ASKED = 'tests/server/asked.test.ts'
const MATRIX = 'tests/security/permissions.test.ts'

export const REQUESTS = guards([
  [
    'writes come from own pages only',
    [HTTP, 'writes from another site'],
    [BIND, "if (route.method !== 'get' && !options.isOwnPage(request))", 'if (!options)'],
  ],
  [
    'the site that a browser names is looked at',
    [PARTS, 'a request'],
    [SITE, 'if (site !== undefined &&', 'if (site === null &&'],
  ],
  [
    'the origin that a browser names is looked at',
    [PARTS, 'a request'],
    [SITE, 'return from.host === host ||', 'return from.host !== undefined ||'],
  ],
  ['somebody is signed in', [MATRIX, '401'], [BIND, 'if (!session) throw', "if (session && session.id === '') throw"]],
  ['a handler has asked whose it is', [ASKED], [BIND, 'may?.requireAsked()\n      return answer', 'return answer']],
  ['a stream has asked whose it is', [ASKED], [BIND, 'may?.requireAsked()\n      await', 'await']],
  [
    'an edit names a version',
    [ACCOUNTS, 'must name the version'],
    [
      BIND,
      'if (given === undefined)\n    throw',
      'if (given === undefined) return null\n  if (given === null)\n    throw',
    ],
  ],
  [
    'a name that no version has is refused',
    [ACCOUNTS, 'must name the version'],
    [BIND, 'if (version === undefined) throw', 'if (version === undefined) return null\n  if (version === null) throw'],
  ],
  [
    'a person’s requests are counted',
    [HTTP, 'hold back who asks too much'],
    [BIND, "else if (session) rateLimit.take('user', session.me.user)", ''],
  ],
  [
    'a token’s requests are counted',
    [HTTP, 'hold back who asks too much'],
    [BIND, "rateLimit.take('token', session.token.id)", 'void 0'],
  ],
  [
    'a stranger’s requests cost more',
    [HTTP, 'hold back who asks too much'],
    [BIND, "else rateLimit.stranger(request.ip ?? '')", ''],
  ],
  [
    'an address’s requests are counted',
    [HTTP, 'hold back who asks too much'],
    [APP, "options.rateLimit.take('address', request.ip ?? '')", ''],
  ],
  [
    'nobody but a proxy here names an address',
    [HTTP, 'hold back who asks too much'],
    [APP, "app.set('trust proxy', 'loopback')", ''],
  ],
  ['a body has a limit', [HTTP, 'too large'], [APP, 'BODY_LIMIT_KB}kb` })', 'BODY_LIMIT_KB}000kb` })']],
  [
    'scripts come from here only',
    [HTTP, 'allow no script'],
    [APP, 'scriptSrc: ["\'self\'"],\n', 'scriptSrc: ["\'self\'", "\'unsafe-inline\'"],\n'],
  ],
  ['figures are for this machine', [HTTP, 'gives its figures'], [APP, 'if (!isFromHere(request))', 'if (!request)']],
  ['answers of the API lie in no cache', [HTTP, 'problems'], [APP, "response.set('Cache-Control', 'no-store')", '']],
  [
    'a repeated write is the same person’s',
    [HTTP, 'Idempotency-Key'],
    ['server/http/idempotency.ts', 'hash([user, route, key])', 'hash([route, key])'],
  ],
  [
    'a repeated write is the same write',
    [HTTP, 'Idempotency-Key'],
    ['server/http/idempotency.ts', 'if (known.bodySha256 !== bodySha256)', "if (known.bodySha256 === '')"],
  ],
  [
    'a kept answer is sealed',
    [HTTP, 'keeps no secret'],
    ['server/http/idempotency.ts', 'sealed(JSON.stringify({ answer }), sealing)', 'JSON.stringify({ answer })'],
    ['server/http/idempotency.ts', 'JSON.parse(opened(known.answer, sealing))', 'JSON.parse(known.answer)'],
  ],
])
