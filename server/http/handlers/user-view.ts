/** What administrators see of a user. */
import type { UserRecord } from '../../../core/registry.ts'
import { meOf } from '../../auth/sessions.ts'

export const userView = (user: UserRecord) => ({
  ...meOf(user),
  state:
    user.disabledMs !== null
      ? ('disabled' as const)
      : user.passwordHash === null
        ? ('invited' as const)
        : ('active' as const),
  version: user.version,
})
