/** The OpenAPI 3.1 document, made of the same table of routes that the server is bound by. */
import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi'
import { problemSchema } from '../../core/errors.ts'
import { API_ROOT, ROLES, type Route } from '../../core/rest/route.ts'
import { type GuardedRoute, rolesOf } from '../../core/rest/rules.ts'
import { ROUTE_SCOPES } from '../../core/rest/scopes.ts'
import { type RouteName, routes } from '../../core/rest.ts'
import { MAX_KEY_LENGTH, takesKey } from './idempotency.ts'

export type OpenApiDocument = ReturnType<typeof createDocument>

const DESCRIPTION = `Everything the dashboard does goes through these routes.

* **Sign-in**: \`POST ${API_ROOT}/session\` sets a cookie. Programs send an API token (\`mmt_…\`, made in the own account) as \`Authorization: Bearer …\`,
  never in an address. Each route names the roles that may call it and the scope that opens it to a token; beyond that everyone is held to the own
  facilities or the own maker.
* **Errors** are problem documents (RFC 9457) with a stable \`code\`, a \`detail\` that says what to do, and a correlation id that finds the request in the log.
* **Lists** are keyset pages: \`limit\` and \`after\`; \`next\` of the answer is the \`after\` of the next page, null at the end.
* **Writes** by someone who is signed in take \`Idempotency-Key\`: the same key gives the same answer for 24 hours.
* **Edits** of what has a \`version\` name the one that was read as \`If-Match\`: its ETag.
* **Limits**: too many requests are answered 429 with \`Retry-After\`. A body has at most 100 kB.
* **Correlation**: each answer has \`X-Correlation-Id\`; one of 8 to 64 letters, digits, \`.\`, \`_\`, \`-\` that is sent comes back.
* **Times** are RFC 3339 with offset, days are days in the facility's zone.
* **Live values** come over socket.io, namespace \`/live\`.`

export function openApiDocument(publicUrl: string | undefined, sessionCookie = 'mimamori_session'): OpenApiDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    const path = (API_ROOT + route.path).replace(/:([A-Za-z]+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][route.method] = operation(name, route)
  }
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: 'Mimamori',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    paths: paths as ZodOpenApiPathsObject,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
        bearer: { type: 'http', scheme: 'bearer', description: 'An API token, or the value of the session cookie' },
      },
    },
  }
  return createDocument(document, { override: ({ jsonSchema }) => simplify(jsonSchema) })
}

/** A tuple of one kind is an array of a fixed length, which every generator of clients understands. */
function simplify(schema: { prefixItems?: unknown[]; items?: unknown; minItems?: number; maxItems?: number }): void {
  const parts = schema.prefixItems
  if (!parts || (schema.items !== undefined && schema.items !== false)) return
  schema.minItems = parts.length
  schema.maxItems = parts.length
  if (new Set(parts.map(part => JSON.stringify(part))).size > 1) return
  schema.items = parts[0]
  delete schema.prefixItems
}

function operation(name: RouteName, route: Route): ZodOpenApiOperationObject {
  const params: ZodOpenApiOperationObject['requestParams'] = {}
  if (route.params) params.path = route.params as z.ZodObject
  if (route.query) params.query = route.query as z.ZodObject
  const headers = { ...(route.edits ? IF_MATCH : {}), ...(takesKey(route) ? IDEMPOTENCY_KEY : {}) }
  if (Object.keys(headers).length > 0) params.header = z.object(headers)
  const content =
    typeof route.response === 'string'
      ? { [route.response]: { schema: z.string().meta({ description: 'Streamed' }) } }
      : route.response && { 'application/json': { schema: route.response } }
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.path.split('/')[1] ?? ''],
    description: whoMay(name, route),
    security: route.open ? [] : [{ session: [] }, { bearer: [] }],
    requestParams: params,
    ...(route.body ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } } : {}),
    responses: {
      [String(route.status)]: { description: 'Success', ...(content ? { content } : {}) },
      ...(route.ranges ? { 206: { description: 'The part that was asked for', ...(content ? { content } : {}) } } : {}),
      default: { description: 'A problem', content: { 'application/problem+json': { schema: problemSchema } } },
    },
  }
}

const whoMay = (name: RouteName, { open }: Route): string => {
  if (open) return 'Needs no session.'
  const roles = rolesOf(name as GuardedRoute)
  const scope = ROUTE_SCOPES[name as GuardedRoute]
  const tokens = scope === undefined ? 'No tokens.' : scope === 'any' ? 'Any token.' : `Tokens: ${scope}.`
  return `${roles.length === ROLES.length ? 'For everybody who is signed in.' : `For ${roles.join(', ')}.`} ${tokens}`
}

const IDEMPOTENCY_KEY = {
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(MAX_KEY_LENGTH)
    .regex(/^[\x21-\x7e]+$/)
    .optional()
    .meta({ description: 'The same key gives the same answer for 24 hours.' }),
}
const IF_MATCH = {
  'If-Match': z.string().meta({ description: 'The ETag that was read, such as "3"; * for any.' }),
}
