/** Repository of enrolments: who takes part in a trial, numbered, with consent, under a locked protocol. */
import type { Kysely, Transaction } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { EnrolmentRecord } from '../../core/registry-trials.ts'
import { newId } from './records.ts'
import { lockPresent } from './resident-rows.ts'
import type { RegistrySchema } from './schema.ts'

type Names = 'enrol' | 'endEnrolment' | 'enrolment' | 'enrolments' | 'enrolmentsOf'

export function createEnrolments(db: Kysely<RegistrySchema>): Pick<Registry['trials'], Names> {
  return {
    enrol: ({ trial, facility, resident, fromMs }, { by, nowMs }) =>
      db.transaction().execute(async trx => {
        await lockTrial(trx, trial)
        const protocol = await lockedProtocol(trx, trial)
        const site = await trx
          .selectFrom('trial_sites')
          .select('trial')
          .where('trial', '=', trial)
          .where('facility', '=', facility)
          .executeTakeFirst()
        if (!site) throw new AppError('bad_request', 'the facility is no site of this trial')
        await lockPresent(trx, resident)
        await requireConsent(trx, facility, resident, fromMs)
        const { last } = await trx
          .selectFrom('trial_enrolments')
          .select(({ fn }) => fn.max('number').as('last'))
          .where('trial', '=', trial)
          .executeTakeFirstOrThrow()
        const row = {
          id: newId(),
          trial,
          facility,
          resident,
          number: (last ?? 0) + 1,
          protocol_version: protocol,
          from_ms: fromMs,
          recorded_ms: nowMs,
          recorded_by: by,
        }
        await trx.insertInto('trial_enrolments').values(row).execute()
        return recordOf({ ...row, ...NOT_ENDED })
      }),

    endEnrolment: (id, atMs, reason, { by, nowMs }) =>
      db.transaction().execute(async trx => {
        const row = await joined(trx).where('trial_enrolments.id', '=', id).executeTakeFirst()
        if (!row) throw new AppError('not_found', 'there is no such enrolment')
        if (row.end_at_ms !== null) throw new AppError('conflict', 'the enrolment has ended already')
        if (atMs < row.from_ms) throw new AppError('bad_request', 'an enrolment ends after it begins')
        const end = { at_ms: atMs, reason, recorded_ms: nowMs, recorded_by: by }
        await trx
          .insertInto('trial_enrolment_ends')
          .values({ enrolment: id, ...end })
          .execute()
        return recordOf({ ...row, end_at_ms: atMs, end_reason: reason, end_recorded_ms: nowMs, end_recorded_by: by })
      }),

    async enrolment(id) {
      const row = await joined(db).where('trial_enrolments.id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },

    async enrolments({ trial, facilities, limit, after }) {
      if (facilities.length === 0) return []
      const rows = await joined(db)
        .where('trial_enrolments.trial', '=', trial)
        .where('trial_enrolments.facility', 'in', facilities)
        .where('trial_enrolments.id', '>', after ?? '')
        .orderBy('trial_enrolments.id')
        .limit(limit)
        .execute()
      return rows.map(recordOf)
    },

    async enrolmentsOf(resident) {
      const rows = await joined(db)
        .where('trial_enrolments.resident', '=', resident)
        .orderBy('trial_enrolments.from_ms')
        .execute()
      return rows.map(recordOf)
    },
  }
}

/** Makes writers of one trial follow each other. Throws `not_found`. */
export async function lockTrial(trx: Transaction<RegistrySchema>, id: string): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('trials')
    .set(eb => ({ version: eb.ref('version') }))
    .where('id', '=', id)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new AppError('not_found', 'there is no such trial')
}

async function lockedProtocol(trx: Transaction<RegistrySchema>, trial: string): Promise<string> {
  const newest = await trx
    .selectFrom('trial_protocols')
    .selectAll()
    .where('trial', '=', trial)
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (newest?.locked_ms == null)
    throw new AppError('not_ready', 'nobody can be enrolled before the newest version of the protocol is locked')
  return newest.version
}

async function requireConsent(trx: Transaction<RegistrySchema>, facility: string, resident: string, atMs: number) {
  const consent = await trx
    .selectFrom('consents')
    .leftJoin('consent_withdrawals', 'consent_withdrawals.consent', 'consents.id')
    .select('consents.id')
    .where('consents.facility', '=', facility)
    .where('consents.resident', '=', resident)
    .where('consents.purpose', '=', 'trial_participation')
    .where('consents.from_ms', '<=', atMs)
    .where(eb => eb.or([eb('consents.to_ms', 'is', null), eb('consents.to_ms', '>', atMs)]))
    .where('consent_withdrawals.consent', 'is', null)
    .executeTakeFirst()
  if (!consent)
    throw new AppError('not_ready', 'the resident has given no consent to take part in a trial that is in force then')
}

const joined = (db: Kysely<RegistrySchema>) =>
  db
    .selectFrom('trial_enrolments')
    .leftJoin('trial_enrolment_ends as ends', 'ends.enrolment', 'trial_enrolments.id')
    .selectAll('trial_enrolments')
    .select([
      'ends.at_ms as end_at_ms',
      'ends.reason as end_reason',
      'ends.recorded_ms as end_recorded_ms',
      'ends.recorded_by as end_recorded_by',
    ])

type Joined = Awaited<ReturnType<ReturnType<typeof joined>['executeTakeFirstOrThrow']>>
const NOT_ENDED = { end_at_ms: null, end_reason: null, end_recorded_ms: null, end_recorded_by: null }

const recordOf = (row: Joined): EnrolmentRecord => ({
  id: row.id,
  trial: row.trial,
  facility: row.facility as FacilityId,
  resident: row.resident,
  number: row.number,
  protocolVersion: row.protocol_version,
  fromMs: row.from_ms,
  recordedMs: row.recorded_ms,
  recordedBy: row.recorded_by,
  ended:
    row.end_at_ms === null
      ? null
      : {
          atMs: row.end_at_ms,
          reason: row.end_reason ?? '',
          recordedMs: row.end_recorded_ms ?? 0,
          recordedBy: row.end_recorded_by ?? '',
        },
})
