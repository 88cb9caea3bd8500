/** Rules and runs of retention, and what ends by itself: the registry's contract. */
import { describe, expect, it } from 'vitest'
import { DEMO, HOUR, OTHER, type RegistryFixture, T0, user } from './fixture.ts'

export function retentionContract(f: RegistryFixture): void {
  describe('retention', () => {
    const written = { by: 'operator', nowMs: T0 }

    it('keeps a rule for each facility, and null where everything is kept', async () => {
      expect(await f.registry.retention.rule(DEMO)).toBeNull()
      const first = { facility: DEMO, days: 90, changedMs: T0, changedBy: 'operator' }
      expect(await f.registry.retention.set(DEMO, 90, '2026-01-01', written)).toEqual(first)
      await f.registry.retention.set(OTHER, 400, '2026-01-01', written)
      const changed = await f.registry.retention.set(DEMO, null, '2026-01-02', { by: 'admin', nowMs: T0 + 1 })
      expect(changed).toEqual({ ...first, days: null, changedMs: T0 + 1, changedBy: 'admin' })
      await f.reopen()
      expect((await f.registry.retention.rules()).map(({ facility, days }) => [facility, days])).toEqual(
        [
          [DEMO, null],
          [OTHER, 400],
        ].sort(),
      )
      const nowhere = f.registry.retention.set('none', 30, '2026-01-01', written)
      await expect(nowhere).rejects.toMatchObject({ code: 'not_found' })
    })

    it('lets one of several servers have a day, and nobody the day on which the rule was set', async () => {
      expect(await f.registry.retention.claim(DEMO, '2026-01-01')).toBe(false)
      await f.registry.retention.set(DEMO, 90, '2026-01-01', written)
      expect(await f.registry.retention.claim(DEMO, '2026-01-01')).toBe(false)
      const claims = await Promise.all([1, 2, 3].map(() => f.registry.retention.claim(DEMO, '2026-01-02')))
      expect(claims.filter(Boolean)).toHaveLength(1)
      expect(await f.registry.retention.claim(DEMO, '2026-01-03')).toBe(true)
    })

    it('keeps what each run removed and why the rest stayed, newest first, and records it', async () => {
      const run = {
        facility: DEMO,
        beforeMs: T0 - HOUR,
        days: 90,
        startedMs: T0,
        endedMs: T0 + 5,
        outcome: 'done' as const,
        failure: null,
        messages: 43_200_000,
        kept: [{ reason: 'trial' as const, id: 'trial-1', devices: 3, fromMs: 0, toMs: T0 }],
        startedBy: null,
      }
      const first = await f.registry.retention.ended(run)
      const second = await f.registry.retention.ended({ ...run, endedMs: T0 + 9, outcome: 'failed', failure: 'x' })
      await f.registry.retention.ended({ ...run, facility: OTHER })
      expect(await f.registry.retention.runs(DEMO, 5)).toEqual([second, first])
      expect(await f.registry.retention.runs(DEMO, 1)).toEqual([second])
      const [entry] = await f.registry.audit.page({ actions: ['retention.run'], facilities: [DEMO] }, { limit: 1 })
      expect(entry?.new).toMatchObject({
        messages: 43_200_000,
        outcome: 'failed',
        kept: [{ reason: 'trial', devices: 3 }],
      })
    })
  })

  describe('what ends by itself', () => {
    it('is gone after its end, and only that', async () => {
      await f.registry.users.create(user('ann'))
      await f.registry.users.create(user('ben'))
      const { sessions, invitations, keptAnswers, tokens } = f.registry
      const hash = (n: number): string => String(n).repeat(64)
      for (const [n, name] of [
        [1, 'ann'],
        [2, 'ben'],
      ] as const) {
        const expiresMs = T0 + n * HOUR
        await sessions.create({ tokenSha256: hash(n), user: name, createdMs: T0, seenMs: T0, expiresMs, agent: '' })
        await invitations.put({ codeSha256: hash(n), user: name, createdMs: T0, expiresMs })
        await tokens.create({ tokenSha256: hash(n), user: name, name: 't', scopes: [], createdMs: T0, expiresMs })
        await keptAnswers.begin({ id: hash(n), bodySha256: hash(n), untilMs: expiresMs }, T0)
      }
      for (const each of [sessions, invitations, keptAnswers, tokens]) await each.deleteExpired(T0 + HOUR)
      for (const each of [sessions, invitations, keptAnswers, tokens]) {
        expect(await each.get(hash(1))).toBeNull()
        expect(await each.get(hash(2))).not.toBeNull()
      }
    })
  })
}
