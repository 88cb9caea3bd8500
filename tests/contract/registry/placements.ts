/** Placements: the registry's contract for where devices stand, without overlap and without rewriting. */
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { FacilityId } from '../../../core/ids.ts'
import type { PlacementRecord } from '../../../core/registry.ts'
import { DEMO, deviceId, HOUR, OTHER, type RegistryFixture, T0 } from './fixture.ts'

export function placementsContract(f: RegistryFixture): void {
  describe('placements', () => {
    beforeEach(async () => {
      await f.enrol('mat-1')
      await f.enrol('mat-2')
    })
    it('ends the open placement where the next begins, and touches no other', async () => {
      const first = await f.place('mat-1', T0, null)
      const beside = await f.place('mat-2', T0, null)
      const second = await f.place('mat-1', T0 + HOUR, null)
      const all = await f.registry.placements.during(DEMO, 0, T0 + 9 * HOUR)
      expect(all).toHaveLength(3)
      expect(all).toEqual(expect.arrayContaining([{ ...first, toMs: T0 + HOUR }, beside, second]))
    })
    it('lists those of one device, page by page', async () => {
      const own = [await f.place('mat-1', T0, null), await f.place('mat-1', T0 + HOUR, null)]
      await f.place('mat-2', T0, null)
      const list = (more: object) =>
        f.registry.placements.list({ facilities: [DEMO], device: 'mat-1', limit: 9, ...more })
      const ids = own.map(({ id }) => id).toSorted()
      expect((await list({})).map(({ id }) => id)).toEqual(ids)
      expect((await list({ limit: 1, after: ids[0] })).map(({ id }) => id)).toEqual([ids[1]])
      expect(await list({ facilities: [OTHER] })).toEqual([])
    })
    it('conflict when the new one would overlap an older one', async () => {
      await f.place('mat-1', T0, T0 + 2 * HOUR)
      await f.place('mat-1', T0 + 4 * HOUR, null)
      for (const [from, to] of [
        [T0 + HOUR, T0 + 3 * HOUR],
        [T0 - HOUR, T0 + 9 * HOUR],
        [T0 + HOUR, null],
        [T0 - HOUR, null],
        [T0 + 4 * HOUR, null],
        [T0 + 3 * HOUR, T0 + 5 * HOUR],
      ] as const)
        await expect(f.place('mat-1', from, to)).rejects.toMatchObject({ code: 'conflict' })
      const all = await f.registry.placements.during(DEMO, 0, T0 + 99 * HOUR)
      expect(all.map(p => [p.fromMs, p.toMs])).toEqual([
        [T0, T0 + 2 * HOUR],
        [T0 + 4 * HOUR, null],
      ])
    })
    it('fits between others to the millisecond', async () => {
      await f.place('mat-1', T0, T0 + HOUR)
      await f.place('mat-1', T0 + 2 * HOUR, null)
      await expect(f.place('mat-1', T0 + HOUR, T0 + 2 * HOUR)).resolves.toBeDefined()
    })
    it('bad_request when it ends before it begins', () =>
      expect(f.place('mat-1', T0, T0)).rejects.toMatchObject({ code: 'bad_request' }))
    it('gives those that overlap a half-open span, in order of time', async () => {
      await f.place('mat-1', T0, T0 + HOUR)
      await f.place('mat-1', T0 + HOUR, T0 + 2 * HOUR)
      await f.place('mat-1', T0 + 3 * HOUR, null)
      const from = async (a: number, b: number) => (await f.registry.placements.during(DEMO, a, b)).map(p => p.fromMs)
      expect(await from(T0 + HOUR, T0 + 2 * HOUR)).toEqual([T0 + HOUR])
      expect(await from(T0 + 2 * HOUR, T0 + 3 * HOUR)).toEqual([])
      expect(await from(T0, T0 + 99 * HOUR)).toEqual([T0, T0 + HOUR, T0 + 3 * HOUR])
      expect(await f.registry.placements.during(OTHER, 0, T0 + 99 * HOUR)).toEqual([])
    })
    it("not_found when device, room or resident is missing or another facility's, and nothing was ended", async () => {
      const open = await f.place('mat-1', T0, null)
      const room = await f.registry.rooms.create({ facility: OTHER, label: '1', unit: 'A' })
      const resident = await f.registry.residents.create(OTHER, T0)
      const wrong: Partial<PlacementRecord>[] = [
        { device: deviceId('none') },
        { room: 'none' },
        { room: room.id },
        { resident: 'none' },
        { resident: resident.id },
        { facility: 'none' as FacilityId },
      ]
      for (const part of wrong) {
        const record = {
          facility: DEMO,
          device: deviceId('mat-1'),
          room: null,
          resident: null,
          fromMs: T0 + HOUR,
          toMs: null,
        }
        await expect(f.registry.placements.create({ ...record, ...part })).rejects.toMatchObject({ code: 'not_found' })
      }
      expect(await f.registry.placements.during(DEMO, 0, T0 + 9 * HOUR)).toEqual([open])
    })
    it('never lets two placements of a device overlap, nor changes anything but an open end, whatever is asked', async () => {
      let run = 0
      const hour = fc.integer({ min: 0, max: 12 })
      const asked = fc.record({
        device: fc.integer({ min: 0, max: 1 }),
        from: hour,
        length: fc.option(fc.integer({ min: 1, max: 5 })),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(asked, { minLength: 2, maxLength: 12 }), async requests => {
          const devices = [`a-${++run}`, `b-${run}`]
          for (const id of devices) await f.enrol(id)
          const kept = new Map<string, PlacementRecord>()
          for (const { device, from, length } of requests) {
            const to = length === null ? null : T0 + (from + length) * HOUR
            await f.place(devices[device] as string, T0 + from * HOUR, to).catch((error: { code?: string }) => {
              if (error.code !== 'conflict') throw error
            })
            const now = (await f.registry.placements.during(DEMO, 0, T0 + 99 * HOUR)).filter(p =>
              devices.includes(p.device),
            )
            const byId = new Map(now.map(p => [p.id, p]))
            for (const before of kept.values()) {
              const after = byId.get(before.id)
              expect(after).toEqual({ ...before, toMs: before.toMs ?? after?.toMs })
            }
            for (const p of now) kept.set(p.id, p)
            for (const p of now)
              for (const q of now)
                if (p.id < q.id && p.device === q.device)
                  expect(p.fromMs < (q.toMs ?? Infinity) && q.fromMs < (p.toMs ?? Infinity)).toBe(false)
          }
        }),
        { numRuns: 40 },
      )
    })
  })
}
