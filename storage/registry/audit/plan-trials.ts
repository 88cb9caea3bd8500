/** What the repositories of trials leave in the audit trail. */
import type { Json } from '../../../core/audit/canonical.ts'
import type { AuditDraft } from '../../../core/audit/trail.ts'
import type {
  EnrolmentRecord,
  ReferenceRecord,
  TrialDesign,
  TrialEventRecord,
  TrialRecord,
} from '../../../core/registry-trials.ts'
import { type AuditPlan, json, time } from './plan-step.ts'

const designOf = ({ title, sponsor, legalRoute, deviceTypes, sites, fromDay, toDay }: TrialDesign): Json => ({
  title,
  sponsor,
  legal_route: legalRoute,
  device_types: [...deviceTypes],
  sites: [...sites],
  from: fromDay,
  to: toDay,
})
const trial = (action: string, { id, maker }: TrialRecord, more: Partial<AuditDraft>): AuditDraft => ({
  action: `trial.${action}`,
  subject: { kind: 'trial', id },
  new: { maker },
  ...more,
})
const enrolment = (action: string, record: EnrolmentRecord): AuditDraft => ({
  action: `enrolment.${action}`,
  subject: { kind: 'enrolment', id: record.id },
  facility: record.facility,
  resident: record.resident,
  new: {
    trial: record.trial,
    number: record.number,
    protocol: record.protocolVersion,
    from: time(record.fromMs),
    ended: record.ended && { at: time(record.ended.atMs), reason: record.ended.reason },
  },
})
/** What was described of a resident is sealed; without one it speaks of a device. */
const event = (action: string, record: TrialEventRecord, old: TrialEventRecord | null): AuditDraft => {
  const open = ({ description, ...rest }: TrialEventRecord) =>
    json(record.resident === null ? { ...rest, description } : rest)
  const sealed = ({ description }: TrialEventRecord): Json => ({ description })
  return {
    action: `trial_event.${action}`,
    subject: { kind: 'trial_event', id: record.id },
    facility: record.facility,
    resident: record.resident,
    old: old && open(old),
    new: open(record),
    ...(record.resident === null ? {} : { personal: { ...(old ? { old: sealed(old) } : {}), new: sealed(record) } }),
  }
}
/** The value measured stays in the trial's own record: here stands only that and by what it was taken. */
const reference = (action: string, { value, ...record }: ReferenceRecord): AuditDraft => ({
  action: `reference.${action}`,
  subject: { kind: 'reference', id: record.id },
  facility: record.facility,
  new: json(record),
})

export const trialsPlan: Pick<AuditPlan, 'trials' | 'trialEvents' | 'references'> = {
  trials: {
    create: { tell: ({ result }) => trial('create', result, { new: designOf(result) }) },
    get: 'read',
    list: 'read',
    change: {
      before: ({ trials }, id) => trials.get(id),
      tell: ({ result, before }) => trial('edit', result, { old: before && designOf(before), new: designOf(result) }),
    },
    addProtocol: {
      tell: ({ args: [, { version, sha256 }], result }) => trial('protocol', result, { new: { version, sha256 } }),
    },
    lockProtocol: { tell: ({ args: [, version], result }) => trial('lock', result, { new: { version } }) },
    enrol: { tell: ({ result }) => enrolment('create', result) },
    endEnrolment: { tell: ({ result }) => enrolment('end', result) },
    enrolment: 'read',
    enrolments: 'read',
    enrolmentsOf: 'read',
  },
  trialEvents: {
    add: { tell: ({ result }) => event('create', result, null) },
    correct: {
      before: async ({ trialEvents }, id) => (await trialEvents.history(id)).at(-1) ?? null,
      tell: ({ result, before }) => event('correct', result, before),
    },
    history: 'read',
    list: 'read',
  },
  references: {
    add: { tell: ({ result }) => reference('create', result) },
    correct: { tell: ({ result }) => reference('correct', result) },
    history: 'read',
    list: 'read',
  },
}
