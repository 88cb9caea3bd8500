/** Credentials and hubs: the registry's contract for who signs in to the broker, and for whom. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ClearCredential } from '../../../core/credentials.ts'
import { DEMO, OTHER, type RegistryFixture, T0 } from './fixture.ts'

export function credentialsContract(f: RegistryFixture): void {
  const signIn = (c: ClearCredential, nowMs = T0, change: Partial<ClearCredential> = {}) => {
    const { clientId, username, password } = { ...c, ...change }
    return f.registry.credentials.authenticate(clientId, username, password, nowMs)
  }

  describe('credentials', () => {
    it('has a password of 128 bits, of which only the hash is kept', async () => {
      const { clientId, username, password } = await f.enrol('mat-1')
      expect({ clientId, username }).toEqual({ clientId: 'demo.mat-1', username: 'demo.mat-1' })
      expect(Buffer.from(password, 'base64url')).toHaveLength(16)
      const passwordSha256 = createHash('sha256').update(password).digest('hex')
      expect(await f.registry.credentials.list(DEMO)).toEqual([
        { facility: DEMO, device: 'mat-1', clientId, username, passwordSha256, createdMs: T0, endsMs: null },
      ])
    })
    it('signs in with exactly its own client id, name and password', async () => {
      const own = await f.enrol('mat-1')
      const second = await f.enrol('mat-2')
      const rightful = { facility: DEMO, device: 'mat-1', username: own.username, speaksFor: [] }
      expect(await signIn(own)).toEqual(rightful)
      for (const change of [
        { password: `${own.password}x` },
        { password: '' },
        { password: second.password },
        { username: second.username },
        { clientId: second.clientId },
        { clientId: 'demo.none' },
        { clientId: 'demo.none', username: 'demo.none' },
      ])
        expect([change, await signIn(own, T0, change)]).toEqual([change, null])
    })
    it('takes two credentials of a device until the end of the first, and its name never comes back', async () => {
      const first = await f.enrol('mat-1')
      const second = await f.registry.credentials.issue(DEMO, 'mat-1', T0)
      expect(second).toMatchObject({ clientId: 'demo.mat-1', username: 'demo.mat-1.2' })
      expect(await f.registry.credentials.end(first.username, T0 + 100)).toBe(true)
      expect(await signIn(first, T0 + 99)).not.toBeNull()
      expect(await signIn(first, T0 + 100)).toBeNull()
      expect(await signIn(second, T0 + 100)).not.toBeNull()
      expect(await f.registry.credentials.end(first.username, T0 + 500)).toBe(false)
      expect(await signIn(first, T0 + 100)).toBeNull()
      await f.registry.credentials.withdraw(second.username)
      expect(await signIn(second)).toBeNull()
      await f.registry.credentials.end(second.username, T0)
      const third = await f.registry.credentials.issue(DEMO, 'mat-1', T0)
      expect(third.username).not.toBe(first.username)
    })
    it('tells what is valid and what has ended within a span', async () => {
      const first = await f.enrol('mat-1')
      await f.enrol('mat-1', OTHER)
      await f.registry.credentials.issue(DEMO, 'mat-1', T0)
      await f.registry.credentials.end(first.username, T0 + 100)
      const names = (records: { username: string }[]) => records.map(record => record.username).toSorted()
      expect(names(await f.registry.credentials.valid(T0 + 99))).toEqual(['demo.mat-1', 'demo.mat-1.2', 'other.mat-1'])
      expect(names(await f.registry.credentials.valid(T0 + 100))).toEqual(['demo.mat-1.2', 'other.mat-1'])
      expect(names(await f.registry.credentials.endedWithin(T0, T0 + 99))).toEqual([])
      expect(names(await f.registry.credentials.endedWithin(T0 + 99, T0 + 100))).toEqual(['demo.mat-1'])
      expect(names(await f.registry.credentials.endedWithin(T0 + 100, T0 + 200))).toEqual([])
      expect(await f.registry.credentials.list(DEMO, 'mat-1')).toHaveLength(2)
      expect(await f.registry.credentials.list(DEMO, 'mat-2')).toEqual([])
    })
    it('not_found when there is no such device', () =>
      expect(f.registry.credentials.issue(DEMO, 'none', T0)).rejects.toMatchObject({ code: 'not_found' }))
  })

  describe('hubs', () => {
    it('speaks for the devices that it lists, as long as it lists them', async () => {
      const hub = await f.enrol('hub-1')
      for (const id of ['mat-1', 'mat-2', 'mat-3']) await f.enrol(id)
      const version = await f.registry.registryVersion(DEMO)
      await f.registry.hubs.set(DEMO, 'hub-1', ['mat-2', 'mat-1'])
      expect(await f.registry.registryVersion(DEMO)).toBe(version + 1)
      expect((await signIn(hub))?.speaksFor).toEqual(['mat-1', 'mat-2'])
      await f.registry.hubs.set(DEMO, 'hub-1', ['mat-3'])
      expect([...(await f.registry.hubs.of(DEMO))]).toEqual([['hub-1', ['mat-3']]])
      await f.registry.hubs.set(DEMO, 'hub-1', [])
      expect((await signIn(hub))?.speaksFor).toEqual([])
      expect((await f.registry.hubs.of(DEMO)).size).toBe(0)
    })
    it('refuses devices of another hub, of another facility, of no name, itself, and chains of hubs', async () => {
      for (const id of ['hub-1', 'hub-2', 'mat-1', 'mat-2']) await f.enrol(id)
      await f.enrol('far', OTHER)
      await f.registry.hubs.set(DEMO, 'hub-1', ['mat-1'])
      const set = (hub: string, ...devices: string[]) => f.registry.hubs.set(DEMO, hub, devices)
      await expect(set('hub-2', 'mat-1')).rejects.toMatchObject({ code: 'conflict' })
      await expect(set('hub-2', 'hub-1')).rejects.toMatchObject({ code: 'conflict' })
      await expect(set('hub-2', 'hub-2')).rejects.toMatchObject({ code: 'conflict' })
      await expect(set('mat-1', 'mat-2')).rejects.toMatchObject({ code: 'conflict' })
      await expect(set('hub-2', 'far')).rejects.toMatchObject({ code: 'not_found' })
      await expect(set('none', 'mat-2')).rejects.toMatchObject({ code: 'not_found' })
      expect([...(await f.registry.hubs.of(DEMO))]).toEqual([['hub-1', ['mat-1']]])
    })
  })
}
