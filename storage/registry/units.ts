/** Repository of units, and the order of the board. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { UnitRecord } from '../../core/registry-places.ts'
import { newId, raiseVersion } from './records.ts'
import type { RegistrySchema } from './schema.ts'
import type { UnitTable } from './schema-places.ts'

const recordOf = (row: Selectable<UnitTable>): UnitRecord => ({ ...row, facility: row.facility as FacilityId })

export function createUnits(db: Kysely<RegistrySchema>): Registry['units'] {
  return {
    create: ({ facility, label }) =>
      db.transaction().execute(async trx => {
        await raiseVersion(trx, facility)
        const unit = { id: newId(), facility, label, ordinal: await nextUnit(trx, facility) }
        await trx.insertInto('units').values(unit).execute()
        return recordOf(unit)
      }),
    async get(id) {
      const row = await db.selectFrom('units').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },
    change: (id, label) =>
      db.transaction().execute(async trx => {
        const unit = await trx.selectFrom('units').selectAll().where('id', '=', id).executeTakeFirst()
        if (!unit) throw new AppError('not_found', 'there is no such unit')
        await raiseVersion(trx, unit.facility)
        await trx.updateTable('units').set({ label }).where('id', '=', id).execute()
        return recordOf({ ...unit, label })
      }),
    async listOf(facility) {
      return (await inOrder(db, facility)).map(recordOf)
    },
    arrange: (facility, order) =>
      db.transaction().execute(async trx => {
        await raiseVersion(trx, facility)
        const units = (await inOrder(trx, facility)).map(({ id }) => id)
        const rooms = await trx
          .selectFrom('rooms')
          .select(['id', 'unit'])
          .where('facility', '=', facility)
          .orderBy('ordinal')
          .orderBy('id')
          .execute()
        const namedUnits = order.map(({ id }) => id)
        const namedRooms = order.flatMap(unit => unit.rooms)
        requireOnce(namedUnits, units)
        requireOnce(
          namedRooms,
          rooms.map(({ id }) => id),
        )
        const all = [...namedUnits, ...units.filter(id => !namedUnits.includes(id))]
        for (const [ordinal, id] of all.entries()) {
          await trx.updateTable('units').set({ ordinal }).where('id', '=', id).execute()
          const first = order.find(unit => unit.id === id)?.rooms ?? []
          const rest = rooms.filter(room => room.unit === id && !namedRooms.includes(room.id)).map(room => room.id)
          for (const [place, room] of [...first, ...rest].entries())
            await trx.updateTable('rooms').set({ unit: id, ordinal: place }).where('id', '=', room).execute()
        }
      }),
  }
}

function requireOnce(named: readonly string[], known: readonly string[]): void {
  const set = new Set(named)
  if (set.size < named.length) throw new AppError('bad_request', 'a unit or room is named twice')
  const stranger = named.find(id => !known.includes(id))
  if (stranger !== undefined) throw new AppError('bad_request', `the facility has no unit or room ${stranger}`)
}

const inOrder = (db: Kysely<RegistrySchema>, facility: string) =>
  db.selectFrom('units').selectAll().where('facility', '=', facility).orderBy('ordinal').orderBy('id').execute()

async function nextUnit(trx: Transaction<RegistrySchema>, facility: string): Promise<number> {
  const { last } = await trx
    .selectFrom('units')
    .select(({ fn }) => fn.max('ordinal').as('last'))
    .where('facility', '=', facility)
    .executeTakeFirstOrThrow()
  return last === null ? 0 : last + 1
}

/** The unit of that label, made at the end of the board when there is none. Within a transaction that raised the version. */
export async function unitLabelled(
  trx: Transaction<RegistrySchema>,
  facility: string,
  label: string,
): Promise<Selectable<UnitTable>> {
  const known = await trx
    .selectFrom('units')
    .selectAll()
    .where('facility', '=', facility)
    .where('label', '=', label)
    .executeTakeFirst()
  if (known) return known
  const unit = { id: newId(), facility, label, ordinal: await nextUnit(trx, facility) }
  await trx.insertInto('units').values(unit).execute()
  return unit
}
