// The short form of the red team's bench: one small trial, all attacks on what the engine writes.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildTrialRelease } from '../../../server/export/trial/release.ts'
import { verdictOf } from './attack.ts'
import { attacks } from './attacks.ts'
import { attackTrial, type Round } from './campaign.ts'

/** Few people and few tries: wide intervals. What is asked here is that no attack surely works; that none does is the bench's. */
const SIZES = { seed: 'short-1', subjects: 72, heldOut: 40, weeks: 3, everyMinutes: 60, sites: 3 }
let root: string
let round: Round
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'redteam-'))
  round = await attackTrial(root, SIZES, buildTrialRelease)
}, 300_000)
afterAll(() => rm(root, { recursive: true }))

describe('a package that the engine wrote', () => {
  test('is anonymous by its label, and keeps its people', () => {
    expect(round.product).toBe('P1')
    expect(round.utility.subjects.kept / round.utility.subjects.of).toBeGreaterThanOrEqual(0.95)
  })

  test.each(
    attacks.filter(({ beyond }) => !beyond).map(attack => [`${attack.number} ${attack.name}`, attack] as const),
  )('withstands attack %s', (_, attack) => {
    const verdict = verdictOf(attack, [
      round.outcomes[attacks.indexOf(attack)] ?? { tries: 0, successes: 0, expected: 0 },
    ])
    expect(verdict.tries).toBeGreaterThan(0)
    expect(verdict.note).toBe('')
    if (attack.kind === 'every') expect(verdict.successes).toBe(0)
    else expect(verdict.wilsonLower).toBeLessThanOrEqual(attack.threshold)
  })
})
