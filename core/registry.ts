/** The registry port: devices, users and dataset requests; places, people, trials and releases by their own files. One Kysely adapter, two dialects. */
import type { AuditTrail } from './audit/trail.ts'
import type { ClearCredential, Credentials, Hubs } from './credentials.ts'
import type { DeviceId, FacilityId, ProfileId } from './ids.ts'
import type { Language } from './profile.ts'
import type { PeopleRepositories } from './registry-people.ts'
import type { PlaceRepositories } from './registry-places.ts'
import type { ReleaseRepositories } from './registry-releases.ts'
import type { RetentionRepositories } from './registry-retention.ts'
import type { TrialRepositories } from './registry-trials.ts'
import type { DATASET_PRODUCTS, DatasetScope, REQUEST_STATES } from './rest/datasets.ts'
import type { CALIBRATION_RESULTS } from './rest/devices-history.ts'
import type { Role, TokenScope } from './rest/route.ts'
import type { Swaps } from './swaps.ts'

/** Instants are epoch ms. Ids of records are 20 random characters [a-z0-9] unless given. */
export interface FacilityRecord {
  id: FacilityId
  name: string
  zone: string
  /** The maker whose bench this is; null for a real facility. */
  benchOf: string | null
}
export interface DeviceRecord {
  facility: FacilityId
  id: DeviceId
  profile: ProfileId
  maker: string
  activeFromMs: number
  createdMs: number
}
export interface PlacementRecord {
  id: string
  facility: FacilityId
  device: DeviceId
  room: string | null
  /** Of that room; null: of none in particular. */
  bed: string | null
  resident: string | null
  fromMs: number
  toMs: number | null
}
export interface FirmwareRecord {
  firmware: string
  /** When it was first heard after another one. */
  seenMs: number
}
export interface CalibrationRecord {
  id: string
  facility: FacilityId
  device: DeviceId
  atMs: number
  laboratory: string
  certificate: string | null
  result: (typeof CALIBRATION_RESULTS)[number]
  /** When the next one is due; null: not said. */
  dueDay: string | null
  recordedMs: number
  recordedBy: string
}
export interface UserRecord {
  user: string
  /** argon2id, PHC string; null until the invitation was used. */
  passwordHash: string | null
  role: Role
  facilities: FacilityId[]
  maker: string | null
  language: Language
  createdMs: number
  /** Since when nothing is open to this person; null: is at work. */
  disabledMs: number | null
  /** Grows with every change of role, places or state; an edit names the version it read. */
  version: number
}
export type NewUser = Omit<UserRecord, 'disabledMs' | 'version'>
export interface SessionRecord {
  /** SHA-256 of the cookie's token, hex. */
  tokenSha256: string
  user: string
  createdMs: number
  seenMs: number
  expiresMs: number
  /** What the browser calls itself, cut short; empty when it says nothing. */
  agent: string
}
export interface InvitationRecord {
  /** SHA-256 of the one-time code with which someone sets a password, hex. */
  codeSha256: string
  user: string
  createdMs: number
  expiresMs: number
}
export interface ApiTokenRecord {
  id: string
  /** SHA-256 of the token, hex: fast on purpose, as the secret has 256 random bits. */
  tokenSha256: string
  user: string
  /** What its owner calls it. */
  name: string
  scopes: TokenScope[]
  createdMs: number
  expiresMs: number
  seenMs: number | null
}
export type NewApiToken = Omit<ApiTokenRecord, 'id' | 'seenMs'>
/** An answer that is given again to who repeats a write. */
export interface KeptAnswerRecord {
  /** SHA-256 of who asks, the route and the key, hex. */
  id: string
  bodySha256: string
  /** Sealed; null while the write is under way. */
  answer: string | null
  untilMs: number
}
export type RequestState = (typeof REQUEST_STATES)[number]
export interface ReviewRecord {
  by: string
  decision: 'approve' | 'return' | 'reject'
  reason: string | null
  atMs: number
}
export interface DatasetRequestRecord {
  id: string
  maker: string
  createdBy: string
  createdMs: number
  purpose: string
  product: (typeof DATASET_PRODUCTS)[number]
  scope: DatasetScope
  state: RequestState
  failure: string | null
  /** Grows with every change; a write names the version it read. */
  version: number
  /** Reviews that count for the present version of the scope, oldest first. */
  reviews: ReviewRecord[]
}
export interface Page {
  limit: number
  /** Key of the last record of the page before; records come in order of their key. */
  after?: string
}

export type UserChange = Partial<Pick<UserRecord, 'role' | 'facilities' | 'maker' | 'disabledMs'>>

/** `create…` throws AppError `conflict` when the key is taken, `not_found` when something it names does not exist. */
export interface Registry
  extends PlaceRepositories,
    PeopleRepositories,
    TrialRepositories,
    ReleaseRepositories,
    RetentionRepositories {
  facilities: {
    create(record: FacilityRecord): Promise<void>
    get(id: string): Promise<FacilityRecord | null>
    list(page?: Page): Promise<FacilityRecord[]>
    /** Throws `not_found`. */
    rename(id: string, name: string): Promise<FacilityRecord>
    /** ISO 3166-2, such as `JP-13`. Throws `not_found`. */
    setPrefecture(id: string, prefecture: string): Promise<void>
    /** Of the facilities of which it was said. */
    prefectures(): Promise<Map<string, string>>
  }
  devices: {
    /** Creates the device and its credential in one transaction; the clear password is returned this once. */
    enrol(record: Omit<DeviceRecord, 'createdMs'>, nowMs: number): Promise<ClearCredential>
    /** Undoes an enrolment whose credential could not be handed to the broker; throws `conflict` once the device was placed. */
    withdraw(facility: string, id: string): Promise<void>
    get(facility: string, id: string): Promise<DeviceRecord | null>
    /** The key of a device, for pages, is its client id. */
    list(query: { facilities?: readonly string[]; makers?: readonly string[] } & Page): Promise<DeviceRecord[]>
  }
  /** Only ever added to. */
  deviceHistory: {
    /** Notes a firmware that differs from the last one noted. @returns whether it was new */
    sawFirmware(facility: string, device: string, firmware: string, seenMs: number): Promise<boolean>
    /** Oldest first. */
    firmware(facility: string, device: string): Promise<FirmwareRecord[]>
    addCalibration(record: Omit<CalibrationRecord, 'id'>): Promise<CalibrationRecord>
    /** Oldest first. */
    calibrations(facility: string, device: string): Promise<CalibrationRecord[]>
  }
  credentials: Credentials
  hubs: Hubs
  swaps: Swaps
  placements: {
    /** Ends an open placement of the same device at `fromMs` first. Throws `conflict` when it would overlap an older one. */
    create(record: Omit<PlacementRecord, 'id' | 'bed'> & { bed?: string | null }): Promise<PlacementRecord>
    list(query: { facilities: readonly string[]; device?: string | undefined } & Page): Promise<PlacementRecord[]>
    /** Placements of a facility that overlap from ≤ t < to. */
    during(facility: string, fromMs: number, toMs: number): Promise<PlacementRecord[]>
  }
  users: {
    create(record: NewUser): Promise<void>
    get(user: string): Promise<UserRecord | null>
    list(page?: Page): Promise<UserRecord[]>
    count(): Promise<number>
    /** Changes a user who still has `version` (null: any); throws `conflict` otherwise. Raises the revision of access. */
    change(user: string, version: number | null, change: UserChange): Promise<UserRecord>
    /** Only the hash: sessions stay, and no version is raised. */
    setPasswordHash(user: string, passwordHash: string): Promise<void>
    setLanguage(user: string, language: Language): Promise<void>
  }
  sessions: {
    create(record: SessionRecord): Promise<void>
    get(tokenSha256: string): Promise<SessionRecord | null>
    /** Of one user, newest first; all of them: nobody has many. */
    of(user: string): Promise<SessionRecord[]>
    touch(tokenSha256: string, seenMs: number): Promise<void>
    /** Lets it end then, if it would not end sooner. */
    shorten(tokenSha256: string, expiresMs: number): Promise<void>
    /** Raises the revision of access, as every way of ending sessions does. */
    delete(tokenSha256: string): Promise<void>
    /** Ends all of a user but, where given, one. @returns those that ended, by hash */
    deleteOf(user: string, except?: string): Promise<string[]>
    deleteExpired(nowMs: number): Promise<void>
    /** Grows whenever someone may do less, or otherwise, than before: who keeps sockets open looks at it. */
    accessRevision(): Promise<number>
  }
  invitations: {
    /** Replaces an earlier one of the same user. */
    put(record: InvitationRecord): Promise<void>
    get(codeSha256: string): Promise<InvitationRecord | null>
    deleteExpired(nowMs: number): Promise<void>
    /** Whether a user was invited and has not come yet. */
    openOf(user: string, nowMs: number): Promise<boolean>
    /** Takes the invitation, sets the password and ends the user's sessions, in one transaction. @returns false when it was gone */
    accept(codeSha256: string, passwordHash: string, nowMs: number): Promise<boolean>
  }
  tokens: {
    create(record: NewApiToken): Promise<ApiTokenRecord>
    get(tokenSha256: string): Promise<ApiTokenRecord | null>
    list(query: { user: string } & Page): Promise<ApiTokenRecord[]>
    touch(id: string, seenMs: number): Promise<void>
    /** @returns false when the user has no such token */
    revoke(user: string, id: string): Promise<boolean>
    revokeAllOf(user: string): Promise<void>
    /** Those that ended before. */
    deleteExpired(beforeMs: number): Promise<void>
  }
  keptAnswers: {
    /** Takes the place of a write. @returns the record that is there already, or null when this one may begin */
    begin(record: Omit<KeptAnswerRecord, 'answer'>, nowMs: number): Promise<KeptAnswerRecord | null>
    get(id: string): Promise<KeptAnswerRecord | null>
    finish(id: string, answer: string, untilMs: number): Promise<void>
    deleteExpired(nowMs: number): Promise<void>
    /** Nothing was made: the key may be used again. */
    drop(id: string): Promise<void>
  }
  requests: {
    create(
      record: Omit<DatasetRequestRecord, 'id' | 'version' | 'reviews' | 'state' | 'failure'>,
    ): Promise<DatasetRequestRecord>
    get(id: string): Promise<DatasetRequestRecord | null>
    list(query: { makers?: readonly string[] } & Page): Promise<DatasetRequestRecord[]>
    inState(state: RequestState): Promise<DatasetRequestRecord[]>
    /** Changes a request if it still has `version`; throws `conflict` otherwise. Clearing reviews is said with `reviews: []`. */
    change(
      id: string,
      version: number,
      change: Partial<Pick<DatasetRequestRecord, 'purpose' | 'product' | 'scope' | 'state' | 'failure' | 'reviews'>>,
    ): Promise<DatasetRequestRecord>
  }
  /** Grows with every change that a gateway must know (devices, rooms, placements); kept over restarts. Throws `not_found`. */
  registryVersion(facility: string): Promise<number>
  /** Small settings of the platform itself, such as the first-start code's hash. */
  settings: {
    get(name: string): Promise<string | null>
    set(name: string, value: string | null): Promise<void>
  }
  /** Every write above is in it, recorded in the same transaction. */
  audit: AuditTrail
  stop(): Promise<void>
}
