/** The registry's tables as Kysely sees them: text ids (brands are given back by the repositories), instants as epoch ms, structures as JSON text. */
import type {
  ConsentRecord,
  DatasetRequestRecord,
  FacilityRecord,
  ReleaseRecord,
  UserRecord,
} from '../../core/registry.ts'

export interface FacilityTable {
  id: string
  name: string
  zone: string
  bench_of: FacilityRecord['benchOf']
  /** Raised in the transaction of every change that a gateway must know. */
  registry_version: number
}
export interface RoomTable {
  id: string
  facility: string
  label: string
  unit: string
  ordinal: number
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
export interface ResidentTable {
  id: string
  facility: string
  created_ms: number
}
export interface PlacementTable {
  id: string
  facility: string
  device: string
  room: string | null
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
export interface ConsentTable {
  id: string
  facility: string
  resident: string
  purpose: ConsentRecord['purpose']
  from_ms: number
}
export interface UserTable {
  name: string
  password_hash: string
  role: UserRecord['role']
  maker: string | null
  language: UserRecord['language']
  created_ms: number
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
}
export interface DatasetRequestTable {
  id: string
  maker: string
  created_by: string
  created_ms: number
  purpose: string
  product: DatasetRequestRecord['product']
  /** The scope's facility, held to exist. */
  facility: string
  scope: string
  state: DatasetRequestRecord['state']
  failure: string | null
  version: number
  reviews: string
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
}
export interface SettingTable {
  name: string
  value: string
}

export interface RegistrySchema {
  facilities: FacilityTable
  rooms: RoomTable
  devices: DeviceTable
  credentials: CredentialTable
  hub_devices: HubDeviceTable
  residents: ResidentTable
  placements: PlacementTable
  swaps: SwapTable
  consents: ConsentTable
  users: UserTable
  user_facilities: UserFacilityTable
  sessions: SessionTable
  dataset_requests: DatasetRequestTable
  releases: ReleaseTable
  settings: SettingTable
}
