/** The table of all routes under /api/v1, from which the server is bound and the OpenAPI document is made; the bodies lie in rest/, by subject. */

import { accountRoutes } from './rest/account.ts'
import { auditRoutes } from './rest/audit.ts'
import { boardRoutes } from './rest/board.ts'
import { consentsRoutes } from './rest/consents.ts'
import { credentialsRoutes } from './rest/credentials.ts'
import { datasetsRoutes } from './rest/datasets.ts'
import { devicesRoutes } from './rest/devices.ts'
import { deviceHistoryRoutes } from './rest/devices-history.ts'
import { figuresRoutes } from './rest/figures.ts'
import { importsRoutes } from './rest/imports.ts'
import { keptRoutes } from './rest/kept.ts'
import { knocksRoutes } from './rest/knocks.ts'
import { ledgerRoutes } from './rest/ledger.ts'
import { placesRoutes } from './rest/places.ts'
import { residentsRoutes } from './rest/residents.ts'
import { retentionRoutes } from './rest/retention.ts'
import { sessionRoutes } from './rest/session.ts'
import { swapsRoutes } from './rest/swaps.ts'
import { trialEntriesRoutes } from './rest/trial-entries.ts'
import { trialsRoutes } from './rest/trials.ts'
import { usersRoutes } from './rest/users.ts'

export const routes = {
  ...sessionRoutes,
  ...accountRoutes,
  ...boardRoutes,
  ...usersRoutes,
  ...placesRoutes,
  ...residentsRoutes,
  ...consentsRoutes,
  ...importsRoutes,
  ...devicesRoutes,
  ...deviceHistoryRoutes,
  ...credentialsRoutes,
  ...knocksRoutes,
  ...swapsRoutes,
  ...ledgerRoutes,
  ...keptRoutes,
  ...retentionRoutes,
  ...trialsRoutes,
  ...trialEntriesRoutes,
  ...datasetsRoutes,
  ...auditRoutes,
  ...figuresRoutes,
} as const
export type RouteName = keyof typeof routes
