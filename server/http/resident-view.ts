/** Residents and what is known of them as the HTTP interface shows it. */
import type { z } from 'zod'
import type { Registry } from '../../core/registry.ts'
import type {
  AbsenceRecord,
  CareLevelRecord,
  ConsentRecord,
  Identity,
  ResidentRecord,
  StayRecord,
} from '../../core/registry-people.ts'
import type { identitySchema, Resident } from '../../core/rest/residents.ts'
import { type Format, zonesOf } from './handlers/own.ts'

type IdentityBody = z.output<typeof identitySchema>

export const identityOf = (body: IdentityBody): Identity => ({
  name: body.name,
  kana: body.kana,
  number: body.number,
  birthDate: body.birth_date,
  sex: body.sex,
  admittedOn: body.admitted_on,
  diagnosisGroup: body.diagnosis_group,
})
export const identityView = (identity: Identity | undefined): IdentityBody | null =>
  identity
    ? {
        name: identity.name,
        kana: identity.kana,
        number: identity.number,
        birth_date: identity.birthDate,
        sex: identity.sex,
        admitted_on: identity.admittedOn,
        diagnosis_group: identity.diagnosisGroup,
      }
    : null

const orNull = (format: Format, facility: string, ms: number | null): string | null =>
  ms === null ? null : format(facility, ms)

/** Where each lives and whether away, at this moment. */
export async function residentViews(
  registry: Registry,
  residents: readonly ResidentRecord[],
  nowMs: number,
): Promise<Resident[]> {
  const facilities = [...new Set(residents.map(({ facility }) => facility))]
  const format = await zonesOf(registry, facilities)
  const stays = new Map<string, StayRecord>()
  const away = new Set<string>()
  for (const facility of facilities) {
    for (const stay of await registry.stays.during(facility, nowMs, nowMs + 1)) stays.set(stay.resident, stay)
    for (const { resident } of await registry.absences.during(facility, nowMs, nowMs + 1)) away.add(resident)
  }
  return residents.map(({ id, facility, leftMs, erasedMs }) => ({
    id,
    facility,
    room: stays.get(id)?.room ?? null,
    bed: stays.get(id)?.bed ?? null,
    absent: away.has(id),
    left: orNull(format, facility, leftMs),
    erased: orNull(format, facility, erasedMs),
  }))
}

export async function residentDetail(registry: Registry, resident: ResidentRecord, nowMs: number) {
  const { id, facility } = resident
  const format = await zonesOf(registry, [facility])
  const [view] = await residentViews(registry, [resident], nowMs)
  const identities = await registry.residents.identities([id])
  const consents = (await registry.consents.of(facility)).filter(consent => consent.resident === id)
  return {
    ...(view as NonNullable<typeof view>),
    identity: identityView(identities.get(id)),
    version: await registry.residents.identityVersion(id),
    care_levels: (await registry.careLevels.of(id)).map(record => careLevelView(record, facility, format)),
    absences: (await registry.absences.of(id)).map(record => absenceView(record, format)),
    stays: (await registry.stays.of(id)).map(record => stayView(record, format)),
    consents: consents.map(record => consentView(record, format)),
    trials: (await registry.trials.enrolmentsOf(id)).map(({ trial, number, fromMs, ended }) => ({
      trial,
      number,
      from: format(facility, fromMs),
      ended: orNull(format, facility, ended?.atMs ?? null),
    })),
    releases: await affectedReleases(registry, id, facility, format),
  }
}

/** What was released with data of the resident in it. */
export async function affectedReleases(registry: Registry, resident: string, facility: string, format: Format) {
  const releases = await registry.releases.ofResident(resident)
  return releases.map(({ id, maker, createdMs }) => ({ id, maker, created: format(facility, createdMs) }))
}

export const careLevelView = (record: CareLevelRecord, facility: string, format: Format) => ({
  id: record.id,
  level: record.level,
  from: record.fromDay,
  recorded: format(facility, record.recordedMs),
  by: record.recordedBy,
})
export const absenceView = ({ id, facility, resident, reason, fromMs, toMs }: AbsenceRecord, format: Format) => ({
  id,
  resident,
  reason,
  from: format(facility, fromMs),
  to: orNull(format, facility, toMs),
})
export const stayView = ({ id, facility, room, bed, fromMs, toMs }: StayRecord, format: Format) => ({
  id,
  room,
  bed,
  from: format(facility, fromMs),
  to: orNull(format, facility, toMs),
})
export const consentView = (record: ConsentRecord, format: Format) => {
  const { id, facility, resident, purpose, recipientCountry, textVersion, fromMs, toMs, withdrawnMs } = record
  return {
    id,
    facility,
    resident,
    purpose,
    recipient_country: recipientCountry,
    text_version: textVersion,
    from: format(facility, fromMs),
    to: orNull(format, facility, toMs),
    withdrawn: orNull(format, facility, withdrawnMs),
  }
}
