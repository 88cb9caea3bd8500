/** All routes' handlers. */
import type { Handlers } from '../call.ts'
import { credentialsHandlers } from './credentials.ts'
import { datasetsHandlers } from './datasets.ts'
import type { HandlerDeps } from './deps.ts'
import { devicesHandlers } from './devices.ts'
import { facilitiesHandlers } from './facilities.ts'
import { keptHandlers } from './kept.ts'
import { ledgerHandlers } from './ledger.ts'
import { peopleHandlers } from './people.ts'
import { readingsHandlers } from './readings.ts'
import { sessionHandlers } from './session.ts'
import { swapsHandlers } from './swaps.ts'
import { usersHandlers } from './users.ts'

export const createHandlers = (deps: HandlerDeps): Handlers => ({
  ...sessionHandlers(deps),
  ...facilitiesHandlers(deps),
  ...devicesHandlers(deps),
  ...credentialsHandlers(deps),
  ...swapsHandlers(deps),
  ...readingsHandlers(deps),
  ...peopleHandlers(deps),
  ...usersHandlers(deps),
  ...ledgerHandlers(deps),
  ...keptHandlers(deps),
  ...datasetsHandlers(deps),
})
