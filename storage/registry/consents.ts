/** Repository of consents and their withdrawals: only ever added to. */
import type { Kysely } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { ConsentRecord } from '../../core/registry-people.ts'
import { newId } from './records.ts'
import { lockPresent, lockResident } from './resident-rows.ts'
import type { RegistrySchema } from './schema.ts'

export function createConsents(db: Kysely<RegistrySchema>): Registry['consents'] {
  return {
    create: record =>
      db.transaction().execute(async trx => {
        const { facility, resident, purpose, fromMs, toMs = null } = record
        if (toMs !== null && toMs <= fromMs) throw new AppError('bad_request', 'a consent ends after it begins')
        await lockPresent(trx, resident)
        const row = {
          id: newId(),
          facility,
          resident,
          purpose,
          recipient_country: record.recipientCountry ?? null,
          text_version: record.textVersion ?? null,
          from_ms: fromMs,
          to_ms: toMs,
          recorded_ms: record.recordedMs ?? null,
          recorded_by: record.recordedBy ?? null,
        }
        await trx.insertInto('consents').values(row).execute()
        return recordOf({ ...row, withdrawn_ms: null })
      }),

    async get(id) {
      const row = await joined(db).where('consents.id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },

    withdraw: (id, atMs, { by, nowMs }) =>
      db.transaction().execute(async trx => {
        const consent = await joined(trx).where('consents.id', '=', id).executeTakeFirst()
        if (!consent) throw new AppError('not_found', 'there is no such consent')
        // A release that is being recorded at this moment either has the resident in it and is listed, or has not.
        await lockResident(trx, consent.resident)
        if (consent.withdrawn_ms !== null) throw new AppError('conflict', 'the consent is withdrawn already')
        await trx
          .insertInto('consent_withdrawals')
          .values({ consent: id, at_ms: atMs, recorded_ms: nowMs, recorded_by: by })
          .execute()
        return recordOf({ ...consent, withdrawn_ms: atMs })
      }),

    async list({ facilities, limit, after }) {
      if (facilities.length === 0) return []
      const rows = await joined(db)
        .where('consents.facility', 'in', facilities)
        .where('consents.id', '>', after ?? '')
        .orderBy('consents.id')
        .limit(limit)
        .execute()
      return rows.map(recordOf)
    },

    async of(facility) {
      const rows = await joined(db)
        .where('consents.facility', '=', facility)
        .orderBy('consents.from_ms')
        .orderBy('consents.id')
        .execute()
      return rows.map(recordOf)
    },
  }
}

const joined = (db: Kysely<RegistrySchema>) =>
  db
    .selectFrom('consents')
    .leftJoin('consent_withdrawals', 'consent_withdrawals.consent', 'consents.id')
    .selectAll('consents')
    .select('consent_withdrawals.at_ms as withdrawn_ms')

type Joined = Awaited<ReturnType<ReturnType<typeof joined>['executeTakeFirstOrThrow']>>
const recordOf = (row: Joined): ConsentRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  resident: row.resident,
  purpose: row.purpose,
  recipientCountry: row.recipient_country,
  textVersion: row.text_version,
  fromMs: row.from_ms,
  toMs: row.to_ms,
  withdrawnMs: row.withdrawn_ms,
  recordedMs: row.recorded_ms,
  recordedBy: row.recorded_by,
})
