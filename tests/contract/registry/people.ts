/** Residents, consents, users, sessions, settings: the registry's contract for people. */
import { describe, expect, it } from 'vitest'
import type { FacilityId } from '../../../core/ids.ts'
import { accessContract } from './access.ts'
import { DEMO, HOUR, OTHER, type RegistryFixture, T0, user } from './fixture.ts'

export function peopleContract(f: RegistryFixture): void {
  accessContract(f)
  describe('residents and consents', () => {
    it('gives back what was created, only of the asked facilities', async () => {
      const resident = await f.registry.residents.create(DEMO, T0)
      await f.registry.residents.create(OTHER, T0)
      expect(resident.id).toMatch(/^[a-z0-9]{20}$/)
      expect(await f.registry.residents.get(resident.id)).toEqual(resident)
      expect(await f.registry.residents.list({ facilities: [DEMO], limit: 10 })).toEqual([resident])
      expect(await f.registry.residents.list({ facilities: [], limit: 10 })).toEqual([])

      const given = { facility: DEMO, resident: resident.id, purpose: 'device_evaluation' as const, fromMs: T0 }
      const consent = await f.registry.consents.create(given)
      expect(consent).toMatchObject({ ...given, id: expect.stringMatching(/^[a-z0-9]{20}$/), withdrawnMs: null })
      expect(await f.registry.consents.list({ facilities: [DEMO], limit: 10 })).toEqual([consent])
      expect(await f.registry.consents.of(DEMO)).toEqual([consent])
      expect(await f.registry.consents.of(OTHER)).toEqual([])
    })
    it('pages through residents without losing or repeating one', async () => {
      const made = await Promise.all(Array.from({ length: 23 }, () => f.registry.residents.create(DEMO, T0)))
      const seen: string[] = []
      for (let page = await f.registry.residents.list({ facilities: [DEMO], limit: 5 }); page.length > 0; ) {
        seen.push(...page.map(r => r.id))
        page = await f.registry.residents.list({ facilities: [DEMO], limit: 5, after: seen.at(-1) })
      }
      expect(seen).toEqual(made.map(r => r.id).sort())
    })
    it("not_found when a consent names nobody, or another facility's resident", async () => {
      const elsewhere = await f.registry.residents.create(OTHER, T0)
      for (const resident of ['nobody', elsewhere.id]) {
        const consent = f.registry.consents.create({
          facility: DEMO,
          resident,
          purpose: 'device_evaluation',
          fromMs: T0,
        })
        await expect(consent).rejects.toMatchObject({ code: 'not_found' })
      }
      await expect(f.registry.residents.create('none', T0)).rejects.toMatchObject({ code: 'not_found' })
    })
  })
  describe('users, sessions, settings', () => {
    it('gives back users with their facilities, and counts them', async () => {
      expect(await f.registry.users.count()).toBe(0)
      const admin = user('admin', { role: 'facility_admin', facilities: [DEMO, OTHER], maker: null, language: 'ja' })
      await f.registry.users.create(admin)
      await f.registry.users.create(user('maker'))
      expect(await f.registry.users.get('admin')).toEqual(admin)
      expect(await f.registry.users.get('nobody')).toBeNull()
      expect((await f.registry.users.list()).map(u => u.user)).toEqual(['admin', 'maker'])
      expect(await f.registry.users.list({ limit: 5, after: 'admin' })).toEqual([user('maker')])
      expect(await f.registry.users.count()).toBe(2)
    })
    it('conflict when the name is taken; not_found, and no user, when a facility is missing', async () => {
      await f.registry.users.create(user('maker'))
      await expect(f.registry.users.create(user('maker'))).rejects.toMatchObject({ code: 'conflict' })
      const lost = f.registry.users.create(user('lost', { facilities: ['none' as FacilityId] }))
      await expect(lost).rejects.toMatchObject({ code: 'not_found' })
      expect(await f.registry.users.get('lost')).toBeNull()
    })
    it('keeps, touches, ends and expires sessions', async () => {
      await f.registry.users.create(user('maker'))
      const session = { tokenSha256: 'aa', user: 'maker', createdMs: T0, seenMs: T0, expiresMs: T0 + HOUR, agent: '' }
      await f.registry.sessions.create(session)
      await f.registry.sessions.create({ ...session, tokenSha256: 'bb', expiresMs: T0 + 2 * HOUR })
      await f.registry.sessions.touch('aa', T0 + 5)
      expect(await f.registry.sessions.get('aa')).toEqual({ ...session, seenMs: T0 + 5 })
      await f.registry.sessions.deleteExpired(T0 + HOUR)
      expect(await f.registry.sessions.get('aa')).toBeNull()
      expect(await f.registry.sessions.get('bb')).not.toBeNull()
      await f.registry.sessions.delete('bb')
      expect(await f.registry.sessions.get('bb')).toBeNull()
      const nobody = f.registry.sessions.create({ ...session, user: 'nobody' })
      await expect(nobody).rejects.toMatchObject({ code: 'not_found' })
    })
    it('sets, replaces and clears a setting', async () => {
      expect(await f.registry.settings.get('code')).toBeNull()
      await f.registry.settings.set('code', 'a')
      await f.registry.settings.set('code', 'b')
      expect(await f.registry.settings.get('code')).toBe('b')
      await f.registry.settings.set('code', null)
      expect(await f.registry.settings.get('code')).toBeNull()
    })
  })
}
