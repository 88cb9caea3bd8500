/** All routes' handlers. */
import type { Handlers } from '../call.ts'
import { accountHandlers } from './account.ts'
import { auditHandlers } from './audit.ts'
import { consentsHandlers } from './consents.ts'
import { credentialsHandlers } from './credentials.ts'
import { datasetsHandlers } from './datasets.ts'
import type { HandlerDeps } from './deps.ts'
import { deviceHistoryHandlers } from './device-history.ts'
import { devicesHandlers } from './devices.ts'
import { facilitiesHandlers } from './facilities.ts'
import { figuresHandlers } from './figures.ts'
import { importsHandlers } from './imports.ts'
import { keptHandlers } from './kept.ts'
import { ledgerHandlers } from './ledger.ts'
import { placementsHandlers } from './placements.ts'
import { placesHandlers } from './places.ts'
import { readingsHandlers } from './readings.ts'
import { residentsHandlers } from './residents.ts'
import { retentionHandlers } from './retention.ts'
import { sessionHandlers } from './session.ts'
import { swapsHandlers } from './swaps.ts'
import { trialEntriesHandlers } from './trial-entries.ts'
import { trialsHandlers } from './trials.ts'
import { usersHandlers } from './users.ts'

export const createHandlers = (deps: HandlerDeps): Handlers => ({
  ...sessionHandlers(deps),
  ...accountHandlers(deps),
  ...facilitiesHandlers(deps),
  ...devicesHandlers(deps),
  ...credentialsHandlers(deps),
  ...swapsHandlers(deps),
  ...readingsHandlers(deps),
  ...placesHandlers(deps),
  ...placementsHandlers(deps),
  ...residentsHandlers(deps),
  ...consentsHandlers(deps),
  ...importsHandlers(deps),
  ...deviceHistoryHandlers(deps),
  ...usersHandlers(deps),
  ...ledgerHandlers(deps),
  ...keptHandlers(deps),
  ...retentionHandlers(deps),
  ...datasetsHandlers(deps),
  ...auditHandlers(deps),
  ...figuresHandlers(deps),
  ...trialsHandlers(deps),
  ...trialEntriesHandlers(deps),
})
