// Every route × every role × own and other: what the matrix says, no more and no less; and without any one rule it is seen to be missing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROLES, type Role, type TokenScope } from '../../core/rest/route.ts'
import { type GuardedRoute, type Part, RULES, type Rule } from '../../core/rest/rules.ts'
import { ROUTE_SCOPES } from '../../core/rest/scopes.ts'
import { routes } from '../../core/rest.ts'
import { createAuthority } from '../../server/auth/authority.ts'
import { createKnocking } from '../../server/broker/knocking.ts'
import { PEOPLE, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { CASES, differences, GUARDED, PERSONS, send } from './permissions/matrix.ts'
import { scopeFor, tokenDifferences } from './permissions/tokens.ts'
import { createWorld, STRANGER, type World } from './permissions/world.ts'

/** The rules of the platform under test: each can be taken away and put back. */
const rules = structuredClone(RULES) as { [K in keyof typeof RULES]: Record<string, Rule> }
const scopes: Record<string, TokenScope | 'any' | undefined> = { ...ROUTE_SCOPES }

describeWith(mosquitto, 'permissions', () => {
  let world: World
  beforeAll(async () => {
    const knocking = createKnocking(Date.now)
    knocking.note('sunny.knocks-here', 'someone')
    knocking.note(STRANGER, 'someone')
    const authority = createAuthority(rules as unknown as typeof RULES, scopes)
    world = await createWorld(await startPlatform({ authority, embedded: { disconnect: () => undefined, knocking } }))
  })
  afterAll(() => world?.platform.stop())

  it.each(GUARDED)('%s is for whom the matrix says, of what it says', async name => {
    expect(await differences(world, { routes: [name] })).toEqual([])
  })

  it.each(GUARDED)('%s opens to tokens of the right scope alone', async name => {
    expect(await tokenDifferences(world, name)).toEqual([])
  })

  it('answers 401 where nobody is signed in', async () => {
    for (const name of GUARDED) {
      const reply = await send(world, routes[name], await CASES[name][0].ask(world), {})
      expect([name, reply.status]).toEqual([name, 401])
    }
  })

  describe('without a rule', () => {
    const personsOf = (role: Role) => PERSONS.filter(person => PEOPLE[person]?.role === role)
    /** Gives a role everything, runs that part of the matrix, and takes it back. */
    async function seen(
      of: Record<string, Rule>,
      name: string,
      role: Role,
      asked: Parameters<typeof differences>[1],
    ): Promise<boolean> {
      const before = of[name] as Rule
      of[name] = { ...before, [role]: 'all' }
      try {
        return (await differences(world, { ...asked, persons: personsOf(role), first: true })).length > 0
      } finally {
        of[name] = before
      }
    }
    /** What such a call makes is its maker's from the start, so that there is nothing of others to reach. */
    const OWN_BY_BIRTH: readonly GuardedRoute[] = ['createTrial', 'createDatasetRequest']

    it.each(GUARDED)('of %s for any one role the matrix is broken', async name => {
      for (const role of ROLES) {
        const reach = RULES.routes[name][role]
        if (reach === 'all' || reach === 'self' || (reach && OWN_BY_BIRTH.includes(name))) continue
        expect([role, await seen(rules.routes, name, role, { routes: [name] })]).toEqual([role, true])
      }
    })

    it.each(GUARDED)('about tokens of %s the matrix is broken', async name => {
      // With no scope at all only what any token may is open to it already.
      if (scopeFor(name) === 'any') return
      const before = scopes[name]
      scopes[name] = 'any'
      try {
        expect(await tokenDifferences(world, name)).not.toEqual([])
      } finally {
        scopes[name] = before
      }
    })

    it.each(Object.keys(RULES.parts) as Part[])('of the part %s for any one role the matrix is broken', async part => {
      const about = GUARDED.filter(name => CASES[name].some(each => each.part === part))
      expect(about).not.toEqual([])
      for (const role of ROLES) {
        const reach = RULES.parts[part][role]
        // Where no route reaches further than the part, there is nothing that it alone keeps back.
        if (about.every(name => [undefined, reach].includes(RULES.routes[name][role]))) continue
        const result = await seen(rules.parts, part, role, { routes: about, only: each => each.part === part })
        expect([role, result]).toEqual([role, true])
      }
    })
  })
})
