/** What is whose, and who may act on it, where no rule of a route says it. */
import { guards } from './guard.ts'

const SESSIONS = 'server/auth/sessions.ts'
const STATES = 'server/datasets/states.ts'
const USERS = 'server/http/handlers/users.ts'
const OWN = 'server/http/handlers/own.ts'
const ACCOUNTS = 'tests/app/server-account.test.ts'
const PARTS = 'tests/server/small-parts.test.ts'
const REGISTRY = 'tests/app/server-registry.test.ts'

export const OWNERS = guards([
  [
    'a resident is one of the facility',
    [REGISTRY, 'of another facility'],
    [OWN, 'if (resident?.facility !== facility)', 'if (!resident)'],
  ],
  [
    'a room is one of the facility',
    [REGISTRY, 'of another facility'],
    [OWN, 'if (room?.facility !== facility) return', 'if (!room) return'],
  ],
  [
    'a bed is one of the room',
    [REGISTRY, 'at no other'],
    [OWN, 'if (!bed || bed.room !== room) return', 'if (!bed) return'],
  ],
  [
    'a new bed is in a room of the facility',
    [REGISTRY, 'of another facility'],
    [
      'server/http/handlers/places.ts',
      "if (room?.facility !== body.facility) refuse('bad_request'",
      "if (!room) refuse('bad_request'",
    ],
  ],
  [
    'an entry is of a site of the trial',
    [REGISTRY, 'at their sites only'],
    [
      'server/http/handlers/trial-entries.ts',
      'if (!sites.some(site => site === facility)) refuse',
      'if (sites.length === 0) refuse',
    ],
  ],
  [
    'a trial is where the maker has devices',
    [REGISTRY, 'planned where'],
    ['server/http/handlers/trials.ts', 'devices.length > 0 ? await registry', 'devices ? await registry'],
  ],
  [
    'a role is given by who appoints it',
    ['tests/app/server-roles.test.ts', 'administrator make'],
    [USERS, 'if (!roles.includes(role))', 'if (roles.length === 0)'],
  ],
  [
    'an account is changed by who appoints its present role',
    [ACCOUNTS, 'stays inside the facility'],
    [USERS, 'requireMayAppoint({ me, may }, before.role, before.facilities)', ''],
  ],
  [
    'an account becomes what the changer appoints',
    [ACCOUNTS, 'stays inside the facility'],
    [USERS, 'requireMayAppoint({ me, may }, after.role, after.facilities)', ''],
  ],
  [
    'an invitation is by who appoints',
    [ACCOUNTS, 'stays inside the facility'],
    [
      USERS,
      'requireMayAppoint({ me, may }, user.role, user.facilities)\n      if (user.disabledMs',
      'if (user.disabledMs',
    ],
  ],
  [
    'sessions are ended by who appoints',
    [ACCOUNTS, 'stays inside the facility'],
    [USERS, 'requireMayAppoint({ me, may }, user.role, user.facilities)\n      await endAccess', 'await endAccess'],
  ],
  [
    'nobody ends the own account',
    [ACCOUNTS, 'an edit of a user'],
    [USERS, 'if (me.user === before.user && ends) refuse', 'if (me.user === "" && ends) refuse'],
  ],
  [
    'tokens and sessions go when an account ends',
    [ACCOUNTS, 'when the account is ended'],
    [USERS, 'if (disabledMs !== null) await endAccess(before.user)', ''],
    [SESSIONS, 'user && user.disabledMs === null ? user : null', 'user'],
  ],
  [
    'a token is ended by its owner',
    [ACCOUNTS, 'is ended by its owner alone'],
    [
      'storage/registry/tokens.ts',
      ".where('user_name', '=', user)\n        .where('id', '=', id)",
      ".where('id', '=', id)",
    ],
  ],
  [
    'a request is approved by two',
    [PARTS, 'two different people'],
    [STATES, 'approvals.size + 1 >= APPROVALS', 'approvals.size + 1 >= 1'],
  ],
  [
    'nobody approves twice',
    [PARTS, 'two different people'],
    [STATES, 'if (approvals.has(given.by))', "if (approvals.has(''))"],
  ],
  [
    'nobody reviews an own request',
    [PARTS, 'two different people'],
    [STATES, 'if (createdBy === by) throw', "if (createdBy === '') throw"],
  ],
  [
    // Left out where it is changed, where it is submitted, and where it is given back: each alone is enough.
    'approvals end with a change',
    [PARTS, 'two different people'],
    [STATES, "reviews.filter(({ decision }) => decision === 'return')", 'reviews.filter(({ decision }) => decision)'],
  ],
  [
    'a link to a file is one of ours',
    [PARTS, 'a link to a file'],
    [
      'server/datasets/links.ts',
      'if (given.length !== expected.length || !timingSafeEqual(given, expected))',
      'if (given.length !== expected.length)',
    ],
  ],
  [
    'a link to a file expires',
    [PARTS, 'a link to a file'],
    ['server/datasets/links.ts', 'if (expires * 1000 <= clock())', 'if (expires < 0)'],
  ],
  [
    'a maker is refused in words that tell of no facility',
    ['tests/app/server-ledger.test.ts', 'in the words'],
    ['server/ledger/place.ts', "may.call('ledgerDevices', seen) ? onlyOfBench()", 'seen ? onlyOfBench()'],
  ],
  [
    'a draft is where the maker has devices',
    ['tests/app/server-datasets.test.ts', 'whether a facility exists'],
    ['server/datasets/datasets.ts', 'devices.length > 0 ? await registry', 'devices ? await registry'],
  ],
  [
    'what is erased is named twice',
    [REGISTRY, 'when the number is repeated'],
    ['server/http/handlers/residents.ts', 'if (body.confirm !== id) refuse', 'if (body.confirm === "") refuse'],
  ],
])
