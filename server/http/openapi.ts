/** The OpenAPI 3.1 document, made of the same table of routes that the server is bound by. */
import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { problemSchema } from '../../core/errors.ts'
import { API_ROOT, ROLES, type Route } from '../../core/rest/route.ts'
import { type RouteName, routes } from '../../core/rest.ts'

export type OpenApiDocument = ReturnType<typeof createDocument>

const DESCRIPTION = `Everything the dashboard does goes through these routes.

* **Sign-in**: \`POST ${API_ROOT}/session\` sets a cookie; programs may send its value as \`Authorization: Bearer …\` instead. Each route names the roles
  that may call it; beyond that everyone is held to the own facilities or the own maker.
* **Errors** are problem documents (RFC 9457) with a stable \`code\`, a \`detail\` that says what to do, and a correlation id that finds the request in the log.
* **Lists** are keyset pages: \`limit\` and \`after\`; \`next\` of the answer is the \`after\` of the next page, null at the end.
* **Writes** that create something take \`Idempotency-Key\`: the same key gives the same answer for 24 hours.
* **Times** are RFC 3339 with offset, days are days in the facility's zone.
* **Live values** come over socket.io, namespace \`/live\`.`

export function openApiDocument(publicUrl: string | undefined): OpenApiDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    const path = (API_ROOT + route.path).replace(/:([A-Za-z]+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][route.method] = operation(name, route)
  }
  return createDocument({
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
        session: { type: 'apiKey', in: 'cookie', name: 'mimamori_session' },
        bearer: { type: 'http', scheme: 'bearer', description: 'The value of the session cookie' },
      },
    },
  })
}

function operation(name: RouteName, route: Route): ZodOpenApiOperationObject {
  const params: ZodOpenApiOperationObject['requestParams'] = {}
  if (route.params) params.path = route.params as z.ZodObject
  if (route.query) params.query = route.query as z.ZodObject
  if (route.status === 201) params.header = IDEMPOTENCY
  const content =
    typeof route.response === 'string'
      ? { [route.response]: { schema: z.string().meta({ description: 'Streamed' }) } }
      : route.response && { 'application/json': { schema: route.response } }
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.path.split('/')[1] ?? ''],
    description: whoMay(route),
    security: route.roles === null ? [] : [{ session: [] }, { bearer: [] }],
    requestParams: params,
    ...(route.body ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } } : {}),
    responses: {
      [String(route.status)]: { description: 'Success', ...(content ? { content } : {}) },
      default: { description: 'A problem', content: { 'application/problem+json': { schema: problemSchema } } },
    },
  }
}

const whoMay = ({ roles }: Route): string => {
  if (roles === null) return 'Needs no session.'
  return roles.length === ROLES.length ? 'For everybody who is signed in.' : `For ${roles.join(', ')}.`
}

const IDEMPOTENCY = z.object({
  'Idempotency-Key': z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'The same key gives the same answer for 24 hours.' }),
})
