/** Devices and their credentials: the registry's contract for enrolment and sign-in to the broker. */
import { describe, expect, it } from 'vitest'
import type { FacilityId } from '../../../core/ids.ts'
import { DEMO, HOUR, MAT, OTHER, type RegistryFixture, T0 } from './fixture.ts'

export function devicesContract(f: RegistryFixture): void {
  describe('devices', () => {
    it('enrols and keeps what was said', async () => {
      await f.enrol('mat-1')
      expect(await f.registry.devices.get(DEMO, 'mat-1')).toEqual({
        facility: DEMO,
        id: 'mat-1',
        profile: MAT,
        maker: 'acme',
        activeFromMs: T0 - HOUR,
        createdMs: T0,
      })
    })
    it('conflict when the device exists, and the first credential still works', async () => {
      const { clientId, username, password } = await f.enrol('mat-1')
      await expect(f.enrol('mat-1')).rejects.toMatchObject({ code: 'conflict' })
      expect(await f.registry.credentials.authenticate(clientId, username, password, T0)).not.toBeNull()
      await expect(f.enrol('mat-1', OTHER)).resolves.toBeDefined()
    })
    it('not_found when there is no such facility', () =>
      expect(f.enrol('mat-1', 'none' as FacilityId)).rejects.toMatchObject({ code: 'not_found' }))
    it('withdraws an enrolment, credential and all, until the device was placed', async () => {
      const { clientId, username, password } = await f.enrol('mat-1')
      await f.registry.devices.withdraw(DEMO, 'mat-1')
      expect(await f.registry.devices.get(DEMO, 'mat-1')).toBeNull()
      expect(await f.registry.credentials.authenticate(clientId, username, password, T0)).toBeNull()
      await expect(f.registry.devices.withdraw(DEMO, 'mat-1')).rejects.toMatchObject({ code: 'not_found' })
      await f.enrol('mat-1')
      await f.place('mat-1', T0, null)
      await expect(f.registry.devices.withdraw(DEMO, 'mat-1')).rejects.toMatchObject({ code: 'conflict' })
      expect(await f.registry.devices.get(DEMO, 'mat-1')).not.toBeNull()
    })
    it('pages over facilities and makers, whatever the names', async () => {
      const all = ['demo', 'demo-a', 'demo-b', 'a1'] as FacilityId[]
      for (const id of all.slice(1)) await f.facility(id)
      for (const at of all)
        for (const id of ['x', 'x-y', 'a-9']) await f.enrol(id, at, at === 'demo-b' ? 'zeta' : 'acme')
      const seen: string[] = []
      let after: string | undefined
      for (;;) {
        const page = await f.registry.devices.list({ limit: 2, after, makers: ['acme'] })
        seen.push(...page.map(d => `${d.facility}.${d.id}`))
        if (page.length < 2) break
        after = seen.at(-1)
      }
      expect(seen).toHaveLength(9)
      expect(new Set(seen).size).toBe(9)
      expect(await f.registry.devices.list({ facilities: ['demo-b'], limit: 10 })).toHaveLength(3)
      expect(await f.registry.devices.list({ facilities: ['demo-b'], makers: ['acme'], limit: 10 })).toEqual([])
      expect(await f.registry.devices.list({ facilities: [], limit: 10 })).toEqual([])
      expect(await f.registry.devices.list({ makers: [], limit: 10 })).toEqual([])
    })
  })
}
