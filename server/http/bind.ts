/** Binds the table of routes to handlers: origin, session, rule, parameters, query and body are checked here, for every route alike. */
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { API_ROOT, type Route } from '../../core/rest/route.ts'
import type { GuardedRoute } from '../../core/rest/rules.ts'
import { type RouteName, routes } from '../../core/rest.ts'
import type { RequestAudit } from '../audit/requests.ts'
import type { Authority } from '../auth/authority.ts'
import type { Session, Sessions } from '../auth/sessions.ts'
import type { Call, Handler, Handlers, HttpRequest, HttpResponse } from './call.ts'
import { type Idempotency, takesKey } from './idempotency.ts'
import type { Failure } from './problems.ts'
import type { RateLimit } from './rate-limit.ts'

export interface BindOptions {
  sessions: Pick<Sessions, 'of'>
  authority: Authority
  isOwnPage: (request: HttpRequest) => boolean
  idempotency: Idempotency
  rateLimit: RateLimit
  audit: RequestAudit
  /** Answers are checked against their schema: in tests, where a wrong one must not pass. */
  checkResponses: boolean
}

export type Endpoint = {
  name: RouteName
  method: Route['method']
  /** Below the root of the server. */
  path: string
  /** @returns how the request does not fit; throws what else went wrong. Nothing is answered then, unless a stream had begun. */
  serve(request: HttpRequest, response: HttpResponse): Promise<Failure | null>
}
type Parsed = { value: unknown } | { failure: Failure }

export const bindRoutes = (handlers: Handlers, options: BindOptions): Endpoint[] =>
  (Object.keys(routes) as RouteName[]).map(name => {
    const route: Route = routes[name]
    const handler = handlers[name] as unknown as Handler<Route>
    return {
      name,
      method: route.method,
      path: API_ROOT + route.path,
      serve: (request, response) => serve(name, route, handler, options, request, response),
    }
  })

async function serve(
  name: RouteName,
  route: Route,
  handler: Handler<Route>,
  options: BindOptions,
  request: HttpRequest,
  response: HttpResponse,
): Promise<Failure | null> {
  if (route.method !== 'get' && !options.isOwnPage(request))
    throw new AppError('cross_site', 'Writes are taken from pages of this server only.')
  const session = route.open ? null : await signedIn(options, request)
  const detail = session && options.authority.refusal(name as GuardedRoute, session)
  if (detail) {
    const asked = { ...asker(session, request, response), params: request.params, query: {}, body: {} }
    return options.audit.around(name, route, asked, async () => {
      throw new AppError('forbidden', detail)
    })
  }
  const params = parsed(route.params, request.params, 'path')
  if ('failure' in params) return params.failure
  const query = parsed(route.query, request.query, 'query')
  if ('failure' in query) return query.failure
  const body = parsedBody(route, request)
  if ('failure' in body) return body.failure
  const version = route.edits ? matchedVersion(request) : null
  const may = session && options.authority.may(name as GuardedRoute, session)
  const aborted = new AbortController()
  response.once('close', () => aborted.abort())
  const call = {
    params: params.value,
    query: query.value,
    body: body.value,
    session,
    may,
    ...asker(session, request, response),
    version,
    async viewed() {
      may?.requireAsked()
      await options.audit.viewed(name, call)
    },
    signal: aborted.signal,
    request,
    response,
  } as unknown as Call<Route>

  const key = request.headers['idempotency-key']
  // A kept answer is no second write: the trail stands inside.
  const audited = () =>
    options.audit.around(name, route, call, async () => {
      const answer = await handler(call)
      may?.requireAsked()
      return answer
    })
  const answer: unknown =
    session && typeof key === 'string' && takesKey(route)
      ? await options.idempotency.once(
          { key, user: session.me.user, route: name, body: [call.params, call.query, call.body, version] },
          audited,
        )
      : await audited()

  if (typeof route.response === 'string') return null
  response.statusCode = route.status
  if (!route.response) {
    response.end()
    return null
  }
  if (options.checkResponses) checkAnswer(name, route.response, answer)
  if (isVersioned(answer)) response.setHeader('ETag', `"${answer.version}"`)
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(answer))
  return null
}

async function signedIn({ sessions, rateLimit }: BindOptions, request: HttpRequest): Promise<Session> {
  const session = await sessions.of(request.headers)
  if (session?.token) rateLimit.take('token', session.token.id)
  else if (session) rateLimit.take('user', session.me.user)
  else rateLimit.stranger(request.ip ?? '')
  if (!session) throw new AppError('not_signed_in', `Sign in first: POST ${API_ROOT}/session.`)
  return session
}

const asker = (session: Session | null, request: HttpRequest, response: HttpResponse) => ({
  me: session?.me ?? null,
  token: session?.token ?? null,
  address: request.ip ?? '',
  correlationId: String(response.locals.correlationId),
})

/** Throws `precondition_required`, `precondition_failed`. @returns null for `*` */
function matchedVersion(request: HttpRequest): number | null {
  const given = request.headers['if-match']
  if (given === undefined)
    throw new AppError(
      'precondition_required',
      'Name the version that you read: send its ETag (also its field `version`, in quotes) as If-Match.',
    )
  if (given.trim() === '*') return null
  const version = /^"(\d{1,15})"$/.exec(given.trim())?.[1]
  // No version of ours was ever called so. [RFC 9110 13.1.1]
  if (version === undefined) throw new AppError('precondition_failed', 'If-Match names no version; read it again.')
  return Number(version)
}

const isVersioned = (answer: unknown): answer is { version: number } =>
  typeof answer === 'object' && answer !== null && 'version' in answer && Number.isInteger(answer.version)

function parsed(schema: z.ZodType | undefined, given: unknown, where: 'path' | 'query' | 'body'): Parsed {
  if (!schema) return { value: undefined }
  const result = schema.safeParse(given)
  if (result.success) return { value: result.data }
  // A name in the path that cannot exist is simply not there.
  if (where === 'path') return { failure: { code: 'not_found', detail: 'There is nothing at this address.' } }
  const errors = result.error.issues.map(issue => ({ path: issue.path.join('.') || where, message: issue.message }))
  const named = errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
  return { failure: { code: 'bad_request', detail: `In the ${where}: ${named}`, errors } }
}

function parsedBody(route: Route, request: HttpRequest): Parsed {
  if (!route.body || request.body !== undefined) return parsed(route.body, request.body, 'body')
  const status = request.headers['content-type'] === undefined ? 400 : 415
  return {
    failure: { code: 'bad_request', status, detail: 'Send the body as JSON, with Content-Type: application/json.' },
  }
}

function checkAnswer(name: RouteName, schema: z.ZodType, answer: unknown): void {
  const result = schema.safeParse(answer)
  if (!result.success)
    throw new Error(`${name} answers what its schema does not allow: ${z.prettifyError(result.error)}`)
}
