/** The registry port: people (opaque here), places, devices, users, dataset requests and releases. One Kysely adapter, two dialects. */
import type { ClearCredential, Credentials, Hubs } from './credentials.ts'
import type { DeviceId, FacilityId, ProfileId } from './ids.ts'
import type { Language } from './profile.ts'
import type { DatasetScope, REQUEST_STATES } from './rest/datasets.ts'
import type { CONSENT_PURPOSES } from './rest/places.ts'
import type { Role } from './rest/route.ts'
import type { Swaps } from './swaps.ts'

/** Instants are epoch ms. Ids of records are 20 random characters [a-z0-9] unless given. */
export interface FacilityRecord {
  id: FacilityId
  name: string
  zone: string
  /** The maker whose bench this is; null for a real facility. */
  benchOf: string | null
}
export interface RoomRecord {
  /** Also the opaque place id that the gateway knows. */
  id: string
  facility: FacilityId
  label: string
  unit: string
  /** Order on the board: unit first, then room. */
  ordinal: number
}
export interface DeviceRecord {
  facility: FacilityId
  id: DeviceId
  profile: ProfileId
  maker: string
  activeFromMs: number
  createdMs: number
}
export interface ResidentRecord {
  id: string
  facility: FacilityId
  createdMs: number
}
export interface PlacementRecord {
  id: string
  facility: FacilityId
  device: DeviceId
  room: string | null
  resident: string | null
  fromMs: number
  toMs: number | null
}
export interface ConsentRecord {
  id: string
  facility: FacilityId
  resident: string
  purpose: (typeof CONSENT_PURPOSES)[number]
  fromMs: number
}
export interface UserRecord {
  user: string
  /** argon2id, PHC string. */
  passwordHash: string
  role: Role
  facilities: FacilityId[]
  maker: string | null
  language: Language
  createdMs: number
}
export interface SessionRecord {
  /** SHA-256 of the cookie's token, hex. */
  tokenSha256: string
  user: string
  createdMs: number
  seenMs: number
  expiresMs: number
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
  product: 'P0'
  scope: DatasetScope
  state: RequestState
  failure: string | null
  /** Grows with every change; a write names the version it read. */
  version: number
  /** Reviews that count for the present version of the scope, oldest first. */
  reviews: ReviewRecord[]
}
export interface ReleaseRecord {
  id: string
  request: string
  maker: string
  product: 'P0'
  createdMs: number
  manifestSha256: string
  keyId: string
  publicKey: string
  published: number
  suppressed: number
  /** Files below the release's folder in DATA_DIR. */
  files: { name: string; bytes: number; sha256: string }[]
}
export interface Page {
  limit: number
  /** Key of the last record of the page before; records come in order of their key. */
  after?: string
}

/** `create…` throws AppError `conflict` when the key is taken, `not_found` when something it names does not exist. */
export interface Registry {
  facilities: {
    create(record: FacilityRecord): Promise<void>
    get(id: string): Promise<FacilityRecord | null>
    list(page?: Page): Promise<FacilityRecord[]>
  }
  rooms: {
    create(record: Omit<RoomRecord, 'id' | 'ordinal'> & { id?: string }): Promise<RoomRecord>
    get(id: string): Promise<RoomRecord | null>
    /** In order of the board. */
    listOf(facility: string): Promise<RoomRecord[]>
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
  credentials: Credentials
  hubs: Hubs
  swaps: Swaps
  residents: {
    create(facility: string, nowMs: number): Promise<ResidentRecord>
    get(id: string): Promise<ResidentRecord | null>
    list(query: { facilities: readonly string[] } & Page): Promise<ResidentRecord[]>
  }
  placements: {
    /** Ends an open placement of the same device at `fromMs` first. Throws `conflict` when it would overlap an older one. */
    create(record: Omit<PlacementRecord, 'id'>): Promise<PlacementRecord>
    list(query: { facilities: readonly string[] } & Page): Promise<PlacementRecord[]>
    /** Placements of a facility that overlap from ≤ t < to. */
    during(facility: string, fromMs: number, toMs: number): Promise<PlacementRecord[]>
  }
  consents: {
    create(record: Omit<ConsentRecord, 'id'>): Promise<ConsentRecord>
    list(query: { facilities: readonly string[] } & Page): Promise<ConsentRecord[]>
    of(facility: string): Promise<ConsentRecord[]>
  }
  users: {
    create(record: UserRecord): Promise<void>
    get(user: string): Promise<UserRecord | null>
    list(page?: Page): Promise<UserRecord[]>
    count(): Promise<number>
  }
  sessions: {
    create(record: SessionRecord): Promise<void>
    get(tokenSha256: string): Promise<SessionRecord | null>
    touch(tokenSha256: string, seenMs: number): Promise<void>
    delete(tokenSha256: string): Promise<void>
    deleteExpired(nowMs: number): Promise<void>
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
      change: Partial<Pick<DatasetRequestRecord, 'purpose' | 'scope' | 'state' | 'failure' | 'reviews'>>,
    ): Promise<DatasetRequestRecord>
  }
  releases: {
    create(record: ReleaseRecord): Promise<void>
    get(id: string): Promise<ReleaseRecord | null>
    ofRequest(request: string): Promise<ReleaseRecord | null>
    list(query: { makers?: readonly string[] } & Page): Promise<ReleaseRecord[]>
  }
  /** Grows with every change that a gateway must know (devices, rooms, placements); kept over restarts. Throws `not_found`. */
  registryVersion(facility: string): Promise<number>
  /** Small settings of the platform itself, such as the first-start code's hash. */
  settings: {
    get(name: string): Promise<string | null>
    set(name: string, value: string | null): Promise<void>
  }
  stop(): Promise<void>
}
