/** Which API tokens may call which route, beside the roles of their owner. A route that is not named here is closed to all tokens. */
import { type RouteName, routes } from '../rest.ts'
import type { Role, Route, TokenScope } from './route.ts'

/** `any`: every token. */
export const ROUTE_SCOPES: Partial<Record<RouteName, TokenScope | 'any'>> = {
  me: 'any',
  facilities: 'any',
  deviceTypes: 'any',
  devices: 'devices:read',
  device: 'devices:read',
  createDevice: 'devices:enrol',
  readings: 'readings:read',
  readingsCsv: 'readings:read',
  deviceEvents: 'readings:read',
  ledger: 'ledger:read',
  ledgerDevices: 'ledger:read',
  rejections: 'ledger:read',
  rejectionCounts: 'ledger:read',
  conflicts: 'ledger:read',
  deadLetters: 'ledger:read',
  rooms: 'registry:read',
  residents: 'registry:read',
  placements: 'registry:read',
  consents: 'registry:read',
  createRoom: 'registry:write',
  createResident: 'registry:write',
  createPlacement: 'registry:write',
  createConsent: 'registry:write',
  datasetRequests: 'datasets:read',
  datasetRequest: 'datasets:read',
  dataset: 'datasets:read',
  createDatasetRequest: 'datasets:write',
  editDatasetRequest: 'datasets:write',
  submitDatasetRequest: 'datasets:write',
  withdrawDatasetRequest: 'datasets:write',
  reviewDatasetRequest: 'datasets:review',
  returnDatasetRequest: 'datasets:review',
}

/** Scopes with which a role's token can do something, in order. */
export const scopesOf = (role: Role): TokenScope[] => {
  const found = (Object.entries(ROUTE_SCOPES) as [RouteName, TokenScope | 'any'][]).flatMap(([name, scope]) => {
    const { roles }: Route = routes[name]
    return scope !== 'any' && roles?.includes(role) ? [scope] : []
  })
  return [...new Set(found)].toSorted()
}
