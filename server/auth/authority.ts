/** The one place that decides whether somebody may: by the rules of core/rest/rules.ts, denied where no rule says otherwise. */
import { AppError } from '../../core/errors.ts'
import type { Role, TokenScope } from '../../core/rest/route.ts'
import {
  type GuardedRoute,
  type LiveEvent,
  type Part,
  type Reach,
  RULES,
  type Rule,
  type Rules,
} from '../../core/rest/rules.ts'
import { ROUTE_SCOPES, type Scopes } from '../../core/rest/scopes.ts'
import type { Me } from '../../core/rest/session.ts'

/** Whose something is. What is left out is nobody's, so that it is in nobody's reach. */
export interface Owner {
  facility?: string
  /** Of several facilities, such as a trial with its sites. */
  facilities?: readonly string[]
  maker?: string | null
  /** The maker on whose bench it stands; null: in a facility where people live. */
  benchOf?: string | null
  /** Its maker has given it to others to see. */
  handedIn?: boolean
}

/** What lists are narrowed to; what is left out is not. */
export interface ListScope {
  facilities?: readonly string[]
  makers?: readonly string[]
}

/** What one may do on the route that is called; made for each request. */
export interface May {
  /** Whether something of this owner is in reach of the caller on this route. */
  (owner: Owner): boolean
  /** The same for a part of what the route answers. */
  see(part: Part, owner: Owner): boolean
  /** The same for another route, which tells whether the caller may know that something exists. */
  call(route: GuardedRoute, owner: Owner): boolean
  /** What the caller's lists hold, as repositories take it. */
  list(): ListScope
  /** Throws where a handler is about to answer without having asked whose it is. */
  requireAsked(): void
}

export interface Authority {
  /** Why a route is not for this caller at all; null when it is. */
  refusal(route: GuardedRoute, caller: Caller): string | null
  /** To be made only for who was not refused. */
  may(route: GuardedRoute, caller: Caller): May
  mayHear(event: LiveEvent, me: Me, owner: Owner): boolean
}

interface Caller {
  me: Me
  /** Null: somebody at a screen. */
  token: { scopes: readonly TokenScope[] } | null
}

/** Whether an owner lies within a reach. */
const WITHIN: Readonly<Record<Reach, (me: Me, owner: Owner) => boolean>> = {
  self: () => true,
  all: () => true,
  facility: (me, { facility, facilities = [] }) =>
    me.facilities.some(own => own === facility || facilities.includes(own)),
  maker: (me, { maker }) => me.maker !== null && maker === me.maker,
  bench: (me, { benchOf, maker = me.maker }) => me.maker !== null && benchOf === me.maker && maker === me.maker,
  handed_in: (_, { handedIn }) => handedIn === true,
}

const within = (rule: Rule, me: Me, owner: Owner): boolean => {
  const reach = reachOf(rule, me.role)
  return reach !== undefined && WITHIN[reach](me, owner)
}
const reachOf = (rule: Rule, role: Role): Reach | undefined => (Object.hasOwn(rule, role) ? rule[role] : undefined)

/** @param rules @param scopes others than the contract's: for tests that take one away */
export function createAuthority(rules: Rules = RULES, scopes: Scopes = ROUTE_SCOPES): Authority {
  return {
    refusal(route, { me, token }) {
      const rule = rules.routes[route]
      if (reachOf(rule, me.role) === undefined)
        return `This is for ${Object.keys(rule).join(', ')}; you are signed in as ${me.role}.`
      const scope = scopes[route]
      if (!token || scope === 'any' || (scope !== undefined && token.scopes.includes(scope))) return null
      return scope ? `This needs a token with the scope ${scope}.` : 'This is not open to tokens; sign in instead.'
    },
    may: (route, { me }) => mayOf(rules, route, me),
    mayHear: (event, me, owner) => within(rules.live[event], me, owner),
  }
}

function mayOf(rules: Rules, route: GuardedRoute, me: Me): May {
  const reach = reachOf(rules.routes[route], me.role)
  /** Where the rule itself says everything there is nothing left to ask. */
  let isAsked = reach === 'self' || reach === 'all'
  const may = (owner: Owner): boolean => {
    isAsked = true
    return within(rules.routes[route], me, owner)
  }
  return Object.assign(may, {
    see: (part: Part, owner: Owner) => within(rules.parts[part], me, owner),
    call: (other: GuardedRoute, owner: Owner) =>
      other === route ? may(owner) : within(rules.routes[other], me, owner),
    list() {
      isAsked = true
      return listOf(reach, me)
    },
    requireAsked() {
      if (!isAsked) throw new Error(`${route} answers without having asked whose it is`)
    },
  })
}

function listOf(reach: Reach | undefined, me: Me): ListScope {
  if (reach === 'all' || reach === 'handed_in' || reach === 'self') return {}
  if (reach === 'facility') return { facilities: me.facilities }
  return { makers: me.maker === null ? [] : [me.maker] }
}

/** Throws `forbidden`, equally for facilities that exist and that do not. */
export function requireFacility(may: May, facility: string): void {
  if (!may({ facility })) throw new AppError('forbidden', `${facility} is not a facility of yours`)
}
