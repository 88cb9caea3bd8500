/** Dataset requests and releases: the registry's contract for what leaves the house. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { FacilityId } from '../../../core/ids.ts'
import { draft, OTHER, type RegistryFixture, scope, T0, user } from './fixture.ts'

export function datasetsContract(f: RegistryFixture): void {
  describe('dataset requests and releases', () => {
    beforeEach(() => f.registry.users.create(user('maker')))

    it('begins as a draft and changes only from the version that was read', async () => {
      const request = await f.registry.requests.create(draft)
      expect(request).toEqual({
        ...draft,
        id: expect.stringMatching(/^[a-z0-9]{20}$/),
        state: 'draft',
        failure: null,
        version: 1,
        reviews: [],
      })
      const submitted = await f.registry.requests.change(request.id, 1, { state: 'submitted' })
      expect(submitted).toEqual({ ...request, state: 'submitted', version: 2 })
      await expect(f.registry.requests.change(request.id, 1, { state: 'withdrawn' })).rejects.toMatchObject({
        code: 'conflict',
      })
      expect(await f.registry.requests.get(request.id)).toEqual(submitted)
      await expect(f.registry.requests.change('none', 1, {})).rejects.toMatchObject({ code: 'not_found' })
    })
    it('gives one of many concurrent changes of a version, and conflict to the rest', async () => {
      const { id } = await f.registry.requests.create(draft)
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => f.registry.requests.change(id, 1, { purpose: `p${i}` })),
      )
      expect(outcomes.filter(o => o.status === 'fulfilled')).toHaveLength(1)
      expect((await f.registry.requests.get(id))?.version).toBe(2)
    })
    it('keeps reviews until the scope is changed with none', async () => {
      const { id } = await f.registry.requests.create(draft)
      const reviews = [{ by: 'steward', decision: 'approve' as const, reason: null, atMs: T0 }]
      expect((await f.registry.requests.change(id, 1, { reviews })).reviews).toEqual(reviews)
      expect((await f.registry.requests.change(id, 2, { state: 'approved' })).reviews).toEqual(reviews)
      const changed = await f.registry.requests.change(id, 3, { scope: { ...scope, facility: OTHER }, reviews: [] })
      expect(changed).toMatchObject({ reviews: [], scope: { facility: OTHER } })
    })
    it('clears a failure when told null, and keeps it when not told', async () => {
      const { id } = await f.registry.requests.create(draft)
      await f.registry.requests.change(id, 1, { failure: 'too_few_people', state: 'failed' })
      expect((await f.registry.requests.change(id, 2, { state: 'approved' })).failure).toBe('too_few_people')
      expect((await f.registry.requests.change(id, 3, { failure: null })).failure).toBeNull()
    })
    it('lists by maker and by state', async () => {
      const mine = await f.registry.requests.create(draft)
      const theirs = await f.registry.requests.create({ ...draft, maker: 'zeta', createdMs: T0 - 1 })
      expect(await f.registry.requests.list({ makers: ['acme'], limit: 9 })).toEqual([mine])
      expect(await f.registry.requests.list({ makers: [], limit: 9 })).toEqual([])
      expect(await f.registry.requests.list({ limit: 9 })).toHaveLength(2)
      expect(await f.registry.requests.inState('draft')).toEqual([theirs, mine])
      expect(await f.registry.requests.inState('ready')).toEqual([])
    })
    it('not_found when author or facility is missing', async () => {
      await expect(f.registry.requests.create({ ...draft, createdBy: 'x' })).rejects.toMatchObject({
        code: 'not_found',
      })
      const nowhere = { ...scope, facility: 'none' as FacilityId }
      await expect(f.registry.requests.create({ ...draft, scope: nowhere })).rejects.toMatchObject({
        code: 'not_found',
      })
    })
    it('records one release per request', async () => {
      const request = await f.registry.requests.create(draft)
      const release = {
        id: 'rel-1',
        request: request.id,
        maker: 'acme',
        product: 'P0' as const,
        createdMs: T0,
        manifestSha256: 'ab',
        keyId: 'K',
        publicKey: 'RW',
        published: 55,
        suppressed: 96,
        files: [{ name: 'rel-1.zip', bytes: 10, sha256: 'cd' }],
        trial: null,
      }
      await f.registry.releases.create(release)
      expect(await f.registry.releases.get('rel-1')).toEqual(release)
      expect(await f.registry.releases.ofRequest(request.id)).toEqual(release)
      expect(await f.registry.releases.ofRequest('none')).toBeNull()
      expect(await f.registry.releases.list({ makers: ['acme'], limit: 9 })).toEqual([release])
      expect(await f.registry.releases.list({ makers: ['zeta'], limit: 9 })).toEqual([])
      await expect(f.registry.releases.create({ ...release, id: 'rel-2' })).rejects.toMatchObject({ code: 'conflict' })
      const orphan = f.registry.releases.create({ ...release, id: 'rel-3', request: 'none' })
      await expect(orphan).rejects.toMatchObject({ code: 'not_found' })
    })
  })
}
