/** Repository of absences: when residents are away; nothing in it is rewritten but an open end. */
import type { Kysely, Selectable } from 'kysely'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { AbsenceRecord } from '../../core/registry-people.ts'
import { ABSENCE_REASONS } from '../../core/rest/residents.ts'
import { newId, raiseVersion } from './records.ts'
import { lockPresent } from './resident-rows.ts'
import type { RegistrySchema } from './schema.ts'
import type { AbsenceTable } from './schema-people.ts'
import type { Vault } from './vault.ts'

const USE = 'absence'
const reasonSchema = z.enum(ABSENCE_REASONS)

const recordOf = (row: Selectable<AbsenceTable>, reason: string | null): AbsenceRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  resident: row.resident,
  reason: reason === null ? null : reasonSchema.parse(reason),
  fromMs: row.from_ms,
  toMs: row.to_ms,
  recordedMs: row.recorded_ms,
  recordedBy: row.recorded_by,
})

export function createAbsences(db: Kysely<RegistrySchema>, vault: Vault): Registry['absences'] {
  const withReasons = async (trx: Kysely<RegistrySchema>, rows: Selectable<AbsenceTable>[]) => {
    const sealed = rows.flatMap(row =>
      row.sealed === null ? [] : [{ id: row.id, resident: row.resident, use: USE, sealed: row.sealed }],
    )
    const opened = await vault.open(trx, sealed)
    const reasons = new Map(sealed.map(({ id }, at) => [id, opened[at] ?? null]))
    return rows.map(row => recordOf(row, reasons.get(row.id) ?? null))
  }
  const read = (trx: Kysely<RegistrySchema>, id: string) =>
    trx.selectFrom('absences').selectAll().where('id', '=', id).executeTakeFirst()

  return {
    add: ({ facility, resident, reason, fromMs, toMs }, { by, nowMs }) =>
      db.transaction().execute(async trx => {
        if (toMs !== null && toMs <= fromMs) throw new AppError('bad_request', 'an absence ends after it begins')
        await raiseVersion(trx, facility)
        await lockPresent(trx, resident)
        let away = trx
          .selectFrom('absences')
          .select('id')
          .where('resident', '=', resident)
          .where(eb => eb.or([eb('to_ms', 'is', null), eb('to_ms', '>', fromMs)]))
        if (toMs !== null) away = away.where('from_ms', '<', toMs)
        if (await away.executeTakeFirst())
          throw new AppError('conflict', 'the resident is away already during part of this time')
        const row = {
          id: newId(),
          facility,
          resident,
          sealed: reason === null ? null : await vault.seal(trx, resident, USE, reason),
          from_ms: fromMs,
          to_ms: toMs,
          recorded_ms: nowMs,
          recorded_by: by,
        }
        await trx.insertInto('absences').values(row).execute()
        return recordOf(row, reason)
      }),

    end: (id, toMs) =>
      db.transaction().execute(async trx => {
        const known = await read(trx, id)
        if (!known) throw new AppError('not_found', 'there is no such absence')
        await raiseVersion(trx, known.facility)
        if (toMs <= known.from_ms) throw new AppError('bad_request', 'an absence ends after it begins')
        const row = await trx
          .updateTable('absences')
          .set({ to_ms: toMs })
          .where('id', '=', id)
          .where('to_ms', 'is', null)
          .returningAll()
          .executeTakeFirst()
        if (!row) throw new AppError('conflict', 'the absence has ended already')
        return (await withReasons(trx, [row]))[0] as AbsenceRecord
      }),

    async get(id) {
      const row = await read(db, id)
      return row ? ((await withReasons(db, [row]))[0] ?? null) : null
    },

    async of(resident) {
      const rows = await db
        .selectFrom('absences')
        .selectAll()
        .where('resident', '=', resident)
        .orderBy('from_ms')
        .execute()
      return withReasons(db, rows)
    },

    async during(facility, fromMs, toMs) {
      const rows = await db
        .selectFrom('absences')
        .selectAll()
        .where('facility', '=', facility)
        .where('from_ms', '<', toMs)
        .where(eb => eb.or([eb('to_ms', 'is', null), eb('to_ms', '>', fromMs)]))
        .orderBy('from_ms')
        .orderBy('id')
        .execute()
      return rows.map(row => recordOf(row, null))
    },
  }
}
