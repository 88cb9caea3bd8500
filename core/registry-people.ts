/** The registry port's part about people: residents and what is known of them, all of it personal and sealed; consents. */
import type { FacilityId } from './ids.ts'
import type { Page } from './registry.ts'
import type { CONSENT_PURPOSES } from './rest/consents.ts'
import type { AbsenceReason, CARE_LEVELS, DIAGNOSIS_GROUPS, SEXES } from './rest/residents.ts'

/** Who wrote something down, and when, epoch ms. */
export interface Written {
  by: string
  nowMs: number
}
export interface ResidentRecord {
  id: string
  facility: FacilityId
  createdMs: number
  /** When the resident left the facility; null: lives there. */
  leftMs: number | null
  /** When the resident's key was destroyed: nothing personal can be read any more, and nothing may be added. */
  erasedMs: number | null
}
/** Days are calendar days, `2026-11-25`. */
export interface Identity {
  name: string
  /** Reading of the name in kana, by which Japanese lists are sorted. */
  kana: string | null
  /** The facility's own number for the resident. */
  number: string | null
  birthDate: string | null
  sex: (typeof SEXES)[number] | null
  admittedOn: string | null
  diagnosisGroup: (typeof DIAGNOSIS_GROUPS)[number] | null
}
export interface CareLevelRecord {
  id: string
  resident: string
  level: (typeof CARE_LEVELS)[number]
  /** First day on which it counts. */
  fromDay: string
  recordedMs: number
  recordedBy: string
}
export interface AbsenceRecord {
  id: string
  facility: FacilityId
  resident: string
  /** Null when the resident's data were erased. */
  reason: AbsenceReason | null
  fromMs: number
  toMs: number | null
  recordedMs: number
  recordedBy: string
}
/** Where a resident lives. */
export interface StayRecord {
  id: string
  facility: FacilityId
  resident: string
  room: string
  bed: string | null
  fromMs: number
  toMs: number | null
}
export interface ConsentRecord {
  id: string
  facility: FacilityId
  resident: string
  purpose: (typeof CONSENT_PURPOSES)[number]
  /** ISO 3166-1 alpha-2: where the recipient is; null: stays in the country. */
  recipientCountry: string | null
  /** Which text was signed; null: not recorded. */
  textVersion: string | null
  fromMs: number
  /** Null: until withdrawn. */
  toMs: number | null
  /** A withdrawal is a record of its own; the consent itself is never changed. */
  withdrawnMs: number | null
  recordedMs: number | null
  recordedBy: string | null
}
export type NewConsent = Pick<ConsentRecord, 'facility' | 'resident' | 'purpose' | 'fromMs'> &
  Partial<Pick<ConsentRecord, 'recipientCountry' | 'textVersion' | 'toMs' | 'recordedMs' | 'recordedBy'>>

/** A resident with all that is known at once. */
export interface NewResident {
  identity: Identity
  careLevel: Pick<CareLevelRecord, 'level' | 'fromDay'> | null
  stay: Pick<StayRecord, 'room' | 'bed' | 'fromMs'> | null
}

/** Whatever names a resident whose data were erased throws AppError `not_ready`; what needs a key that is not there `identity_key_missing`. */
export interface PeopleRepositories {
  residents: {
    create(facility: string, nowMs: number, identity?: { identity: Identity; by: string }): Promise<ResidentRecord>
    /**
     * All of them or none. @returns their ids, in the order given.
     * Throws what `stays.add` throws, and `unavailable` when `signal` called it off, which undoes all.
     */
    addAll(
      facility: string,
      residents: readonly NewResident[],
      written: Written,
      signal?: AbortSignal,
    ): Promise<string[]>
    get(id: string): Promise<ResidentRecord | null>
    list(query: { facilities: readonly string[] } & Page): Promise<ResidentRecord[]>
    /** The newest identity of each; absent for those who have none, or whose data were erased. */
    identities(ids: readonly string[]): Promise<Map<string, Identity>>
    /** Number of the newest identity; 0: none was given, or it was erased. */
    identityVersion(id: string): Promise<number>
    /**
     * Adds a new version; the earlier ones are kept until erasure. Throws `precondition_failed` when `version` is no longer the newest;
     * null: whichever it is.
     */
    identify(id: string, identity: Identity, written: Written, version?: number | null): Promise<void>
    /**
     * The resident has left: ends stay and absences, and placements for the resident go on for nobody.
     * Throws `conflict` when gone already, or when one of these begins later.
     */
    leave(id: string, atMs: number): Promise<ResidentRecord>
    /**
     * Destroys the resident's key, for good, and withdraws the consents: nothing personal can be read afterwards, by anyone.
     * Ids, times, enrolments and releases stay listed. May be repeated.
     */
    erase(id: string, written: Written): Promise<ResidentRecord>
    /** Encrypts under the resident's key, which is made when first needed; `use` must be said again to open it. */
    seal(id: string, use: string, text: string): Promise<string>
    /** Null once the resident's data were erased. */
    unseal(id: string, use: string, sealed: string): Promise<string | null>
  }
  careLevels: {
    /** Of two for one day the later written one counts. */
    add(resident: string, level: CareLevelRecord['level'], fromDay: string, written: Written): Promise<CareLevelRecord>
    /** In order of days; empty once erased. */
    of(resident: string): Promise<CareLevelRecord[]>
  }
  absences: {
    /** Throws `conflict` when the resident is away already during part of the time. */
    add(
      record: Pick<AbsenceRecord, 'facility' | 'resident' | 'reason' | 'fromMs' | 'toMs'>,
      written: Written,
    ): Promise<AbsenceRecord>
    /** Gives an open absence its end. Throws `conflict` when it has one, `bad_request` when it would end before it begins. */
    end(id: string, toMs: number): Promise<AbsenceRecord>
    get(id: string): Promise<AbsenceRecord | null>
    of(resident: string): Promise<AbsenceRecord[]>
    /** Of a facility, that overlap from ≤ t < to; without reasons. */
    during(facility: string, fromMs: number, toMs: number): Promise<AbsenceRecord[]>
  }
  stays: {
    /** Ends an open stay of the resident at `fromMs` first. Throws `conflict` when the resident lives elsewhere then, or the bed is taken. */
    add(record: Omit<StayRecord, 'id' | 'toMs'>): Promise<StayRecord>
    of(resident: string): Promise<StayRecord[]>
    /** Of a facility, that overlap from ≤ t < to. */
    during(facility: string, fromMs: number, toMs: number): Promise<StayRecord[]>
  }
  consents: {
    create(record: NewConsent): Promise<ConsentRecord>
    get(id: string): Promise<ConsentRecord | null>
    /** Throws `conflict` when it is withdrawn already. */
    withdraw(id: string, atMs: number, written: Written): Promise<ConsentRecord>
    list(query: { facilities: readonly string[] } & Page): Promise<ConsentRecord[]>
    of(facility: string): Promise<ConsentRecord[]>
  }
}
