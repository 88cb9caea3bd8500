/** Made-up accounts, sessions and tokens for browser tests. */
import type { ApiToken, OwnSession } from '../../../core/rest/account.ts'
import type { Role } from '../../../core/rest/route.ts'
import type { User } from '../../../core/rest/users.ts'

const AT = '2026-11-22T20:30:00.000Z'
const user = (name: string, role: Role, more: Partial<User> = {}): User => ({
  user: name,
  role,
  facilities: [],
  maker: null,
  language: 'ja',
  state: 'active',
  version: 1,
  ...more,
})

export const USERS: readonly User[] = [
  user('admin@demo', 'facility_admin', { facilities: ['demo' as never] }),
  user('maker@demo', 'manufacturer', { maker: 'gaonmed' }),
  user('night-shift-2f', 'staff', { facilities: ['demo' as never], state: 'invited' }),
  user('platform@demo', 'platform_admin'),
  user('former-colleague', 'staff', { facilities: ['demo' as never], state: 'disabled' }),
]
export const SESSIONS: readonly OwnSession[] = [
  {
    id: '0123456789abcdef0123',
    current: true,
    created: AT,
    seen: AT,
    expires: '2026-11-23T20:30:00.000Z',
    agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  },
  {
    id: '1123456789abcdef0123',
    current: false,
    created: AT,
    seen: AT,
    expires: '2026-11-23T20:30:00.000Z',
    agent: 'Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
  },
]
export const TOKENS: readonly ApiToken[] = [
  {
    id: 'tokenone0000000000aa',
    name: 'nightly-fetch',
    scopes: ['datasets:read', 'devices:read'],
    created: AT,
    expires: '2027-02-20T20:30:00.000Z',
    seen: AT,
  },
]
