/** Units, rooms and beds: the registry's contract for their changes and their order. */
import { describe, expect, it } from 'vitest'
import { DEMO, OTHER, type RegistryFixture, T0 } from './fixture.ts'

export function placesContract(f: RegistryFixture): void {
  const room = (label: string, unit: string, facility = DEMO) => f.registry.rooms.create({ facility, label, unit })
  const shown = async () => (await f.registry.rooms.listOf(DEMO)).map(({ unit, label }) => `${unit} ${label}`)

  describe('units', () => {
    it('come with their first room, or before it, in the order in which they were made', async () => {
      const empty = await f.registry.units.create({ facility: DEMO, label: '3F' })
      const first = await room('101', '1F')
      expect((await f.registry.units.listOf(DEMO)).map(({ label }) => label)).toEqual(['3F', '1F'])
      expect(await f.registry.units.get(first.unitId)).toMatchObject({ label: '1F', facility: DEMO })
      expect((await room('301', '3F')).unitId).toBe(empty.id)
      await expect(f.registry.units.create({ facility: DEMO, label: '1F' })).rejects.toMatchObject({ code: 'conflict' })
      await expect(f.registry.units.create({ facility: OTHER, label: '1F' })).resolves.toBeDefined()
    })
    it('are renamed with all their rooms', async () => {
      const { unitId, id } = await room('101', '1F')
      await f.registry.units.change(unitId, '一階')
      expect(await f.registry.rooms.get(id)).toMatchObject({ unit: '一階' })
      await room('201', '2F')
      await expect(f.registry.units.change(unitId, '2F')).rejects.toMatchObject({ code: 'conflict' })
      await expect(f.registry.units.change('none', 'x')).rejects.toMatchObject({ code: 'not_found' })
    })
    it('are put in order with their rooms, and what is not named comes after', async () => {
      const a = await room('101', '1F')
      const b = await room('102', '1F')
      const c = await room('201', '2F')
      const d = await room('202', '2F')
      const before = await f.registry.registryVersion(DEMO)
      await f.registry.units.arrange(DEMO, [{ id: c.unitId, rooms: [d.id, a.id] }])
      expect(await shown()).toEqual(['2F 202', '2F 101', '2F 201', '1F 102'])
      expect(await f.registry.registryVersion(DEMO)).toBe(before + 1)
      const other = await room('1', '1F', OTHER)
      for (const order of [
        [{ id: c.unitId, rooms: [b.id, b.id] }],
        [{ id: c.unitId, rooms: [other.id] }],
        [{ id: other.unitId, rooms: [] }],
        [
          { id: c.unitId, rooms: [] },
          { id: c.unitId, rooms: [] },
        ],
      ])
        await expect(f.registry.units.arrange(DEMO, order)).rejects.toMatchObject({ code: 'bad_request' })
      expect(await shown()).toEqual(['2F 202', '2F 101', '2F 201', '1F 102'])
    })
  })

  describe('rooms', () => {
    it('are renamed, moved and closed; a closed room is on no board but not forgotten', async () => {
      const a = await room('101', '1F')
      await room('102', '1F')
      expect(await f.registry.rooms.change(a.id, { label: '109', unit: '9F' })).toMatchObject({
        id: a.id,
        label: '109',
        unit: '9F',
      })
      expect(await shown()).toEqual(['1F 102', '9F 109'])
      await f.registry.rooms.change(a.id, { closedMs: T0 })
      expect(await shown()).toEqual(['1F 102'])
      expect((await f.registry.rooms.allOf(DEMO)).map(({ closedMs }) => closedMs)).toEqual([null, T0])
      await f.registry.rooms.change(a.id, { closedMs: null, label: '101' })
      expect(await shown()).toEqual(['1F 102', '9F 101'])
      await expect(f.registry.rooms.change(a.id, { unit: '1F', label: '102' })).rejects.toMatchObject({
        code: 'conflict',
      })
      await expect(f.registry.rooms.change('none', {})).rejects.toMatchObject({ code: 'not_found' })
    })
  })

  describe('beds', () => {
    it('belong to a room of the same facility, each label once', async () => {
      const { id } = await room('101', '1F')
      const bed = await f.registry.beds.create({ facility: DEMO, room: id, label: 'A' })
      expect(await f.registry.beds.get(bed.id)).toEqual(bed)
      expect(await f.registry.beds.change(bed.id, { label: 'B' })).toEqual({ ...bed, label: 'B' })
      expect(await f.registry.beds.listOf(DEMO)).toEqual([{ ...bed, label: 'B' }])
      const again = f.registry.beds.create({ facility: DEMO, room: id, label: 'B' })
      await expect(again).rejects.toMatchObject({ code: 'conflict' })
      const elsewhere = f.registry.beds.create({ facility: OTHER, room: id, label: 'C' })
      await expect(elsewhere).rejects.toMatchObject({ code: 'not_found' })
    })
    it('take devices of their own room only', async () => {
      const [a, b] = [await room('101', '1F'), await room('102', '1F')]
      const bed = (await f.registry.beds.create({ facility: DEMO, room: a.id, label: 'A' })).id
      const { id: device } = { id: 'mat-1' }
      await f.enrol(device)
      const placement = { facility: DEMO, device: device as never, bed, resident: null, fromMs: T0, toMs: null }
      const wrong = f.registry.placements.create({ ...placement, room: b.id })
      await expect(wrong).rejects.toMatchObject({ code: 'not_found' })
      expect(await f.registry.placements.create({ ...placement, room: a.id })).toMatchObject({ bed, room: a.id })
    })
  })
}
