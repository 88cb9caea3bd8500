/** Who may come in: the registry's contract for changed users, ended sessions, invitations, API tokens, kept answers. */
import { describe, expect, it } from 'vitest'
import { DEMO, HOUR, OTHER, type RegistryFixture, T0, user } from './fixture.ts'

export function accessContract(f: RegistryFixture): void {
  const session = (tokenSha256: string, name: string, seenMs = T0) => ({
    tokenSha256,
    user: name,
    createdMs: T0,
    seenMs,
    expiresMs: T0 + HOUR,
    agent: 'Browser/1',
  })

  describe('changed users', () => {
    it('keep what is not changed, and raise version and revision', async () => {
      const { users, sessions } = f.registry
      await users.create(user('nurse', { role: 'staff', facilities: [DEMO], maker: null }))
      const before = await sessions.accessRevision()
      const moved = await users.change('nurse', 1, { facilities: [OTHER] })
      expect(moved).toEqual(user('nurse', { role: 'staff', facilities: [OTHER], maker: null, version: 2 }))
      expect(await users.change('nurse', null, { disabledMs: T0 })).toMatchObject({ disabledMs: T0, version: 3 })
      expect(await users.change('nurse', 3, { disabledMs: null, role: 'facility_admin' })).toMatchObject({
        disabledMs: null,
        role: 'facility_admin',
        facilities: [OTHER],
      })
      expect(await sessions.accessRevision()).toBe(before + 3)
    })
    it('conflict when someone else changed them, not_found when there is none', async () => {
      const { users } = f.registry
      await users.create(user('nurse'))
      await users.change('nurse', 1, { role: 'steward' })
      await expect(users.change('nurse', 1, { role: 'auditor' })).rejects.toMatchObject({ code: 'conflict' })
      await expect(users.change('nobody', 1, {})).rejects.toMatchObject({ code: 'not_found' })
      expect((await users.get('nurse'))?.role).toBe('steward')
    })
    it('are without a password until they set one', async () => {
      const { users } = f.registry
      await users.create(user('nurse', { passwordHash: null }))
      expect((await users.get('nurse'))?.passwordHash).toBeNull()
      await users.setPasswordHash('nurse', '$argon2id$y')
      await users.setLanguage('nurse', 'en')
      expect(await users.get('nurse')).toMatchObject({ passwordHash: '$argon2id$y', language: 'en', version: 1 })
    })
  })

  describe('sessions of a user', () => {
    it('are listed newest first, and end together, or all but one', async () => {
      const { users, sessions } = f.registry
      await users.create(user('nurse'))
      await users.create(user('other'))
      await sessions.create(session('a', 'nurse', T0))
      await sessions.create(session('b', 'nurse', T0 + 2))
      await sessions.create(session('c', 'nurse', T0 + 1))
      await sessions.create(session('d', 'other'))
      expect((await sessions.of('nurse')).map(s => s.tokenSha256)).toEqual(['b', 'c', 'a'])
      await sessions.shorten('c', T0 + 9)
      await sessions.shorten('c', T0 + HOUR)
      expect((await sessions.get('c'))?.expiresMs).toBe(T0 + 9)
      const before = await sessions.accessRevision()
      expect((await sessions.deleteOf('nurse', 'c')).toSorted()).toEqual(['a', 'b'])
      expect((await sessions.of('nurse')).map(s => s.tokenSha256)).toEqual(['c'])
      expect(await sessions.deleteOf('nurse')).toEqual(['c'])
      expect(await sessions.get('d')).toEqual(session('d', 'other'))
      expect(await sessions.accessRevision()).toBeGreaterThan(before)
    })
  })

  describe('invitations', () => {
    it('are taken once: the password is set and every session ends', async () => {
      const { users, sessions, invitations } = f.registry
      await users.create(user('nurse', { passwordHash: null }))
      await sessions.create(session('a', 'nurse'))
      const first = { codeSha256: 'c1', user: 'nurse', createdMs: T0, expiresMs: T0 + HOUR }
      await invitations.put(first)
      await invitations.put({ ...first, codeSha256: 'c2' })
      expect(await invitations.get('c1')).toBeNull()
      expect(await invitations.get('c2')).toEqual({ ...first, codeSha256: 'c2' })
      const both = await Promise.all(['x', 'y'].map(hash => invitations.accept('c2', hash, T0)))
      expect(both.toSorted()).toEqual([false, true])
      expect((await users.get('nurse'))?.passwordHash).toBe(both[0] ? 'x' : 'y')
      expect(await sessions.get('a')).toBeNull()
    })
    it('are nothing once they have expired', async () => {
      const { users, invitations } = f.registry
      await users.create(user('nurse'))
      await invitations.put({ codeSha256: 'c', user: 'nurse', createdMs: T0, expiresMs: T0 + HOUR })
      expect(await invitations.accept('c', 'x', T0 + HOUR)).toBe(false)
      expect((await users.get('nurse'))?.passwordHash).toBe(user('nurse').passwordHash)
    })
  })

  describe('API tokens', () => {
    it('are found by their hash, listed by owner, touched and ended', async () => {
      const { users, tokens } = f.registry
      await users.create(user('maker'))
      await users.create(user('other'))
      const given = {
        tokenSha256: 't1',
        user: 'maker',
        name: 'nightly',
        scopes: ['datasets:read' as const],
        createdMs: T0,
        expiresMs: T0 + HOUR,
      }
      const made = await tokens.create(given)
      expect(made).toEqual({ ...given, id: expect.stringMatching(/^[a-z0-9]{20}$/), seenMs: null })
      await expect(tokens.create(given)).rejects.toMatchObject({ code: 'conflict' })
      const second = await tokens.create({ ...given, tokenSha256: 't2' })
      await tokens.create({ ...given, tokenSha256: 't3', user: 'other' })
      await tokens.touch(made.id, T0 + 9)
      expect(await tokens.get('t1')).toEqual({ ...made, seenMs: T0 + 9 })
      expect((await tokens.list({ user: 'maker', limit: 9 })).map(t => t.id)).toEqual([made.id, second.id].toSorted())
      expect(await tokens.revoke('other', made.id)).toBe(false)
      expect(await tokens.revoke('maker', made.id)).toBe(true)
      expect(await tokens.get('t1')).toBeNull()
      await tokens.revokeAllOf('maker')
      expect(await tokens.list({ user: 'maker', limit: 9 })).toEqual([])
      expect(await tokens.get('t3')).not.toBeNull()
    })
  })

  describe('kept answers', () => {
    it('let one of many begin, show the others what there is, and are forgotten in time', async () => {
      const { keptAnswers } = f.registry
      const place = { id: 'k', bodySha256: 'b', untilMs: T0 + HOUR }
      const found = await Promise.all([1, 2, 3].map(() => keptAnswers.begin(place, T0)))
      expect(found.filter(record => record === null)).toHaveLength(1)
      expect(found.find(record => record !== null)).toEqual({ ...place, answer: null })
      await keptAnswers.finish('k', 'sealed', T0 + HOUR)
      expect(await keptAnswers.begin(place, T0)).toEqual({ ...place, answer: 'sealed' })
      expect(await keptAnswers.begin({ ...place, untilMs: T0 + 2 * HOUR }, T0 + HOUR)).toBeNull()
      await keptAnswers.drop('k')
      expect(await keptAnswers.get('k')).toBeNull()
    })
  })
}
