/** The table of all routes under /api/v1, from which the server is bound and the OpenAPI document is made; the bodies lie in rest/, by subject. */
import { boardRoutes } from './rest/board.ts'
import { credentialsRoutes } from './rest/credentials.ts'
import { datasetsRoutes } from './rest/datasets.ts'
import { devicesRoutes } from './rest/devices.ts'
import { keptRoutes } from './rest/kept.ts'
import { knocksRoutes } from './rest/knocks.ts'
import { ledgerRoutes } from './rest/ledger.ts'
import { placesRoutes } from './rest/places.ts'
import { sessionRoutes } from './rest/session.ts'
import { swapsRoutes } from './rest/swaps.ts'
import { usersRoutes } from './rest/users.ts'

export const routes = {
  ...sessionRoutes,
  ...boardRoutes,
  ...usersRoutes,
  ...placesRoutes,
  ...devicesRoutes,
  ...credentialsRoutes,
  ...knocksRoutes,
  ...swapsRoutes,
  ...ledgerRoutes,
  ...keptRoutes,
  ...datasetsRoutes,
} as const
export type RouteName = keyof typeof routes
