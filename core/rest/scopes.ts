/**
 * Which API tokens may call which route, beside the roles of their owner. A route that is not named here is closed to all tokens: one's
 * account and those of others, who a resident is, what cannot be taken back (an erasure, a locked protocol, an enrolment), and what
 * somebody does standing before it (a swap, an import looked at first).
 */
import type { Role, TokenScope } from './route.ts'
import { type GuardedRoute, RULES } from './rules.ts'

/** `any`: every token. */
export type Scopes = Readonly<Partial<Record<GuardedRoute, TokenScope | 'any'>>>

export const ROUTE_SCOPES: Scopes = {
  me: 'any',
  facilities: 'any',
  deviceTypes: 'any',
  devices: 'devices:read',
  device: 'devices:read',
  deviceFirmware: 'devices:read',
  calibrations: 'devices:read',
  createDevice: 'devices:enrol',
  deviceAccess: 'devices:enrol',
  rotateCredential: 'devices:enrol',
  revokeCredentials: 'devices:enrol',
  setHub: 'devices:enrol',
  knocks: 'devices:enrol',
  addCalibration: 'devices:enrol',
  readings: 'readings:read',
  readingsCsv: 'readings:read',
  deviceEvents: 'readings:read',
  ledger: 'ledger:read',
  ledgerDevices: 'ledger:read',
  rejections: 'ledger:read',
  rejectionCounts: 'ledger:read',
  conflicts: 'ledger:read',
  deadLetters: 'ledger:read',
  units: 'registry:read',
  rooms: 'registry:read',
  beds: 'registry:read',
  residents: 'registry:read',
  placements: 'registry:read',
  consents: 'registry:read',
  createUnit: 'registry:write',
  changeUnit: 'registry:write',
  createRoom: 'registry:write',
  changeRoom: 'registry:write',
  createBed: 'registry:write',
  changeBed: 'registry:write',
  arrange: 'registry:write',
  createResident: 'registry:write',
  addCareLevel: 'registry:write',
  addStay: 'registry:write',
  addAbsence: 'registry:write',
  endAbsence: 'registry:write',
  createPlacement: 'registry:write',
  createConsent: 'registry:write',
  withdrawConsent: 'registry:write',
  trials: 'trials:read',
  trial: 'trials:read',
  trialEvents: 'trials:read',
  trialEventSummaries: 'trials:read',
  trialEventHistory: 'trials:read',
  references: 'trials:read',
  referenceHistory: 'trials:read',
  addTrialEvent: 'trials:write',
  correctTrialEvent: 'trials:write',
  addReference: 'trials:write',
  correctReference: 'trials:write',
  datasetOutlook: 'datasets:read',
  datasetRequests: 'datasets:read',
  datasetRequest: 'datasets:read',
  dataset: 'datasets:read',
  createDatasetRequest: 'datasets:write',
  editDatasetRequest: 'datasets:write',
  submitDatasetRequest: 'datasets:write',
  withdrawDatasetRequest: 'datasets:write',
  reviewDatasetRequest: 'datasets:review',
  returnDatasetRequest: 'datasets:review',
  audit: 'audit:read',
  auditVerify: 'audit:read',
  auditCheckpoint: 'audit:read',
  auditKey: 'audit:read',
  auditConsistency: 'audit:read',
  auditProof: 'audit:read',
  auditExport: 'audit:read',
  figures: 'ledger:read',
}

/** Scopes with which a role's token can do something, in order. */
export const scopesOf = (role: Role): TokenScope[] => {
  const found = (Object.entries(ROUTE_SCOPES) as [GuardedRoute, TokenScope | 'any'][]).flatMap(([name, scope]) =>
    scope !== 'any' && RULES.routes[name][role] !== undefined ? [scope] : [],
  )
  return [...new Set(found)].toSorted()
}
