/** The HTTP application: puts security headers, the API, its description, health and the dashboard together. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { performance } from 'node:perf_hooks'
import express, { type NextFunction, type Request, type Response } from 'express'
import helmet from 'helmet'
import { API_ROOT } from '../../core/rest/route.ts'
import type { RequestAudit } from '../audit/requests.ts'
import type { Authority } from '../auth/authority.ts'
import type { Sessions } from '../auth/sessions.ts'
import { errorFields, type Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { bindRoutes } from './bind.ts'
import type { Handlers, HttpRequest, HttpResponse } from './call.ts'
import { serveDashboard } from './dashboard.ts'
import { docsPage, docsStyle } from './docs-page.ts'
import type { Idempotency } from './idempotency.ts'
import { openApiDocument } from './openapi.ts'
import { BODY_LIMIT_KB, type Failure, failureOf, problemOf, statusOf } from './problems.ts'
import type { RateLimit } from './rate-limit.ts'
import { isFromHere, isOwnPage } from './same-site.ts'

export interface AppOptions {
  handlers: Handlers
  audit: RequestAudit
  sessions: Pick<Sessions, 'of' | 'cookieName'>
  authority: Authority
  /** Names of what does not answer, for /readyz; empty: ready. */
  unready: () => Promise<string[]>
  /** What does not stand in the way, and should be looked at. */
  warnings: () => string[]
  metrics: Metrics
  log: Log
  publicUrl: string | undefined
  /** True when people come by https only. */
  secure: boolean
  /** The built dashboard; without it the root says how to build it. */
  dashboardDir: string
  idempotency: Idempotency
  rateLimit: RateLimit
  checkResponses: boolean
}

export function createApp(options: AppOptions): RequestListener {
  const { metrics, log, publicUrl } = options
  const app = express()
  app.disable('x-powered-by')
  // A proxy on this machine may name the address it speaks for; nobody else is believed.
  app.set('trust proxy', 'loopback')
  app.use(begin(metrics))
  app.use(securityHeaders(options.secure, publicUrl))

  app.get('/healthz', (_, response) => void response.json({ status: 'ok' }))
  app.get('/readyz', async (_, response) => {
    const unready = await options.unready()
    const warnings = options.warnings()
    response.status(unready.length === 0 ? 200 : 503).json({
      status: unready.length === 0 ? 'ok' : 'not ready',
      unready,
      ...(warnings.length > 0 ? { warnings } : {}),
    })
  })
  app.get('/metrics', async (request, response) => {
    // They name facilities and grow with what happens there: a clock for who may know nothing of it.
    if (!isFromHere(request))
      return answer(response, { code: 'forbidden', detail: `Elsewhere ask ${API_ROOT}/metrics, as an operator.` })
    const { type, body } = await metrics.text()
    response.set('Content-Type', type).send(body)
  })

  app.use('/api', (request, response, next) => {
    response.set('Cache-Control', 'no-store')
    options.rateLimit.take('address', request.ip ?? '')
    next()
  })
  // Files come in base64, so their routes read more than the others.
  app.use(`${API_ROOT}/imports`, express.json({ limit: '1500kb' }))
  app.use('/api', express.json({ limit: `${BODY_LIMIT_KB}kb` }))
  const document = openApiDocument(publicUrl, options.sessions.cookieName)
  app.get(`${API_ROOT}/openapi.json`, (_, response) => void response.json(document))
  app.get('/api/docs', (_, response) => void response.type('html').send(docsPage(document)))
  app.get('/api/docs/style.css', (_, response) => void response.type('css').send(docsStyle))
  const endpoints = bindRoutes(options.handlers, {
    sessions: options.sessions,
    authority: options.authority,
    isOwnPage: request => isOwnPage(request, publicUrl),
    audit: options.audit,
    idempotency: options.idempotency,
    rateLimit: options.rateLimit,
    checkResponses: options.checkResponses,
  })
  for (const { method, path, serve } of endpoints) {
    app[method](path, async (request, response) => {
      response.locals.route = path
      const failure = await serve(request as HttpRequest, response as unknown as HttpResponse)
      if (failure) answer(response, failure)
    })
  }
  app.use('/api', (_, response) =>
    answer(response, { code: 'not_found', detail: 'There is no such route; see /api/docs.' }),
  )
  app.use(serveDashboard(options.dashboardDir))
  app.use((_, response) => answer(response, { code: 'not_found', detail: 'There is nothing at this address.' }))
  app.use((error: unknown, _: Request, response: Response, next: NextFunction) => {
    const { unexpected, ...failure } = failureOf(error)
    const { correlationId, route } = response.locals
    if (unexpected) log.error({ ...errorFields(error), correlationId, route }, 'a request failed')
    // A stream that broke must look broken: the connection is cut, never ended as if it were whole.
    if (response.headersSent) return next(error)
    answer(response, failure)
  })
  return app as unknown as (request: IncomingMessage, response: unknown) => void
}

/** Gives each request its correlation id and measures it. */
const begin = (metrics: Metrics) => (request: Request, response: Response, next: NextFunction) => {
  const startMs = performance.now()
  const given = request.get('x-correlation-id') ?? ''
  // Of the caller's only what cannot break a log line or a header.
  response.locals.correlationId = /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : randomUUID()
  response.set('X-Correlation-Id', response.locals.correlationId)
  response.once('close', () => {
    const route = String(response.locals.route ?? 'other')
    metrics.request(route, request.method, response.statusCode, (performance.now() - startMs) / 1000)
  })
  next()
}

function answer(response: Response, failure: Failure): void {
  if (failure.retryAfterMs !== undefined) response.set('Retry-After', String(Math.ceil(failure.retryAfterMs / 1000)))
  response
    .status(statusOf(failure))
    .set('Content-Type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemOf(failure, String(response.locals.correlationId))))
}

/** No inline script or style, nothing from elsewhere, never framed. Safari needs our socket's address beside 'self'. */
function securityHeaders(secure: boolean, publicUrl: string | undefined) {
  const socketAddress = (request: IncomingMessage): string => {
    const host = publicUrl === undefined ? request.headers.host : new URL(publicUrl).host
    return host !== undefined && /^[\w.:[\]-]+$/.test(host) ? `${secure ? 'wss' : 'ws'}://${host}` : "'self'"
  }
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", socketAddress],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'same-origin' },
  })
}
