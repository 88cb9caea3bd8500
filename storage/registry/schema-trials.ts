/** Tables of trials and of devices' history as Kysely sees them. */
import type { CalibrationRecord } from '../../core/registry.ts'
import type { ReferenceRecord, TrialEventRecord, TrialRecord } from '../../core/registry-trials.ts'
import type { WrittenColumns } from './schema-people.ts'

export interface TrialTable {
  id: string
  maker: string
  title: string
  sponsor: string
  legal_route: TrialRecord['legalRoute']
  /** JSON. */
  device_types: string
  from_day: string
  to_day: string
  version: number
  created_ms: number
  created_by: string
}
export interface TrialProtocolTable extends WrittenColumns {
  trial: string
  version: string
  /** 1, 2, 3 … in the trial. */
  ordinal: number
  sha256: string
  locked_ms: number | null
  locked_by: string | null
}
export interface EnrolmentTable extends WrittenColumns {
  id: string
  trial: string
  facility: string
  resident: string
  number: number
  protocol_version: string
  from_ms: number
}
interface EnrolmentEndTable extends WrittenColumns {
  enrolment: string
  at_ms: number
  reason: string
}
/** One version of an entry. */
export interface EntryColumns extends WrittenColumns {
  id: string
  version: number
  trial: string
  facility: string
  correction: string | null
}
export interface TrialEventTable extends EntryColumns {
  kind: TrialEventRecord['kind']
  resident: string | null
  device: string | null
  at_ms: number
  severity: TrialEventRecord['severity']
  /** 0 or 1. */
  serious: number
  relation: TrialEventRecord['relation']
  outcome: TrialEventRecord['outcome']
  /** Sealed where a resident is named. */
  description: string | null
}
export interface ReferenceTable extends EntryColumns {
  device: string
  metric: ReferenceRecord['metric']
  at_ms: number
  /** JSON. */
  value: string
  unit: string | null
  instrument: string
}
export interface CalibrationTable extends WrittenColumns {
  id: string
  facility: string
  device: string
  at_ms: number
  laboratory: string
  certificate: string | null
  result: CalibrationRecord['result']
  due_day: string | null
}
export interface TrialTables {
  trials: TrialTable
  trial_sites: { trial: string; facility: string }
  trial_protocols: TrialProtocolTable
  trial_enrolments: EnrolmentTable
  trial_enrolment_ends: EnrolmentEndTable
  trial_events: TrialEventTable
  reference_measurements: ReferenceTable
  device_firmware: { facility: string; device: string; firmware: string; seen_ms: number }
  device_calibrations: CalibrationTable
}
