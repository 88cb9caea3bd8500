// Every socket event × every role × own and other; and without any one rule it is seen to be missing.
import { afterEach, describe, expect, it } from 'vitest'
import { ROLES } from '../../core/rest/route.ts'
import { type LiveEvent, RULES } from '../../core/rest/rules.ts'
import { createAuthority } from '../../server/auth/authority.ts'
import { HEARD, LIVE_EVENTS, type LiveWorld, startLive } from './permissions/live.ts'

let world: LiveWorld | undefined
afterEach(() => world?.stop())
const heardWith = async (rules = RULES) => {
  world = await startLive(createAuthority(rules))
  return world.heard()
}

it('lets everybody hear what the matrix says, of what it says', async () => {
  expect(await heardWith()).toEqual(HEARD)
})

it('lets no token in', async () => {
  world = await startLive(createAuthority())
  expect(await world.admitsTokens()).toBe(false)
})

describe('without the rule', () => {
  it.each(LIVE_EVENTS)('of %s for any one role somebody hears what they may not', async event => {
    for (const role of ROLES) {
      if (RULES.live[event][role] === 'all') continue
      // News of a board come to those alone who may choose it: both rules are taken away.
      const given = (one: LiveEvent) => ({ ...RULES.live[one], [role]: 'all' as const })
      const live = { ...RULES.live, watch: event === 'job' ? RULES.live.watch : given('watch'), [event]: given(event) }
      const heard = await heardWith({ ...RULES, live })
      await world?.stop()
      expect([role, heard[event]]).not.toEqual([role, HEARD[event]])
    }
  })
})
