/** Swaps: the registry's contract for putting one device in another's place. */
import { describe, expect, it } from 'vitest'
import { UNDO_MS } from '../../../core/swaps.ts'
import { DEMO, deviceId, HOUR, OTHER, type RegistryFixture, T0 } from './fixture.ts'

export function swapsContract(f: RegistryFixture): void {
  const swap = (gone: string, come: string, atMs = T0) =>
    f.registry.swaps.swap({ facility: DEMO, gone: deviceId(gone), come: deviceId(come), atMs, by: 'night' })
  const stands = async (atMs: number) =>
    (await f.registry.placements.during(DEMO, atMs, atMs + 1)).map(({ device, room }) => `${device} ${room}`)

  async function placed() {
    for (const id of ['mat-1', 'mat-2', 'mat-3']) await f.enrol(id)
    const room = await f.registry.rooms.create({ facility: DEMO, label: '201', unit: 'A' })
    const resident = await f.registry.residents.create(DEMO, T0)
    await f.registry.placements.create({
      ...{ facility: DEMO, device: deviceId('mat-1'), room: room.id, resident: resident.id },
      ...{ fromMs: T0 - HOUR, toMs: null },
    })
    return { room: room.id, resident: resident.id }
  }

  describe('swaps', () => {
    it('lets one placement end and the next begin at the same instant, at the same place for the same resident', async () => {
      const { room, resident } = await placed()
      const version = await f.registry.registryVersion(DEMO)
      const done = await swap('mat-1', 'mat-2')
      expect(done).toMatchObject({ gone: 'mat-1', come: 'mat-2', room, atMs: T0, by: 'night', undoneMs: null })
      expect(await f.registry.swaps.get(done.id)).toEqual(done)
      expect(await stands(T0 - 1)).toEqual([`mat-1 ${room}`])
      expect(await stands(T0)).toEqual([`mat-2 ${room}`])
      const [, came] = await f.registry.placements.during(DEMO, T0 - HOUR, T0 + HOUR)
      expect(came).toMatchObject({ device: 'mat-2', room, resident, fromMs: T0, toMs: null })
      expect(await f.registry.registryVersion(DEMO)).toBe(version + 1)
    })
    it('is undone within a minute without rewriting what has been, once', async () => {
      const { room } = await placed()
      const { id } = await swap('mat-1', 'mat-2')
      await expect(f.registry.swaps.undo(id, T0 + UNDO_MS + 1)).rejects.toMatchObject({ code: 'conflict' })
      expect((await f.registry.swaps.undo(id, T0 + UNDO_MS)).undoneMs).toBe(T0 + UNDO_MS)
      expect(await stands(T0 - 1)).toEqual([`mat-1 ${room}`])
      expect(await stands(T0 + UNDO_MS - 1)).toEqual([`mat-2 ${room}`])
      expect(await stands(T0 + UNDO_MS)).toEqual([`mat-1 ${room}`])
      await expect(f.registry.swaps.undo(id, T0 + UNDO_MS)).rejects.toMatchObject({ code: 'conflict' })
      await expect(f.registry.swaps.undo('none', T0)).rejects.toMatchObject({ code: 'not_found' })
    })
    it('refuses to undo when the device was moved since', async () => {
      await placed()
      const { id } = await swap('mat-1', 'mat-2')
      await swap('mat-2', 'mat-3', T0 + 1)
      await expect(f.registry.swaps.undo(id, T0 + 2)).rejects.toMatchObject({ code: 'conflict' })
    })
    it('conflict when the one stands nowhere, the other somewhere, they are the same or of two types', async () => {
      await placed()
      await expect(swap('mat-2', 'mat-3')).rejects.toMatchObject({ code: 'conflict' })
      await expect(swap('mat-1', 'mat-1')).rejects.toMatchObject({ code: 'conflict' })
      await f.place('mat-2', T0 - HOUR, null)
      await expect(swap('mat-1', 'mat-2')).rejects.toMatchObject({ code: 'conflict' })
      await f.registry.devices.enrol(
        {
          ...{ facility: DEMO, id: deviceId('door-1'), profile: 'room.door_motion' as never },
          ...{ maker: 'acme', activeFromMs: T0 },
        },
        T0,
      )
      await expect(swap('mat-1', 'door-1')).rejects.toMatchObject({ code: 'conflict' })
      await f.enrol('far', OTHER)
      await expect(swap('mat-1', 'far')).rejects.toMatchObject({ code: 'not_found' })
      expect((await stands(T0)).length).toBe(2)
    })
  })
}
