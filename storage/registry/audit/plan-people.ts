/** What the repositories of people leave in the audit trail; all that says who somebody is goes under `personal`. */
import type { AuditDraft } from '../../../core/audit/trail.ts'
import type { AbsenceRecord, ConsentRecord, ResidentRecord, StayRecord } from '../../../core/registry-people.ts'
import { type AuditPlan, json, time, timeOrNull } from './plan-step.ts'

/** A draft about one resident. */
const about = (
  action: string,
  { id, facility }: Pick<ResidentRecord, 'id' | 'facility'>,
  more: Partial<AuditDraft> = {},
): AuditDraft => ({ action, subject: { kind: 'resident', id }, facility, resident: id, ...more })

const stayOf = ({ room, bed, fromMs }: Pick<StayRecord, 'room' | 'bed' | 'fromMs'>) => ({
  room,
  bed,
  from: time(fromMs),
})
const absenceOf = ({ id, fromMs, toMs }: AbsenceRecord) => ({ absence: id, from: time(fromMs), to: timeOrNull(toMs) })
const consentOf = (consent: ConsentRecord) => ({
  purpose: consent.purpose,
  recipient_country: consent.recipientCountry,
  text_version: consent.textVersion,
  from: time(consent.fromMs),
  to: timeOrNull(consent.toMs),
  withdrawn: timeOrNull(consent.withdrawnMs),
})

export const peoplePlan: Pick<AuditPlan, 'residents' | 'careLevels' | 'absences' | 'stays' | 'consents'> = {
  residents: {
    create: {
      tell: ({ args: [, , given], result }) =>
        about('resident.create', result, given ? { personal: { new: json(given.identity) } } : {}),
    },
    addAll: {
      tell: ({ args: [facility, residents], result }) =>
        residents.map(({ identity, careLevel, stay }, n) =>
          about(
            'resident.create',
            { id: result[n] ?? '', facility: facility as ResidentRecord['facility'] },
            {
              new: { stay: stay && stayOf(stay) },
              personal: { new: json({ ...identity, careLevel }) },
            },
          ),
        ),
    },
    get: 'read',
    list: 'read',
    identities: 'read',
    identityVersion: 'read',
    identify: {
      before: async ({ residents }, id) => ({
        resident: await residents.get(id),
        identity: (await residents.identities([id])).get(id),
      }),
      tell: ({ args: [, identity], before: { resident, identity: old } }) =>
        resident &&
        about('resident.edit', resident, {
          personal: { ...(old ? { old: json(old) } : {}), new: json(identity) },
        }),
    },
    leave: {
      tell: ({ result }) => about('resident.leave', result, { new: { left: timeOrNull(result.leftMs) } }),
    },
    erase: {
      before: ({ residents }, id) => residents.get(id),
      tell: ({ result, before }) =>
        before?.erasedMs === null
          ? about('resident.erase', result, { new: { erased: timeOrNull(result.erasedMs) } })
          : null,
    },
    seal: 'bookkeeping',
    unseal: 'read',
  },
  careLevels: {
    add: {
      before: ({ residents }, resident) => residents.get(resident),
      tell: ({ result, before }) =>
        before &&
        about('resident.care_level', before, { personal: { new: { level: result.level, fromDay: result.fromDay } } }),
    },
    of: 'read',
  },
  absences: {
    add: {
      tell: ({ args: [{ reason }], result }) =>
        about(
          'absence.create',
          { id: result.resident, facility: result.facility },
          { new: absenceOf(result), personal: { new: { reason } } },
        ),
    },
    end: {
      before: ({ absences }, id) => absences.get(id),
      tell: ({ result, before }) =>
        about(
          'absence.end',
          { id: result.resident, facility: result.facility },
          { old: before && absenceOf(before), new: absenceOf(result) },
        ),
    },
    get: 'read',
    of: 'read',
    during: 'read',
  },
  stays: {
    add: {
      before: async ({ stays }, { resident }) => (await stays.of(resident)).find(({ toMs }) => toMs === null) ?? null,
      tell: ({ result, before }) =>
        about(
          'resident.move',
          { id: result.resident, facility: result.facility },
          { old: before && stayOf(before), new: stayOf(result) },
        ),
    },
    of: 'read',
    during: 'read',
  },
  consents: {
    create: {
      tell: ({ result }) => ({
        action: 'consent.create',
        subject: { kind: 'consent', id: result.id },
        facility: result.facility,
        resident: result.resident,
        new: consentOf(result),
      }),
    },
    get: 'read',
    withdraw: {
      before: ({ consents }, id) => consents.get(id),
      tell: ({ result, before }) => ({
        action: 'consent.withdraw',
        subject: { kind: 'consent', id: result.id },
        facility: result.facility,
        resident: result.resident,
        old: before && consentOf(before),
        new: consentOf(result),
      }),
    },
    list: 'read',
    of: 'read',
  },
}
