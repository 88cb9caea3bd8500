/** What API tokens may be made for: each scope opens something, and none opens who a resident is or an account. */
import { describe, expect, it } from 'vitest'
import { ROLES, type Route, TOKEN_SCOPES } from '../../core/rest/route.ts'
import { ROUTE_SCOPES, scopesOf } from '../../core/rest/scopes.ts'
import { type RouteName, routes } from '../../core/rest.ts'
import en from '../../dashboard/src/words/en.json' with { type: 'json' }

describe('scopes of API tokens', () => {
  it.each(TOKEN_SCOPES)('%s opens something to somebody, and has words', scope => {
    expect(Object.values(ROUTE_SCOPES)).toContain(scope)
    expect(ROLES.filter(role => scopesOf(role).includes(scope))).not.toEqual([])
    expect(Object.keys(en)).toContain(`scope.${scope}`)
  })

  it('that only read open no write, and writes are open to no other', () => {
    for (const [name, scope] of Object.entries(ROUTE_SCOPES)) {
      const { method }: Route = routes[name as RouteName]
      if (scope === 'any' || scope.endsWith(':read')) expect([name, method]).toEqual([name, 'get'])
    }
  })

  it.each<RouteName>([
    'resident',
    'residentIdentities',
    'identifyResident',
    'eraseResident',
    'previewImport',
    'applyImport',
    'enrol',
    'lockProtocol',
    'createUser',
    'editUser',
    'changePassword',
    'createMyToken',
    'setup',
    'createSwap',
  ])('never open %s', name => expect((ROUTE_SCOPES as Partial<Record<RouteName, unknown>>)[name]).toBeUndefined())
})
