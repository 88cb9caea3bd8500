/** Trials and what is written in them as the HTTP interface shows it. Times that are nobody's in particular are in UTC. */
import type { z } from 'zod'
import type { Registry } from '../../core/registry.ts'
import type {
  EnrolmentRecord,
  ReferenceRecord,
  TrialDesign,
  TrialEventRecord,
  TrialProtocol,
  TrialRecord,
} from '../../core/registry-trials.ts'
import type { trialsRoutes } from '../../core/rest/trials.ts'
import type { May } from '../auth/authority.ts'
import { ownerOfTrial } from '../auth/owners.ts'
import { refuse } from './call.ts'
import type { Format } from './handlers/own.ts'

type DesignBody = z.output<typeof trialsRoutes.createTrial.body>

/** Below this number the count of the enrolled is nobody's but the sites' and the steward's. */
const TOLD_FROM = 12

/** Throws `not_found` equally for trials that do not exist and that are others'. */
export async function trialFor(registry: Registry, may: May, id: string): Promise<TrialRecord> {
  const trial = await registry.trials.get(id)
  return trial && may(ownerOfTrial(trial)) ? trial : refuse('not_found', `You have no trial ${id}.`)
}

export const designOf = (body: DesignBody): TrialDesign => ({
  title: body.title,
  sponsor: body.sponsor,
  legalRoute: body.legal_route,
  deviceTypes: [...new Set(body.device_types)],
  sites: [...new Set(body.sites)],
  fromDay: body.from,
  toDay: body.to,
})

const utc = (ms: number): string => new Date(ms).toISOString()

export const trialView = (trial: TrialRecord, may: May) => ({
  id: trial.id,
  maker: trial.maker,
  title: trial.title,
  sponsor: trial.sponsor,
  legal_route: trial.legalRoute,
  device_types: trial.deviceTypes,
  sites: trial.sites,
  from: trial.fromDay,
  to: trial.toDay,
  created: utc(trial.createdMs),
  version: trial.version,
  protocols: trial.protocols.map(protocolView),
  enrolled: trial.enrolled >= TOLD_FROM || may.see('small_counts', ownerOfTrial(trial)) ? trial.enrolled : null,
})
const protocolView = ({ version, sha256, recordedMs, lockedMs }: TrialProtocol) => ({
  version,
  sha256,
  recorded: utc(recordedMs),
  locked: lockedMs === null ? null : utc(lockedMs),
})

/** @param rooms where residents live now */
export const enrolmentView = (record: EnrolmentRecord, format: Format, rooms: ReadonlyMap<string, string>) => ({
  id: record.id,
  trial: record.trial,
  facility: record.facility,
  resident: record.resident,
  room: rooms.get(record.resident) ?? null,
  number: record.number,
  protocol_version: record.protocolVersion,
  from: format(record.facility, record.fromMs),
  ended: record.ended && { at: format(record.facility, record.ended.atMs), reason: record.ended.reason },
})

const versionView = (record: TrialEventRecord | ReferenceRecord, format: Format) => ({
  id: record.id,
  version: record.version,
  correction: record.correction,
  recorded: format(record.facility, record.recordedMs),
  by: record.recordedBy,
})
export const eventView = (record: TrialEventRecord, format: Format) => ({
  trial: record.trial,
  facility: record.facility,
  kind: record.kind,
  resident: record.resident,
  device: record.device,
  at: format(record.facility, record.atMs),
  severity: record.severity,
  serious: record.serious,
  relation: record.relation,
  outcome: record.outcome,
  description: record.description,
  ...versionView(record, format),
})
/** Of an adverse event not even the device: where it stands is where somebody was hurt. */
export const eventSummary = (record: TrialEventRecord) => ({
  id: record.id,
  kind: record.kind,
  device: record.kind === 'device_deficiency' ? record.device : null,
  severity: record.severity,
  serious: record.serious,
  relation: record.relation,
  outcome: record.outcome,
  corrected: record.version > 1,
})
export const referenceView = (record: ReferenceRecord, format: Format) => ({
  trial: record.trial,
  facility: record.facility,
  device: record.device,
  metric: record.metric,
  at: format(record.facility, record.atMs),
  value: record.value,
  unit: record.unit,
  instrument: record.instrument,
  ...versionView(record, format),
})
