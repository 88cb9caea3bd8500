/** Registry versions: the contract by which gateways learn of changes. */
import { describe, expect, it } from 'vitest'
import { DEMO, OTHER, type RegistryFixture, T0 } from './fixture.ts'

export function versionsContract(f: RegistryFixture): void {
  describe('registry version', () => {
    it('grows with devices, rooms and placements of its own facility, and with nothing else', async () => {
      const versions = async () => [await f.registry.registryVersion(DEMO), await f.registry.registryVersion(OTHER)]
      const [before = 0, other = 0] = await versions()
      await f.registry.rooms.create({ facility: DEMO, label: '1', unit: 'A' })
      await f.enrol('mat-1')
      await f.place('mat-1', T0, null)
      expect(await versions()).toEqual([before + 3, other])
      const resident = await f.registry.residents.create(DEMO, T0)
      await f.registry.consents.create({
        facility: DEMO,
        resident: resident.id,
        purpose: 'device_evaluation',
        fromMs: T0,
      })
      await expect(f.enrol('mat-1')).rejects.toMatchObject({ code: 'conflict' })
      await expect(f.place('mat-1', T0, null)).rejects.toMatchObject({ code: 'conflict' })
      expect(await versions()).toEqual([before + 3, other])
    })
    it('not_found when there is no such facility', () =>
      expect(f.registry.registryVersion('none')).rejects.toMatchObject({ code: 'not_found' }))
    it('loses no step when two processes write at once', async () => {
      const before = await f.registry.registryVersion(DEMO)
      const elsewhere = Promise.all([
        f.store.addRoomsElsewhere(DEMO, 'x', 100),
        f.store.addRoomsElsewhere(DEMO, 'y', 100),
      ])
      let done = false
      const finished = elsewhere.finally(() => {
        done = true
      })
      let here = 0
      // Write until the others are through, so that the writers truly meet.
      while (!done || here < 20) {
        await f.registry.rooms.create({ facility: DEMO, label: `h${here++}`, unit: 'A' })
        await new Promise(next => setImmediate(next))
      }
      await finished
      expect(await f.registry.registryVersion(DEMO)).toBe(before + here + 200)
      const rooms = await f.registry.rooms.listOf(DEMO)
      expect(rooms).toHaveLength(here + 200)
      expect(new Set(rooms.map(r => r.ordinal)).size).toBe(rooms.length)
    })
  })
}
