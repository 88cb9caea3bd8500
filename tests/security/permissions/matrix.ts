/** Runs the matrix, or a part of it, against a running platform, and says where it is not as it must be. */
import { API_ROOT, type Route } from '../../../core/rest/route.ts'
import type { GuardedRoute } from '../../../core/rest/rules.ts'
import { routes } from '../../../core/rest.ts'
import { PASSWORD, PEOPLE } from '../../server/platform.ts'
import type { Ask, Case } from './case.ts'
import { DEVICE_CASES } from './cases-devices.ts'
import { PEOPLE_CASES } from './cases-people.ts'
import { TRIAL_CASES } from './cases-trials.ts'
import type { World } from './world.ts'

/** A route without a case does not compile. */
export const CASES: Record<GuardedRoute, readonly [Case, ...Case[]]> = {
  ...PEOPLE_CASES,
  ...DEVICE_CASES,
  ...TRIAL_CASES,
}
export const GUARDED = Object.keys(CASES) as GuardedRoute[]
export const PERSONS = Object.keys(PEOPLE).filter(person => person !== 'steward2')

export interface Reply {
  status: number
  text: string
}
/** @param authorization a cookie or a bearer token */
export async function send(
  world: World,
  route: Route,
  ask: Ask,
  authorization: Record<string, string>,
): Promise<Reply> {
  const response = await fetch(world.platform.url + API_ROOT + ask.path, {
    method: route.method.toUpperCase(),
    headers: {
      ...authorization,
      ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(route.edits ? { 'if-match': '*' } : {}),
    },
    ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
  })
  return { status: response.status, text: await response.text() }
}

const has = (persons: string | undefined, person: string): boolean => persons?.split(' ').includes(person) ?? false

/** How a reply is not what this person must get; null: it is. */
export function wrong(route: Route, each: Case, person: string, ask: Ask, { status, text }: Reply): string | null {
  const shown = ask.shows === undefined || text.includes(ask.shows)
  const is = (expected: number) =>
    status === expected ? null : `${status} instead of ${expected}: ${text.slice(0, 200)}`
  if (has(each.ok, person)) return is(each.answers ?? route.status) ?? (shown ? null : `does not show ${ask.shows}`)
  if (has(each.blind, person)) return is(route.status) ?? (shown ? `shows ${ask.shows}` : null)
  if (has(each.hidden, person)) return is(404)
  if (has(each.otherwise, person)) return is(400)
  const told = /"detail":"This is for/.test(text)
  if (has(each.refused, person)) return is(403) ?? (told ? 'is told to have the wrong role' : null)
  return is(403) ?? (told ? null : 'is not told to have the wrong role')
}

export interface Asked {
  routes?: readonly GuardedRoute[]
  persons?: readonly string[]
  only?: (each: Case) => boolean
  /** Ends at the first. */
  first?: boolean
}
/** Every difference between the matrix and what the platform does. */
export async function differences(world: World, asked: Asked = {}): Promise<string[]> {
  const found: string[] = []
  for (const name of asked.routes ?? GUARDED) {
    const route: Route = routes[name]
    for (const [index, each] of CASES[name].entries()) {
      if (asked.only?.(each) === false) continue
      for (const person of asked.persons ?? PERSONS) {
        const ask = await each.ask(world)
        const reply = await send(world, route, ask, { cookie: await cookieOf(world, person, each.alone ?? false) })
        const fault = wrong(route, each, person, ask, reply)
        if (fault) found.push(`${name} (${index + 1}) as ${person}: ${fault}`)
        if (fault && asked.first) return found
      }
    }
  }
  return found
}

async function cookieOf({ platform }: World, person: string, alone: boolean): Promise<string> {
  if (!alone) return (await platform.as(person)).cookie
  const response = await fetch(`${platform.url}${API_ROOT}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: person, password: PASSWORD }),
  })
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}
