/** The one place where HTTP requests enter the audit trail: who asks, what a read showed, that no write stays unrecorded, what was refused. */
import type { Actor } from '../../core/audit/entry.ts'
import type { AuditContext, AuditDraft, AuditTrail } from '../../core/audit/trail.ts'
import { AppError } from '../../core/errors.ts'
import type { Registry } from '../../core/registry.ts'
import type { Route } from '../../core/rest/route.ts'
import { purposeOf } from '../../core/rest/rules.ts'
import type { Me } from '../../core/rest/session.ts'
import type { RouteName } from '../../core/rest.ts'
import { type GetRouteName, type Looked, pathOf, snake, viewsOf } from './views.ts'

export interface AuditedCall {
  me: Me | null
  /** By which the user acts, where it is not a person at a screen. */
  token?: { id: string } | null
  params: unknown
  query: unknown
  body: unknown
  address: string
  correlationId: string
}

export interface RequestAudit {
  /** Runs a handler. A write that told the trail nothing itself is recorded as a call; the failure of recording is the request's. */
  around<T>(name: RouteName, route: Route, call: AuditedCall, handler: () => Promise<T>): Promise<T>
  /** Records what a stream is about to show, before its first byte. */
  viewed(name: RouteName, call: AuditedCall): Promise<void>
  /** Records that somebody watches a facility's board live; a board read by HTTP is the same view. */
  watched(session: { me: Me }, facility: string): Promise<void>
}

export interface RequestAuditOptions {
  trail: AuditTrail
  registry: Pick<Registry, 'placements' | 'facilities' | 'residents' | 'users'>
  clock: () => number
}

/** Refusals that an auditor asks about; others (a typing error, a conflict) say nothing about anybody's rights. */
const TOLD_REFUSALS = new Set(['forbidden', 'wrong_credentials', 'too_many_attempts'])

export function createRequestAudit({ trail, registry, clock }: RequestAuditOptions): RequestAudit {
  const views = async (name: RouteName, call: AuditedCall): Promise<void> => {
    for (const draft of await viewsOf(name as GetRouteName, lookedOf(call), registry, clock()))
      await trail.recordView(draft)
  }

  const refused = async (name: RouteName, call: AuditedCall, code: string): Promise<void> => {
    if (code !== 'wrong_credentials')
      return trail.recordView({ ...callDraft(name, call), result: 'refused', new: { code } })
    const typed = fieldsOf(call.body).user?.trim().toLowerCase()
    const user = typed === undefined ? null : await registry.users.get(typed)
    const draft: AuditDraft = {
      action: name === 'signIn' ? 'session.open' : `call.${snake(name)}`,
      result: 'refused',
      // What was typed may be a password in the wrong field: only the name of somebody who exists is kept.
      subject: { kind: 'user', id: user?.user ?? '' },
      facility: user?.facilities.length === 1 ? (user.facilities[0] ?? null) : null,
      new: { code },
    }
    await (user ? trail.record([draft]) : trail.recordView(draft))
  }

  return {
    viewed: views,
    watched: ({ me }, facility) => {
      const call: AuditedCall = { me, params: { id: facility }, query: {}, body: {}, address: '', correlationId: '' }
      return trail.as({ ...contextOf('board', call), correlation: null }, () => views('board', call))
    },
    around: (name, route, call, handler) =>
      trail.as(contextOf(name, call), async () => {
        try {
          const answer = await handler()
          if (route.method === 'get') await views(name, call)
          else if (trail.recordedHere() === 0) await trail.record([callDraft(name, call)])
          return answer
        } catch (error) {
          if (error instanceof AppError && TOLD_REFUSALS.has(error.code)) await refused(name, call, error.code)
          throw error
        }
      }),
  }
}

function contextOf(name: RouteName, { me, token, address, correlationId }: AuditedCall): AuditContext {
  const actor: Actor = !me
    ? { kind: 'unknown', id: '', role: null }
    : token
      ? { kind: 'token', id: me.user, role: me.role, via: token.id }
      : { kind: 'user', id: me.user, role: me.role }
  return {
    actor,
    address: address === '' ? null : address.replace(/^::ffff:(?=[\d.]+$)/, ''),
    purpose: purposeOf(name, me?.role ?? null),
    correlation: correlationId,
  }
}

/** A call as such: where it went, and the ids in it. Never a value. */
function callDraft(name: RouteName, call: AuditedCall): AuditDraft {
  const { params, query } = lookedOf(call)
  const body = fieldsOf(call.body)
  const facility =
    (name === 'board' ? params.id : undefined) ?? params.facility ?? query.facility ?? body.facility ?? null
  return { action: `call.${snake(name)}`, subject: { kind: 'route', id: pathOf(name, params).slice(0, 300) }, facility }
}

const lookedOf = ({ me, params, query }: AuditedCall): Looked => ({
  me,
  params: fieldsOf(params),
  query: fieldsOf(query),
})

/** The scalar fields of what was parsed already. */
function fieldsOf(value: unknown): Record<string, string | undefined> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) =>
      typeof field === 'string' || typeof field === 'number' ? [[key, String(field)]] : [],
    ),
  )
}
