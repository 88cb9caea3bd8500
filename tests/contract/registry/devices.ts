/** Devices and their credentials: the registry's contract for enrolment and sign-in to the broker. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { FacilityId } from '../../../core/ids.ts'
import { DEMO, HOUR, MAT, OTHER, type RegistryFixture, T0 } from './fixture.ts'

export function devicesContract(f: RegistryFixture): void {
  describe('devices', () => {
    it('enrols with a password of 128 bits that only its hash is kept of', async () => {
      const { clientId, username, password } = await f.enrol('mat-1')
      expect({ clientId, username }).toEqual({ clientId: 'demo.mat-1', username: 'demo.mat-1' })
      expect(Buffer.from(password, 'base64url')).toHaveLength(16)
      expect(await f.registry.devices.get(DEMO, 'mat-1')).toEqual({
        facility: DEMO,
        id: 'mat-1',
        profile: MAT,
        maker: 'acme',
        activeFromMs: T0 - HOUR,
        createdMs: T0,
      })
      const [credential] = await f.registry.devices.credentials(DEMO)
      expect(credential).toEqual({
        facility: DEMO,
        device: 'mat-1',
        clientId,
        username,
        passwordSha256: createHash('sha256').update(password).digest('hex'),
        createdMs: T0,
        revokedMs: null,
      })
    })
    it('signs in with exactly its own client id, name and password', async () => {
      const { clientId, username, password } = await f.enrol('mat-1')
      const second = await f.enrol('mat-2')
      expect(await f.registry.devices.authenticate(clientId, username, password)).toEqual({
        facility: DEMO,
        device: 'mat-1',
      })
      expect(await f.registry.devices.authenticate(clientId, username, `${password}x`)).toBeNull()
      expect(await f.registry.devices.authenticate(clientId, username, '')).toBeNull()
      expect(await f.registry.devices.authenticate(clientId, second.username, password)).toBeNull()
      expect(await f.registry.devices.authenticate(second.clientId, username, password)).toBeNull()
      expect(await f.registry.devices.authenticate('demo.none', 'demo.none', password)).toBeNull()
    })
    it('conflict when the device exists, and the first credential still works', async () => {
      const { clientId, username, password } = await f.enrol('mat-1')
      await expect(f.enrol('mat-1')).rejects.toMatchObject({ code: 'conflict' })
      expect(await f.registry.devices.authenticate(clientId, username, password)).not.toBeNull()
      await expect(f.enrol('mat-1', OTHER)).resolves.toBeDefined()
    })
    it('not_found when there is no such facility', () =>
      expect(f.enrol('mat-1', 'none' as FacilityId)).rejects.toMatchObject({ code: 'not_found' }))
    it('withdraws an enrolment, credential and all, until the device was placed', async () => {
      const { clientId, username, password } = await f.enrol('mat-1')
      await f.registry.devices.withdraw(DEMO, 'mat-1')
      expect(await f.registry.devices.get(DEMO, 'mat-1')).toBeNull()
      expect(await f.registry.devices.authenticate(clientId, username, password)).toBeNull()
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
