/** The registry port's part about trials: protocol, sites, enrolments, events, deficiencies, reference measurements. What is written is corrected by adding. */
import type { DeviceId, FacilityId, MetricName, ProfileId } from './ids.ts'
import type { StoredValue } from './readings.ts'
import type { Page } from './registry.ts'
import type { Written } from './registry-people.ts'
import type { DEVICE_RELATIONS, EVENT_OUTCOMES, EVENT_SEVERITIES, TRIAL_EVENT_KINDS } from './rest/trial-entries.ts'
import type { LEGAL_ROUTES } from './rest/trials.ts'

export interface TrialProtocol {
  version: string
  /** SHA-256 of the protocol's file, hex. */
  sha256: string
  recordedMs: number
  recordedBy: string
  /** From here on nothing of the protocol changes; null: not locked. */
  lockedMs: number | null
  lockedBy: string | null
}
export interface TrialDesign {
  title: string
  sponsor: string
  legalRoute: (typeof LEGAL_ROUTES)[number]
  deviceTypes: ProfileId[]
  sites: FacilityId[]
  /** First and last day, inclusive. */
  fromDay: string
  toDay: string
}
export interface TrialRecord extends TrialDesign {
  id: string
  maker: string
  createdMs: number
  createdBy: string
  /** Grows with every change of the design; a write names the version it read. */
  version: number
  /** Oldest first. */
  protocols: TrialProtocol[]
  /** How many were ever enrolled. */
  enrolled: number
}
export interface EnrolmentRecord {
  id: string
  trial: string
  facility: FacilityId
  resident: string
  /** 1, 2, 3 … in the trial. */
  number: number
  protocolVersion: string
  fromMs: number
  recordedMs: number
  recordedBy: string
  ended: { atMs: number; reason: string; recordedMs: number; recordedBy: string } | null
}
/** One version of an entry; the newest counts, the earlier ones stay. */
interface Corrected {
  id: string
  /** 1 for the first. */
  version: number
  /** Why it was corrected; null for the first. */
  correction: string | null
  recordedMs: number
  recordedBy: string
}
export interface TrialEventContent {
  trial: string
  facility: FacilityId
  kind: (typeof TRIAL_EVENT_KINDS)[number]
  resident: string | null
  device: DeviceId | null
  atMs: number
  severity: (typeof EVENT_SEVERITIES)[number]
  serious: boolean
  relation: (typeof DEVICE_RELATIONS)[number]
  outcome: (typeof EVENT_OUTCOMES)[number]
  /** Sealed where a resident is named; null once that resident's data were erased. */
  description: string | null
}
export type TrialEventRecord = TrialEventContent & Corrected
export interface ReferenceContent {
  trial: string
  facility: FacilityId
  device: DeviceId
  metric: MetricName
  atMs: number
  value: StoredValue
  unit: string | null
  /** What measured it, for example `manual cuff, model and serial number`. */
  instrument: string
}
export type ReferenceRecord = ReferenceContent & Corrected

interface CorrectedRepository<Content, Entry> {
  /** Throws `not_found` when something it names does not exist. */
  add(content: Content, written: Written): Promise<Entry>
  /** Adds a version. Throws `conflict` when `version` is not the newest, `not_found` when there is no such entry. */
  correct(id: string, version: number, content: Content, reason: string, written: Written): Promise<Entry>
  /** All versions, oldest first; empty: there is no such entry. */
  history(id: string): Promise<Entry[]>
  /** Newest versions, in order of id. */
  list(query: { trial: string; facilities?: readonly string[] } & Page): Promise<Entry[]>
}

export interface TrialRepositories {
  trials: {
    create(design: TrialDesign & { maker: string }, written: Written): Promise<TrialRecord>
    get(id: string): Promise<TrialRecord | null>
    /** Makers' own, or those with a site among the facilities; neither: all. */
    list(query: { makers?: readonly string[]; facilities?: readonly string[] } & Page): Promise<TrialRecord[]>
    /** Throws `conflict` when it has another version, `not_ready` once a protocol is locked. */
    change(id: string, version: number, design: TrialDesign): Promise<TrialRecord>
    /** Adds a version of the protocol. Throws `conflict` when it exists, or when the one before is not locked. */
    addProtocol(id: string, protocol: { version: string; sha256: string }, written: Written): Promise<TrialRecord>
    /** Locks the newest protocol. Throws `not_ready` when there is none, `conflict` when it is locked. */
    lockProtocol(id: string, version: string, written: Written): Promise<TrialRecord>
    /**
     * Throws `not_ready` while the newest protocol is not locked, or without a consent in force at that time; `conflict` when the
     * resident was enrolled already; `bad_request` when the facility is no site.
     */
    enrol(
      record: Pick<EnrolmentRecord, 'trial' | 'facility' | 'resident' | 'fromMs'>,
      written: Written,
    ): Promise<EnrolmentRecord>
    /** Throws `conflict` when it has ended. */
    endEnrolment(id: string, atMs: number, reason: string, written: Written): Promise<EnrolmentRecord>
    enrolment(id: string): Promise<EnrolmentRecord | null>
    enrolments(query: { trial: string; facilities: readonly string[] } & Page): Promise<EnrolmentRecord[]>
    enrolmentsOf(resident: string): Promise<EnrolmentRecord[]>
  }
  trialEvents: CorrectedRepository<TrialEventContent, TrialEventRecord>
  references: CorrectedRepository<ReferenceContent, ReferenceRecord>
}
