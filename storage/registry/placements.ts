/** Repository of placements: which device stood where, for whom, from when to when; nothing in it is ever rewritten but an open end. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { DeviceId, FacilityId } from '../../core/ids.ts'
import type { PlacementRecord, Registry } from '../../core/registry.ts'
import { newId, raiseVersion } from './records.ts'
import type { PlacementTable, RegistrySchema } from './schema.ts'

const recordOf = (row: Selectable<PlacementTable>): PlacementRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  device: row.device as DeviceId,
  room: row.room,
  bed: row.bed,
  resident: row.resident,
  fromMs: row.from_ms,
  toMs: row.to_ms,
})

export function createPlacements(db: Kysely<RegistrySchema>): Registry['placements'] {
  return {
    async create(record) {
      if (record.toMs !== null && record.toMs <= record.fromMs)
        throw new AppError('bad_request', 'a placement ends after it begins')
      const placement: PlacementRecord = { id: newId(), bed: null, ...record }
      await db.transaction().execute(async trx => {
        await raiseVersion(trx, record.facility)
        await endOpenPlacement(trx, placement)
        await refuseOverlap(trx, placement)
        await requireBedInRoom(trx, placement)
        const { fromMs, toMs, ...rest } = placement
        await trx
          .insertInto('placements')
          .values({ ...rest, from_ms: fromMs, to_ms: toMs })
          .execute()
      })
      return placement
    },

    async list({ facilities, device, limit, after }) {
      if (facilities.length === 0) return []
      let query = db
        .selectFrom('placements')
        .selectAll()
        .where('facility', 'in', facilities)
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit)
      if (device !== undefined) query = query.where('device', '=', device)
      return (await query.execute()).map(recordOf)
    },

    async during(facility, fromMs, toMs) {
      const rows = await db
        .selectFrom('placements')
        .selectAll()
        .where('facility', '=', facility)
        .where('from_ms', '<', toMs)
        .where(eb => eb.or([eb('to_ms', 'is', null), eb('to_ms', '>', fromMs)]))
        .orderBy('from_ms')
        .orderBy('id')
        .execute()
      return rows.map(recordOf)
    },
  }
}

/** The resident has left: what stood there for the resident stands there for nobody from then on. */
export async function endOpenPlacementsFor(
  trx: Transaction<RegistrySchema>,
  facility: string,
  resident: string,
  atMs: number,
): Promise<void> {
  const ended = await trx
    .updateTable('placements')
    .set({ to_ms: atMs })
    .where('facility', '=', facility)
    .where('resident', '=', resident)
    .where('to_ms', 'is', null)
    .where('from_ms', '<', atMs)
    .returningAll()
    .execute()
  for (const { device, room, bed } of ended)
    await trx
      .insertInto('placements')
      .values({ id: newId(), facility, device, room, bed, resident: null, from_ms: atMs, to_ms: null })
      .execute()
}

async function requireBedInRoom(trx: Transaction<RegistrySchema>, { room, bed }: PlacementRecord): Promise<void> {
  if (bed === null) return
  const found = await trx.selectFrom('beds').select('room').where('id', '=', bed).executeTakeFirst()
  if (!found || found.room !== room) throw new AppError('not_found', 'the room has no such bed')
}

/** The one change that a placement knows: an open one gets its end, when the device goes elsewhere later than it came. */
async function endOpenPlacement(trx: Transaction<RegistrySchema>, next: PlacementRecord): Promise<void> {
  await trx
    .updateTable('placements')
    .set({ to_ms: next.fromMs })
    .where('facility', '=', next.facility)
    .where('device', '=', next.device)
    .where('to_ms', 'is', null)
    .where('from_ms', '<', next.fromMs)
    .execute()
}

/** Spans are half-open, so one may begin at the instant at which another ends. */
async function refuseOverlap(trx: Transaction<RegistrySchema>, next: PlacementRecord): Promise<void> {
  let overlapping = trx
    .selectFrom('placements')
    .select('id')
    .where('facility', '=', next.facility)
    .where('device', '=', next.device)
    .where(eb => eb.or([eb('to_ms', 'is', null), eb('to_ms', '>', next.fromMs)]))
  if (next.toMs !== null) overlapping = overlapping.where('from_ms', '<', next.toMs)
  if (await overlapping.executeTakeFirst())
    throw new AppError('conflict', 'the device stands elsewhere during part of this time')
}
