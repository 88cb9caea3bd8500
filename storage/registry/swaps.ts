/** Repository of swaps: the placement of the device that goes ends and that of the one that comes begins in one transaction. */
import type { Kysely, Selectable, Transaction } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { DeviceId, FacilityId } from '../../core/ids.ts'
import { type SwapRecord, type Swaps, UNDO_MS } from '../../core/swaps.ts'
import { newId, raiseVersion } from './records.ts'
import type { PlacementTable, RegistrySchema, SwapTable } from './schema.ts'

const recordOf = (row: Selectable<SwapTable>): SwapRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  gone: row.gone as DeviceId,
  come: row.come as DeviceId,
  room: row.room,
  atMs: row.at_ms,
  by: row.by_user,
  undoneMs: row.undone_ms,
})

export function createSwaps(db: Kysely<RegistrySchema>): Swaps {
  return {
    swap: ({ facility, gone, come, atMs, by }) =>
      db.transaction().execute(async trx => {
        await raiseVersion(trx, facility)
        if ((await profileOf(trx, facility, gone)) !== (await profileOf(trx, facility, come)))
          throw new AppError('conflict', `${gone} and ${come} are devices of two types`)
        const open = await openPlacement(trx, facility, gone)
        if (!open) throw new AppError('conflict', `${gone} stands nowhere now`)
        const placement = await handOver(trx, open, come, atMs)
        const row = {
          ...{ id: newId(), facility, gone, come, room: open.room, placement, at_ms: atMs },
          ...{ by_user: by, undone_ms: null },
        }
        await trx.insertInto('swaps').values(row).execute()
        return recordOf(row)
      }),

    async get(id) {
      const row = await db.selectFrom('swaps').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? recordOf(row) : null
    },

    undo: (id, nowMs) =>
      db.transaction().execute(async trx => {
        const known = await trx.selectFrom('swaps').selectAll().where('id', '=', id).executeTakeFirst()
        if (!known) throw new AppError('not_found', 'there is no such swap')
        await raiseVersion(trx, known.facility)
        // Read again: another may have undone it before we had our turn.
        const swap = await trx.selectFrom('swaps').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
        if (swap.undone_ms !== null) throw new AppError('conflict', 'the swap has been undone already')
        if (nowMs - swap.at_ms > UNDO_MS) throw new AppError('conflict', 'a swap can be undone for one minute only')
        const open = await openPlacement(trx, swap.facility, swap.come)
        if (open?.id !== swap.placement) throw new AppError('conflict', `${swap.come} has been moved since`)
        const undone_ms = Math.max(nowMs, swap.at_ms + 1)
        await handOver(trx, open, swap.gone, undone_ms)
        await trx.updateTable('swaps').set({ undone_ms }).where('id', '=', id).execute()
        return recordOf({ ...swap, undone_ms })
      }),
  }
}

async function profileOf(trx: Transaction<RegistrySchema>, facility: string, id: string): Promise<string> {
  const device = await trx
    .selectFrom('devices')
    .select('profile')
    .where('facility', '=', facility)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!device) throw new AppError('not_found', `there is no device ${id}`)
  return device.profile
}

const openPlacement = (trx: Transaction<RegistrySchema>, facility: string, device: string) =>
  trx
    .selectFrom('placements')
    .selectAll()
    .where('facility', '=', facility)
    .where('device', '=', device)
    .where('to_ms', 'is', null)
    .executeTakeFirst()

/** Ends a placement and begins the same for another device. @returns the new placement's id */
async function handOver(
  trx: Transaction<RegistrySchema>,
  open: Selectable<PlacementTable>,
  to: string,
  atMs: number,
): Promise<string> {
  if (open.from_ms >= atMs) throw new AppError('conflict', `${open.device} is to stand there only later`)
  const elsewhere = await trx
    .selectFrom('placements')
    .select('id')
    .where('facility', '=', open.facility)
    .where('device', '=', to)
    .where(eb => eb.or([eb('to_ms', 'is', null), eb('to_ms', '>', atMs)]))
    .executeTakeFirst()
  if (elsewhere) throw new AppError('conflict', `${to} stands somewhere else`)
  await trx.updateTable('placements').set({ to_ms: atMs }).where('id', '=', open.id).execute()
  const id = newId()
  await trx
    .insertInto('placements')
    .values({ ...open, id, device: to, from_ms: atMs, to_ms: null })
    .execute()
  return id
}
