/** The table of all routes under /api/v1, from which the server is bound and the OpenAPI document is made; the bodies lie in rest/, by subject. */
import { accountRoutes } from './rest/account.ts'
import { boardRoutes } from './rest/board.ts'
import { datasetsRoutes } from './rest/datasets.ts'
import { devicesRoutes } from './rest/devices.ts'
import { keptRoutes } from './rest/kept.ts'
import { ledgerRoutes } from './rest/ledger.ts'
import { placesRoutes } from './rest/places.ts'
import { sessionRoutes } from './rest/session.ts'
import { usersRoutes } from './rest/users.ts'

export const routes = {
  ...sessionRoutes,
  ...accountRoutes,
  ...boardRoutes,
  ...usersRoutes,
  ...placesRoutes,
  ...devicesRoutes,
  ...ledgerRoutes,
  ...keptRoutes,
  ...datasetsRoutes,
} as const
export type RouteName = keyof typeof routes
