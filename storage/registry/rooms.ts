/** Repository of rooms, in the order in which a board shows them. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry, RoomRecord } from '../../core/registry.ts'
import { newId, raiseVersion } from './records.ts'
import type { RegistrySchema, RoomTable } from './schema.ts'

/** Ordinals of one unit's rooms begin at a multiple of this. */
const UNIT_SPAN = 10_000

const recordOf = (row: Selectable<RoomTable>): RoomRecord => ({ ...row, facility: row.facility as FacilityId })

export function createRooms(db: Kysely<RegistrySchema>): Registry['rooms'] {
  return {
    create: record =>
      db.transaction().execute(async trx => {
        await raiseVersion(trx, record.facility)
        const { facility, label, unit } = record
        const room = {
          id: record.id ?? newId(),
          facility,
          label,
          unit,
          ordinal: await nextOrdinal(trx, facility, unit),
        }
        await trx.insertInto('rooms').values(room).execute()
        return room
      }),
    async get(id) {
      const row = await db.selectFrom('rooms').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },
    async listOf(facility) {
      const rows = await db
        .selectFrom('rooms')
        .selectAll()
        .where('facility', '=', facility)
        .orderBy('ordinal')
        .orderBy('id')
        .execute()
      return rows.map(recordOf)
    },
  }
}

/** After the unit's last room; a new unit comes after all others. */
async function nextOrdinal(trx: Transaction<RegistrySchema>, facility: string, unit: string): Promise<number> {
  const units = await trx
    .selectFrom('rooms')
    .select(({ fn }) => ['unit', fn.max('ordinal').as('last')])
    .where('facility', '=', facility)
    .groupBy('unit')
    .execute()
  const own = units.find(row => row.unit === unit)
  if (own) return own.last + 1
  const highest = Math.max(-1, ...units.map(row => row.last))
  return (Math.floor(highest / UNIT_SPAN) + 1) * UNIT_SPAN
}
