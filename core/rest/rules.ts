/** Who may what: for every route, every socket event and every part of an answer the roles that may, and of whose. What is not named here nobody may. */
import type { AuditPurpose } from '../audit/entry.ts'
import type { BrowserToServer, ServerToBrowser } from '../live.ts'
import type { RouteName, routes } from '../rest.ts'
import { ROLES, type Role } from './route.ts'

/**
 * How far a role reaches. `self`: the own account; `facility`: what is of an own facility; `maker`: what
 * is of the own maker; `bench`: what stands on the own maker's bench; `handed_in`: what a maker has handed in; `all`: of everybody.
 */
export const REACHES = ['self', 'facility', 'maker', 'bench', 'handed_in', 'all'] as const
export type Reach = (typeof REACHES)[number]
/** A role that is not named may not. */
export type Rule = Readonly<Partial<Record<Role, Reach>>>

type OpenRoute = { [N in RouteName]: (typeof routes)[N] extends { open: true } ? N : never }[RouteName]
export type GuardedRoute = Exclude<RouteName, OpenRoute>
export type LiveEvent = keyof ServerToBrowser | keyof BrowserToServer
/** Parts of answers that not everybody sees who may ask. */
export const PARTS = ['values', 'payloads', 'hours', 'recount', 'personal', 'small_counts', 'strangers'] as const
export type Part = (typeof PARTS)[number]
export interface Rules {
  routes: Readonly<Record<GuardedRoute, Rule>>
  live: Readonly<Record<LiveEvent, Rule>>
  parts: Readonly<Record<Part, Rule>>
}

const ofAll = (reach: Reach, roles: readonly Role[] = ROLES): Rule =>
  Object.fromEntries(roles.map(role => [role, reach]))
const ACCOUNT = ofAll('self')
const SCRIPTS = ofAll(
  'self',
  ROLES.filter(role => role !== 'display'),
)
const BOARD: Rule = { staff: 'facility', display: 'facility', facility_admin: 'facility' }
const ADMIN: Rule = { facility_admin: 'facility' }
const STAFF: Rule = { staff: 'facility', ...ADMIN }
const PEOPLE: Rule = { ...ADMIN, platform_admin: 'all' }
const FLEET: Rule = { ...STAFF, manufacturer: 'maker' }
const VALUES: Rule = { ...STAFF, manufacturer: 'bench' }
const ENROL: Rule = { ...ADMIN, manufacturer: 'bench', platform_admin: 'all' }
const LEDGERS: Rule = { auditor: 'all', operator: 'all' }
const KEPT: Rule = { ...ADMIN, manufacturer: 'bench', ...LEDGERS }
const MAKER: Rule = { manufacturer: 'maker' }
const STEWARD: Rule = { steward: 'handed_in' }
const TRIALS: Rule = { ...MAKER, steward: 'all', ...STAFF }
const OPERATED: Rule = { ...ADMIN, operator: 'all' }
const AUDITOR: Rule = { auditor: 'all' }
/** Who keeps checkpoints, so that nobody can bend the trail unseen; they hold hashes alone. */
const WITNESSES = ofAll('all', ['auditor', 'facility_admin', 'manufacturer', 'steward', 'operator', 'platform_admin'])

export const RULES: Rules = {
  routes: {
    signOut: ACCOUNT,
    me: ACCOUNT,
    editMe: ACCOUNT,
    changePassword: ACCOUNT,
    mySessions: ACCOUNT,
    endMySession: ACCOUNT,
    endMyOtherSessions: ACCOUNT,
    myTokens: SCRIPTS,
    createMyToken: SCRIPTS,
    revokeMyToken: SCRIPTS,

    users: PEOPLE,
    user: PEOPLE,
    createUser: PEOPLE,
    editUser: PEOPLE,
    inviteUser: PEOPLE,
    endUserSessions: PEOPLE,

    facilities: {
      ...BOARD,
      manufacturer: 'maker',
      ...ofAll('all', ['steward', 'auditor', 'operator', 'platform_admin']),
    },
    createFacility: { platform_admin: 'all' },
    renameFacility: { platform_admin: 'all' },
    board: BOARD,
    rooms: { ...STAFF, platform_admin: 'all' },
    createRoom: ADMIN,
    changeRoom: ADMIN,
    units: STAFF,
    createUnit: ADMIN,
    changeUnit: ADMIN,
    beds: STAFF,
    createBed: ADMIN,
    changeBed: ADMIN,
    arrange: ADMIN,
    placements: ADMIN,
    createPlacement: ADMIN,

    residents: ADMIN,
    residentIdentities: ADMIN,
    resident: ADMIN,
    createResident: ADMIN,
    identifyResident: ADMIN,
    addCareLevel: ADMIN,
    addAbsence: ADMIN,
    endAbsence: ADMIN,
    addStay: ADMIN,
    leaveResident: ADMIN,
    eraseResident: ADMIN,
    consents: ADMIN,
    createConsent: ADMIN,
    withdrawConsent: ADMIN,
    previewImport: ADMIN,
    applyImport: ADMIN,

    deviceTypes: ofAll('all'),
    devices: FLEET,
    device: FLEET,
    deviceFirmware: FLEET,
    calibrations: FLEET,
    addCalibration: { ...ADMIN, manufacturer: 'bench' },
    readings: VALUES,
    readingsCsv: VALUES,
    deviceEvents: VALUES,
    createDevice: ENROL,
    deviceAccess: ENROL,
    rotateCredential: ENROL,
    revokeCredentials: ENROL,
    setHub: ENROL,
    knocks: ENROL,
    createSwap: STAFF,
    undoSwap: STAFF,

    ledger: { ...VALUES, ...LEDGERS },
    ledgerDevices: { ...FLEET, ...LEDGERS },
    rejections: KEPT,
    rejectionCounts: { ...FLEET, ...LEDGERS },
    conflicts: KEPT,
    deadLetters: KEPT,
    replayDeadLetters: OPERATED,
    retention: { ...OPERATED, ...AUDITOR },
    setRetention: OPERATED,
    previewRetention: OPERATED,
    runRetention: OPERATED,
    cancelRetention: OPERATED,

    trials: TRIALS,
    trial: TRIALS,
    createTrial: MAKER,
    editTrial: MAKER,
    addProtocol: MAKER,
    lockProtocol: MAKER,
    enrolments: STAFF,
    enrol: ADMIN,
    endEnrolment: ADMIN,
    trialEvents: ADMIN,
    trialEventSummaries: { ...MAKER, steward: 'all' },
    addTrialEvent: STAFF,
    trialEventHistory: ADMIN,
    correctTrialEvent: ADMIN,
    references: ADMIN,
    referenceHistory: ADMIN,
    addReference: STAFF,
    correctReference: ADMIN,

    datasetOutlook: { ...MAKER, steward: 'all' },
    datasetRequests: { ...MAKER, ...STEWARD },
    datasetRequest: { ...MAKER, ...STEWARD },
    createDatasetRequest: MAKER,
    editDatasetRequest: MAKER,
    submitDatasetRequest: MAKER,
    withdrawDatasetRequest: MAKER,
    reviewDatasetRequest: STEWARD,
    returnDatasetRequest: STEWARD,
    dataset: { ...MAKER, steward: 'all' },

    audit: { ...ADMIN, ...AUDITOR },
    auditVerify: AUDITOR,
    auditProof: AUDITOR,
    auditExport: AUDITOR,
    auditCheckpoint: WITNESSES,
    auditKey: WITNESSES,
    auditConsistency: WITNESSES,

    // They name facilities, and grow with what happens in them.
    figures: { operator: 'all' },
  },

  live: { watch: BOARD, f: BOARD, e: BOARD, a: BOARD, layout: BOARD, job: { ...MAKER, steward: 'all' } },

  parts: {
    /** Newest values, the room, the signal strength, and moments to the second of a device. */
    values: VALUES,
    /** What a device sent, as it came. */
    payloads: { ...ADMIN, manufacturer: 'bench' },
    /** Hours, counts of messages and single devices of what a gateway received and refused. */
    hours: { ...VALUES, ...LEDGERS },
    /** To have the store asked anew what it holds. */
    recount: KEPT,
    /** Values of a person in the audit trail. */
    personal: ADMIN,
    /** How many are enrolled in a trial while they are few. */
    small_counts: { ...STAFF, steward: 'all' },
    /** Devices that knock without naming a facility: of a house that is the only one. */
    strangers: PEOPLE,
  },
}

/** Which roles somebody may give to others. */
export const APPOINTS: Readonly<Partial<Record<Role, readonly Role[]>>> = {
  facility_admin: ['staff', 'display', 'facility_admin'],
  platform_admin: ROLES,
}

const PURPOSES: Readonly<Record<Role, AuditPurpose>> = {
  staff: 'care',
  display: 'care',
  facility_admin: 'administration',
  manufacturer: 'research',
  steward: 'research',
  auditor: 'audit',
  operator: 'technical',
  platform_admin: 'administration',
}
/** What an administrator of a facility does as one who cares. */
const CARE: readonly RouteName[] = ['board', 'readings', 'device', 'deviceEvents']

/** What somebody of this role uses a route for: it stands in the audit trail. What concerns the own account is security. Null: nobody is signed in. */
export function purposeOf(name: RouteName, role: Role | null): AuditPurpose {
  if (role === null || RULES.routes[name as GuardedRoute]?.[role] === 'self') return 'security'
  return role === 'facility_admin' && CARE.includes(name) ? 'care' : PURPOSES[role]
}

/** Roles that may call a route at all, in order. */
export const rolesOf = (name: GuardedRoute): Role[] => ROLES.filter(role => RULES.routes[name][role] !== undefined)
