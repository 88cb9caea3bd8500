/** Repository of rooms, in the order in which a board shows them. */
import type { Kysely, Transaction } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { FacilityId } from '../../core/ids.ts'
import type { Registry } from '../../core/registry.ts'
import type { RoomRecord } from '../../core/registry-places.ts'
import { createLongWork } from './long-work.ts'
import { newId, raiseVersion } from './records.ts'
import type { RegistrySchema } from './schema.ts'
import { unitLabelled } from './units.ts'

/** Ordinals of one unit's rooms begin at a multiple of this. */
const UNIT_SPAN = 10_000

export function createRooms(db: Kysely<RegistrySchema>): Registry['rooms'] {
  return {
    create: record =>
      db.transaction().execute(async trx => {
        await raiseVersion(trx, record.facility)
        return addRoom(trx, record)
      }),
    addAll: (facility, rows, signal) =>
      db.transaction().execute(async trx => {
        const step = createLongWork(signal)
        await raiseVersion(trx, facility)
        const made: string[] = []
        for (const { unit, label, bed } of rows) {
          await step()
          const known = await joined(trx)
            .where('rooms.facility', '=', facility)
            .where('units.label', '=', unit)
            .where('rooms.label', '=', label)
            .executeTakeFirst()
          const room = known ?? (await addRoom(trx, { facility, unit, label }))
          if (!known) made.push(room.id)
          if (bed === null) continue
          const row = { id: newId(), facility, room: room.id, label: bed, closed_ms: null }
          await trx.insertInto('beds').values(row).execute()
          made.push(row.id)
        }
        return made
      }),
    async get(id) {
      const row = await joined(db).where('rooms.id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },
    change: (id, { label, unit, closedMs }) =>
      db.transaction().execute(async trx => {
        const facility = await trx.selectFrom('rooms').select('facility').where('id', '=', id).executeTakeFirst()
        if (!facility) throw new AppError('not_found', 'there is no such room')
        await raiseVersion(trx, facility.facility)
        const room = await trx.selectFrom('rooms').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
        if (closedMs) await refuseInUse(trx, 'room', id)
        const goesTo = unit === undefined ? room.unit : (await unitLabelled(trx, room.facility, unit)).id
        await trx
          .updateTable('rooms')
          .set({
            label: label ?? room.label,
            closed_ms: closedMs === undefined ? room.closed_ms : closedMs,
            ...(goesTo !== room.unit && { unit: goesTo, ordinal: await nextRoom(trx, goesTo) }),
          })
          .where('id', '=', id)
          .execute()
        return recordOf(await joined(trx).where('rooms.id', '=', id).executeTakeFirstOrThrow())
      }),
    async listOf(facility) {
      const rows = await joined(db)
        .where('rooms.facility', '=', facility)
        .where('rooms.closed_ms', 'is', null)
        .execute()
      return rows.map(recordOf)
    },
    async allOf(facility) {
      return (await joined(db).where('rooms.facility', '=', facility).execute()).map(recordOf)
    },
  }
}

/** Adds a room at the end of its unit. Within a transaction that raised the version. */
async function addRoom(
  trx: Transaction<RegistrySchema>,
  record: { id?: string; facility: FacilityId; label: string; unit: string },
): Promise<RoomRecord> {
  const { facility, label } = record
  const unit = await unitLabelled(trx, facility, record.unit)
  const id = record.id ?? newId()
  const ordinal = await nextRoom(trx, unit.id)
  await trx.insertInto('rooms').values({ id, facility, label, unit: unit.id, ordinal, closed_ms: null }).execute()
  return {
    id,
    facility,
    label,
    unit: unit.label,
    unitId: unit.id,
    ordinal: unit.ordinal * UNIT_SPAN + ordinal,
    closedMs: null,
  }
}

/** Throws `conflict` while a device stands there, or will, or a resident lives there. */
export async function refuseInUse(trx: Transaction<RegistrySchema>, what: 'room' | 'bed', id: string): Promise<void> {
  for (const table of ['placements', 'stays'] as const) {
    const open = await trx
      .selectFrom(table)
      .select('id')
      .where(what, '=', id)
      .where('to_ms', 'is', null)
      .executeTakeFirst()
    if (open) throw new AppError('conflict', table === 'stays' ? 'a resident lives there' : 'a device stands there')
  }
}

const joined = (db: Kysely<RegistrySchema>) =>
  db
    .selectFrom('rooms')
    .innerJoin('units', 'units.id', 'rooms.unit')
    .select(['rooms.id', 'rooms.facility', 'rooms.label', 'rooms.ordinal', 'rooms.closed_ms'])
    .select(['units.id as unit_id', 'units.label as unit_label', 'units.ordinal as unit_ordinal'])
    .orderBy('units.ordinal')
    .orderBy('rooms.ordinal')
    .orderBy('rooms.id')

type Joined = Awaited<ReturnType<ReturnType<typeof joined>['executeTakeFirstOrThrow']>>
const recordOf = (row: Joined): RoomRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  label: row.label,
  unit: row.unit_label,
  unitId: row.unit_id,
  ordinal: row.unit_ordinal * UNIT_SPAN + row.ordinal,
  closedMs: row.closed_ms,
})

async function nextRoom(trx: Transaction<RegistrySchema>, unit: string): Promise<number> {
  const { last } = await trx
    .selectFrom('rooms')
    .select(({ fn }) => fn.max('ordinal').as('last'))
    .where('unit', '=', unit)
    .executeTakeFirstOrThrow()
  return last === null ? 0 : last + 1
}
