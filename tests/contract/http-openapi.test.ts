// The OpenAPI document: every route of the table is in it, and whoever reads it by the standard finds what it names.
import { describe, expect, it } from 'vitest'
import { API_ROOT, type Route } from '../../core/rest/route.ts'
import { routes } from '../../core/rest.ts'
import { docsPage } from '../../server/http/docs-page.ts'
import { openApiDocument } from '../../server/http/openapi.ts'

interface Operation {
  operationId: string
  parameters?: { name: string; in: string; required?: boolean }[]
  security: object[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

const document = openApiDocument(undefined)
// As a reader gets it.
const json = JSON.parse(JSON.stringify(document)) as {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: object }
}
const named = Object.entries(routes) as [string, Route][]
const pathOf = (route: Route): string => API_ROOT + route.path.replace(/:([A-Za-z]+)/g, '{$1}')
const operationOf = (route: Route): Operation => json.paths[pathOf(route)]?.[route.method] as Operation

describe('the OpenAPI document', () => {
  it('is of version 3.1 and holds exactly the routes of the table', () => {
    expect(json.openapi).toBe('3.1.0')
    const described = Object.values(json.paths).flatMap(item =>
      Object.values(item).map(({ operationId }) => operationId),
    )
    expect(described.toSorted()).toEqual(named.map(([name]) => name).toSorted())
  })

  it.each(named)('describes %s: parameters, body, answer, problem, who may', (_, route) => {
    const operation = operationOf(route)
    const inPath = [...route.path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => name)
    const given = operation.parameters ?? []
    expect(given.filter(p => p.in === 'path').map(p => p.name)).toEqual(inPath)
    expect(given.filter(p => p.in === 'path').every(p => p.required)).toBe(true)
    expect(given.some(p => p.in === 'query')).toBe(route.query !== undefined)
    expect(operation.requestBody !== undefined).toBe(route.body !== undefined)
    expect(operation.security.length > 0).toBe(!route.open)
    const answer = operation.responses[String(route.status)]
    const type = typeof route.response === 'string' ? route.response : route.response && 'application/json'
    expect(Object.keys(answer?.content ?? {})).toEqual(type ? [type] : [])
    expect(Object.keys(operation.responses.default?.content ?? {})).toEqual(['application/problem+json'])
  })

  it('refers to nothing that is not in it', () => {
    const references = [...JSON.stringify(json).matchAll(/"\$ref":"#\/components\/schemas\/([^"/]+)/g)].map(
      ([, name]) => name,
    )
    expect(references.length).toBeGreaterThan(20)
    const missing = references.filter(name => !Object.hasOwn(json.components.schemas, name as string))
    expect(missing).toEqual([])
  })

  it('names what clients of other languages generate types for', () => {
    expect(Object.keys(json.components.schemas)).toEqual(
      expect.arrayContaining([
        'Board',
        'Consent',
        'Dataset',
        'DatasetRequest',
        'Device',
        'DeviceCredential',
        'Me',
        'Placement',
        'Problem',
        'Readings',
        'Resident',
        'Room',
        'User',
      ]),
    )
  })

  it('can be read as a page without script or style of its own', () => {
    const page = docsPage(document)
    for (const [, route] of named) expect(page).toContain(pathOf(route))
    expect(page).not.toMatch(/<script|style=|<style|javascript:/i)
  })
})
