/** All routes' handlers. */
import type { Handlers } from '../call.ts'
import { accountHandlers } from './account.ts'
import { datasetsHandlers } from './datasets.ts'
import type { HandlerDeps } from './deps.ts'
import { devicesHandlers } from './devices.ts'
import { facilitiesHandlers } from './facilities.ts'
import { keptHandlers } from './kept.ts'
import { ledgerHandlers } from './ledger.ts'
import { peopleHandlers } from './people.ts'
import { readingsHandlers } from './readings.ts'
import { sessionHandlers } from './session.ts'
import { usersHandlers } from './users.ts'

export const createHandlers = (deps: HandlerDeps): Handlers => ({
  ...sessionHandlers(deps),
  ...accountHandlers(deps),
  ...facilitiesHandlers(deps),
  ...devicesHandlers(deps),
  ...readingsHandlers(deps),
  ...peopleHandlers(deps),
  ...usersHandlers(deps),
  ...ledgerHandlers(deps),
  ...keptHandlers(deps),
  ...datasetsHandlers(deps),
})
