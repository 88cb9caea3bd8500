/** The demo's sign-ins: one account for each role that a visitor may want to try, made once with random passwords. */
import type { FacilityId } from '../core/ids.ts'
import type { Language } from '../core/profile.ts'
import type { Registry } from '../core/registry.ts'
import type { Role } from '../core/rest/route.ts'
import { typablePassword } from './secrets.ts'

export interface DemoAccount {
  user: string
  password: string
  role: Role
}

export const DEMO_MAKER = 'demo-maker'

const ACCOUNTS: readonly { user: string; role: Role; language: Language; maker?: string; atFacility?: boolean }[] = [
  { user: 'staff@demo', role: 'staff', language: 'ja', atFacility: true },
  { user: 'admin@demo', role: 'facility_admin', language: 'ja', atFacility: true },
  { user: 'maker@demo', role: 'manufacturer', language: 'ko', maker: DEMO_MAKER },
  { user: 'steward@demo', role: 'steward', language: 'ja' },
  { user: 'steward2@demo', role: 'steward', language: 'ko' },
  { user: 'auditor@demo', role: 'auditor', language: 'ja' },
  { user: 'operator@demo', role: 'operator', language: 'ja' },
  { user: 'platform@demo', role: 'platform_admin', language: 'ja' },
]

/** Creates the accounts; the clear passwords are returned this once. */
export async function createDemoAccounts(
  users: Registry['users'],
  facility: FacilityId,
  hash: (password: string) => Promise<string>,
  nowMs: number,
): Promise<DemoAccount[]> {
  return Promise.all(
    ACCOUNTS.map(async ({ user, role, language, maker, atFacility }) => {
      const password = typablePassword()
      const facilities = atFacility ? [facility] : []
      await users.create({
        user,
        passwordHash: await hash(password),
        role,
        facilities,
        maker: maker ?? null,
        language,
        createdMs: nowMs,
      })
      return { user, password, role }
    }),
  )
}
