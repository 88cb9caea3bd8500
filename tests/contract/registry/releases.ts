/** Releases of trials: the registry's contract for what later releases must know, and for what an erasure takes. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ReleaseMember, ReleaseRecord } from '../../../core/registry-releases.ts'
import { DEMO, draft, MAT, type RegistryFixture, T0, user } from './fixture.ts'

const written = { by: 'admin', nowMs: T0 }
const SERIES = 'bed.sleep_mat/heart_rate'
const CLASS = '80-84|female|care_3'

export function releasesContract(f: RegistryFixture): void {
  let trial: string
  const participant = async (purpose: 'trial_participation' | 'device_evaluation' = 'trial_participation') => {
    const { id } = await f.registry.residents.create(DEMO, T0)
    const { id: consent } = await f.registry.consents.create({ facility: DEMO, resident: id, purpose, fromMs: T0 })
    return { id, consent }
  }
  const member = (resident: string, group: string | null = 'g1'): ReleaseMember => ({
    ...{ resident, class: CLASS, groups: group === null ? {} : { [SERIES]: group } },
  })
  async function release(id: string, members: readonly ReleaseMember[]): Promise<ReleaseRecord> {
    const request = await f.registry.requests.create(draft)
    const record: ReleaseRecord = {
      ...{
        id,
        request: request.id,
        maker: 'acme',
        product: 'P1',
        createdMs: T0 + members.length,
        manifestSha256: 'ab',
      },
      ...{ keyId: 'K', publicKey: 'RW', published: 120, suppressed: 2, files: [] },
      trial: {
        trial,
        levels: { age: 2, sex: 0 },
        contentSha256: 'cd',
        rebuiltManifestSha256: 'ab',
        keyDestroyedMs: T0 + 7,
        classes: { [CLASS]: members.length },
        groups: { [SERIES]: { g1: members.length } },
      },
    }
    await f.registry.releases.create(record, members)
    return record
  }

  describe('releases of trials', () => {
    beforeEach(async () => {
      await f.registry.users.create(user('maker'))
      const design = { title: 'Mats', sponsor: 'Acme', legalRoute: 'real_use_evaluation' as const, deviceTypes: [MAT] }
      const made = await f.registry.trials.create(
        { ...design, sites: [DEMO], fromDay: '2026-11-01', toDay: '2026-12-31', maker: 'acme' },
        written,
      )
      trial = made.id
    })

    it('gives back what was recorded, also after it was stopped and opened again', async () => {
      const [a, b] = [await participant(), await participant()]
      const members = [member(a.id), member(b.id, null)].toSorted((x, y) => (x.resident < y.resident ? -1 : 1))
      const record = await release('rel-1', members)
      await f.reopen()
      expect(await f.registry.releases.get('rel-1')).toEqual(record)
      expect(await f.registry.releases.membersOf('rel-1')).toEqual(members)
      expect(await f.registry.releases.membersOf('none')).toEqual([])
    })

    it('finds the releases that have any of the people asked for, each once, oldest first', async () => {
      const [a, b, c] = [await participant(), await participant(), await participant()]
      const newer = await release('rel-1', [member(a.id), member(b.id)])
      const older = await release('rel-2', [member(b.id)])
      const many = Array.from({ length: 1_100 }, (_, n) => `nobody${n}`)
      expect(await f.registry.releases.ofResidents([a.id, ...many, b.id, c.id])).toEqual([older, newer])
      expect(await f.registry.releases.ofResident(a.id)).toEqual([newer])
      expect(await f.registry.releases.ofTrial(trial)).toEqual([older, newer])
      expect(await f.registry.releases.ofTrial('none')).toEqual([])
      expect(await f.registry.releases.ofResidents([c.id])).toEqual([])
      expect(await f.registry.releases.ofResidents([])).toEqual([])
    })

    it('needs the consent to the trial of each, and records nothing without it', async () => {
      const [a, b] = [await participant(), await participant()]
      const evaluated = await participant('device_evaluation')
      const refused = { code: 'consent_withdrawn', retryable: true }
      await expect(release('rel-1', [member(a.id), member(evaluated.id)])).rejects.toMatchObject(refused)
      await f.registry.consents.withdraw(b.consent, T0 + 1, written)
      await expect(release('rel-1', [member(a.id), member(b.id)])).rejects.toMatchObject(refused)
      expect(await f.registry.releases.get('rel-1')).toBeNull()
      expect(await f.registry.releases.membersOf('rel-1')).toEqual([])
    })

    it('keeps a person’s class nowhere as text, and forgets it with the person', async () => {
      const [a, b] = [await participant(), await participant()]
      const record = await release('rel-1', [member(a.id), member(b.id)])
      // Once: how many had this class.
      expect((await f.store.dump()).split(CLASS)).toHaveLength(2)
      await f.registry.residents.erase(a.id, { by: 'admin', nowMs: T0 + 5 })
      const members = await f.registry.releases.membersOf('rel-1')
      expect(members.find(({ resident }) => resident === a.id)).toEqual({ resident: a.id, class: null, groups: {} })
      expect(members.find(({ resident }) => resident === b.id)).toEqual(member(b.id))
      expect(await f.registry.releases.get('rel-1')).toEqual(record)
    })

    it('tells the audit trail both hashes and when the key was destroyed, and no class', async () => {
      const { id } = await participant()
      await release('rel-1', [member(id)])
      const entries = await f.registry.audit.page({ actions: ['release.'] }, { limit: 9 })
      expect(entries.map(({ action }) => action).sort()).toEqual(['release.create', 'release.key_destroyed'])
      const told = JSON.stringify(entries)
      expect(told).toContain('"rebuilt_manifest_sha256":"ab"')
      expect(told).toContain(new Date(T0 + 7).toISOString())
      expect(told).not.toContain('care_3')
      expect(told).not.toContain(id)
    })
  })
}
