/** Repository of care levels, sealed under the resident's own key: only ever added to. */
import type { Kysely, Transaction } from 'kysely'
import { z } from 'zod'
import type { Registry } from '../../core/registry.ts'
import type { CareLevelRecord, Written } from '../../core/registry-people.ts'
import { CARE_LEVELS } from '../../core/rest/residents.ts'
import { fromJson, newId } from './records.ts'
import { lockPresent } from './resident-rows.ts'
import type { RegistrySchema } from './schema.ts'
import type { Vault } from './vault.ts'

const USE = 'care level'
const contentSchema = z.object({ level: z.enum(CARE_LEVELS), fromDay: z.string() })

export function createCareLevels(db: Kysely<RegistrySchema>, vault: Vault): Registry['careLevels'] {
  return {
    add: (resident, level, fromDay, written) =>
      db.transaction().execute(async trx => {
        await lockPresent(trx, resident)
        return addCareLevel(trx, vault, resident, { level, fromDay }, written)
      }),
    async of(resident) {
      const rows = await db
        .selectFrom('care_levels')
        .selectAll()
        .where('resident', '=', resident)
        .orderBy('recorded_ms')
        .orderBy('id')
        .execute()
      const opened = await vault.open(
        db,
        rows.map(({ sealed }) => ({ resident, use: USE, sealed })),
      )
      const records = rows.flatMap(({ id, recorded_ms, recorded_by }, at): CareLevelRecord[] => {
        const plain = opened[at]
        if (!plain) return []
        return [{ id, resident, ...fromJson(contentSchema, plain), recordedMs: recorded_ms, recordedBy: recorded_by }]
      })
      return records.toSorted((a, b) => (a.fromDay < b.fromDay ? -1 : a.fromDay > b.fromDay ? 1 : 0))
    },
  }
}

/** Within a transaction that holds the resident. */
export async function addCareLevel(
  trx: Transaction<RegistrySchema>,
  vault: Vault,
  resident: string,
  content: Pick<CareLevelRecord, 'level' | 'fromDay'>,
  { by, nowMs }: Written,
): Promise<CareLevelRecord> {
  const id = newId()
  const sealed = await vault.seal(trx, resident, USE, JSON.stringify(content))
  await trx.insertInto('care_levels').values({ id, resident, sealed, recorded_ms: nowMs, recorded_by: by }).execute()
  return { id, resident, ...content, recordedMs: nowMs, recordedBy: by }
}
