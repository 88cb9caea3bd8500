/** The registry's tables as Kysely sees them: text ids (brands are given back by the repositories), instants as epoch ms, structures as JSON text. */
import type { DatasetRequestRecord, FacilityRecord, UserRecord } from '../../core/registry.ts'
import type { ReleaseRecord } from '../../core/registry-releases.ts'
import type { AuditTables } from './audit/tables.ts'
import type { PeopleTables } from './schema-people.ts'
import type { PlaceTables } from './schema-places.ts'
import type { RetentionTables } from './schema-retention.ts'
import type { TrialTables } from './schema-trials.ts'

export interface FacilityTable {
  id: string
  name: string
  zone: string
  bench_of: FacilityRecord['benchOf']
  /** ISO 3166-2; null: not said. */
  prefecture: string | null
  /** Raised in the transaction of every change that a gateway must know. */
  registry_version: number
}
export interface DeviceTable {
  facility: string
  id: string
  profile: string
  maker: string
  active_from_ms: number
  created_ms: number
}
export interface CredentialTable {
  username: string
  facility: string
  device: string
  /** 1 for the first of its device. */
  generation: number
  password_sha256: string
  created_ms: number
  ends_ms: number | null
}
export interface HubDeviceTable {
  facility: string
  device: string
  hub: string
}
export interface PlacementTable {
  id: string
  facility: string
  device: string
  room: string | null
  bed: string | null
  resident: string | null
  from_ms: number
  to_ms: number | null
}
export interface SwapTable {
  id: string
  facility: string
  gone: string
  come: string
  room: string | null
  /** Of the device that came. */
  placement: string
  at_ms: number
  by_user: string
  undone_ms: number | null
}
export interface UserTable {
  name: string
  /** Empty until the invitation was used. */
  password_hash: string
  role: UserRecord['role']
  maker: string | null
  language: UserRecord['language']
  created_ms: number
  disabled_ms: number | null
  version: number
}
export interface UserFacilityTable {
  user_name: string
  facility: string
}
export interface SessionTable {
  token_sha256: string
  user_name: string
  created_ms: number
  seen_ms: number
  expires_ms: number
  agent: string
}
export interface InvitationTable {
  user_name: string
  code_sha256: string
  created_ms: number
  expires_ms: number
}
export interface ApiTokenTable {
  id: string
  token_sha256: string
  user_name: string
  name: string
  scopes: string
  created_ms: number
  expires_ms: number
  seen_ms: number | null
}
/** One row. */
export interface AccessRevisionTable {
  id: number
  revision: number
}
export interface KeptAnswerTable {
  id: string
  body_sha256: string
  answer: string | null
  until_ms: number
}
export interface DatasetRequestTable {
  id: string
  maker: string
  created_by: string
  created_ms: number
  purpose: string
  product: DatasetRequestRecord['product']
  /** The scope's facility, held to exist; of a trial, its first site. */
  facility: string
  scope: string
  state: DatasetRequestRecord['state']
  failure: string | null
  version: number
  reviews: string
}
export interface ReleaseSubjectTable {
  release: string
  resident: string
  /** Class and groups; null: of no class, or erased. */
  sealed: string | null
}
export interface ReleaseTable {
  id: string
  request: string
  maker: string
  product: ReleaseRecord['product']
  created_ms: number
  manifest_sha256: string
  key_id: string
  public_key: string
  published: number
  suppressed: number
  files: string
  trial: string | null
  /** JSON; null where `trial` is. */
  trial_facts: string | null
}
export interface SettingTable {
  name: string
  value: string
}

export interface RegistrySchema extends PlaceTables, PeopleTables, TrialTables, RetentionTables, AuditTables {
  facilities: FacilityTable
  devices: DeviceTable
  credentials: CredentialTable
  hub_devices: HubDeviceTable
  placements: PlacementTable
  swaps: SwapTable
  users: UserTable
  user_facilities: UserFacilityTable
  sessions: SessionTable
  invitations: InvitationTable
  api_tokens: ApiTokenTable
  access_revision: AccessRevisionTable
  kept_answers: KeptAnswerTable
  dataset_requests: DatasetRequestTable
  releases: ReleaseTable
  release_subjects: ReleaseSubjectTable
  settings: SettingTable
}
