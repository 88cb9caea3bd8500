/** Facilities and rooms: the registry's contract for places. */
import { describe, expect, it } from 'vitest'
import type { FacilityId } from '../../../core/ids.ts'
import { DEMO, OTHER, type RegistryFixture } from './fixture.ts'

export function facilitiesAndRoomsContract(f: RegistryFixture): void {
  describe('facilities', () => {
    it('gives back what was created, in order of id, page by page', async () => {
      await f.registry.facilities.create({
        id: 'bench-acme' as FacilityId,
        name: 'Bench',
        zone: 'Asia/Seoul',
        benchOf: 'acme',
      })
      expect(await f.registry.facilities.get('bench-acme')).toEqual({
        id: 'bench-acme',
        name: 'Bench',
        zone: 'Asia/Seoul',
        benchOf: 'acme',
      })
      expect((await f.registry.facilities.list()).map(f => f.id)).toEqual(['bench-acme', 'demo', 'other'])
      expect((await f.registry.facilities.list({ limit: 2 })).map(f => f.id)).toEqual(['bench-acme', 'demo'])
      expect((await f.registry.facilities.list({ limit: 2, after: 'demo' })).map(f => f.id)).toEqual(['other'])
    })
    it('bad_request when a text holds a NUL character, which no database keeps', async () => {
      const facility = { id: 'nul' as FacilityId, name: 'a\0b', zone: 'Asia/Tokyo', benchOf: null }
      await expect(f.registry.facilities.create(facility)).rejects.toMatchObject({ code: 'bad_request' })
      await expect(f.registry.facilities.get('a\0')).rejects.toMatchObject({ code: 'bad_request' })
    })
    it('takes another name, and nothing else; not_found when there is none', async () => {
      const before = await f.registry.facilities.get(OTHER)
      expect(await f.registry.facilities.rename(OTHER, 'Annex')).toEqual({ ...before, name: 'Annex' })
      expect(await f.registry.facilities.get(OTHER)).toEqual({ ...before, name: 'Annex' })
      await expect(f.registry.facilities.rename('none', 'x')).rejects.toMatchObject({ code: 'not_found' })
    })
    it('keeps the prefecture of those that said it, and records the change', async () => {
      await f.registry.facilities.setPrefecture(DEMO, 'JP-13')
      await f.registry.facilities.setPrefecture(DEMO, 'JP-14')
      expect(await f.registry.facilities.prefectures()).toEqual(new Map([[DEMO, 'JP-14']]))
      await expect(f.registry.facilities.setPrefecture('none', 'JP-13')).rejects.toMatchObject({ code: 'not_found' })
      const [entry] = await f.registry.audit.page({ actions: ['facility.edit'] }, { limit: 1 })
      expect(entry).toMatchObject({ old: { prefecture: 'JP-13' }, new: { prefecture: 'JP-14' } })
    })
    it('null when there is none', async () => expect(await f.registry.facilities.get('none')).toBeNull())
    it('conflict when the id is taken', () => expect(f.facility(DEMO)).rejects.toMatchObject({ code: 'conflict' }))
  })
  describe('rooms', () => {
    const room = (label: string, unit: string, at: FacilityId = DEMO) =>
      f.registry.rooms.create({ facility: at, label, unit })

    it('keeps units together and rooms in the order in which they came', async () => {
      await room('101', '1F')
      await room('201', '2F')
      await room('102', '1F')
      await room('202', '2F')
      await room('X', '1F', OTHER)
      expect((await f.registry.rooms.listOf(DEMO)).map(r => r.label)).toEqual(['101', '102', '201', '202'])
    })
    it('makes ids of 20 characters, and keeps a given one', async () => {
      const made = await room('101', '1F')
      expect(made.id).toMatch(/^[a-z0-9]{20}$/)
      expect(await f.registry.rooms.get(made.id)).toEqual(made)
      expect(await f.registry.rooms.create({ id: 'room-1', facility: DEMO, label: '102', unit: '1F' })).toMatchObject({
        id: 'room-1',
      })
    })
    it('conflict when label or id is taken, not in another unit', async () => {
      await f.registry.rooms.create({ id: 'room-1', facility: DEMO, label: '101', unit: '1F' })
      await expect(room('101', '1F')).rejects.toMatchObject({ code: 'conflict' })
      const sameId = f.registry.rooms.create({ id: 'room-1', facility: OTHER, label: '9', unit: '9F' })
      await expect(sameId).rejects.toMatchObject({ code: 'conflict' })
      await expect(room('101', '2F')).resolves.toBeDefined()
    })
    it('not_found when there is no such facility', () =>
      expect(room('1', '1F', 'none' as FacilityId)).rejects.toMatchObject({ code: 'not_found' }))
  })
}
