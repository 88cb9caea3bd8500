/** Tables of residents and their consents as Kysely sees them; `sealed` columns are ciphertext under the resident's own key. */
import type { ConsentRecord } from '../../core/registry-people.ts'

/** Of everything that somebody wrote down. */
export interface WrittenColumns {
  recorded_ms: number
  recorded_by: string
}
export interface ResidentTable {
  id: string
  facility: string
  created_ms: number
  left_ms: number | null
  erased_ms: number | null
}
interface ResidentKeyTable {
  resident: string
  /** Which identity key it is wrapped by. */
  key_id: string
  /** Null: destroyed. */
  wrapped: string | null
  created_ms: number
}
interface ResidentIdentityTable extends WrittenColumns {
  resident: string
  version: number
  sealed: string
}
export interface CareLevelTable extends WrittenColumns {
  id: string
  resident: string
  /** Level and first day. */
  sealed: string
}
export interface AbsenceTable extends WrittenColumns {
  id: string
  facility: string
  resident: string
  /** The reason. */
  sealed: string | null
  from_ms: number
  to_ms: number | null
}
export interface StayTable {
  id: string
  facility: string
  resident: string
  room: string
  bed: string | null
  from_ms: number
  to_ms: number | null
}
export interface ConsentTable {
  id: string
  facility: string
  resident: string
  purpose: ConsentRecord['purpose']
  recipient_country: string | null
  text_version: string | null
  from_ms: number
  to_ms: number | null
  recorded_ms: number | null
  recorded_by: string | null
}
interface ConsentWithdrawalTable extends WrittenColumns {
  consent: string
  at_ms: number
}
export interface PeopleTables {
  residents: ResidentTable
  resident_keys: ResidentKeyTable
  resident_identities: ResidentIdentityTable
  care_levels: CareLevelTable
  absences: AbsenceTable
  stays: StayTable
  consents: ConsentTable
  consent_withdrawals: ConsentWithdrawalTable
}
