// Holds each answer of the server against the OpenAPI document: status, media type and body must be what it says.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { openApiDocument } from '../../server/http/openapi.ts'

interface Operation {
  responses: Record<string, { content?: Record<string, unknown> }>
}
const document = JSON.parse(JSON.stringify(openApiDocument(undefined))) as {
  paths: Record<string, Record<string, Operation>>
}
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
ajv.addSchema(document, 'api')
const paths = Object.keys(document.paths).map(path => ({
  path,
  form: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`),
}))
const pointer = (...parts: string[]): string =>
  parts.map(part => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')

export interface Checked {
  method: string
  /** With the root, without the query. */
  path: string
  status: number
  contentType: string | null
  /** Parsed where it is JSON, else the text. */
  body: unknown
}

/** Throws when the document does not allow this answer. Routes that it does not know may only be refused, by a problem. */
export function checkAgainstDocument({ method, path, status, contentType, body }: Checked): void {
  const what = `${method} ${path} answered ${status}`
  const type = contentType?.split(';', 1)[0]?.trim()
  // A literal path goes before a pattern, as in the server.
  const found = paths
    .filter(({ form }) => form.test(path))
    .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)
    .find(known => document.paths[known.path]?.[method.toLowerCase()])
  if (!found) {
    if (status < 400) throw new Error(`${what}, and the document knows no such operation`)
    validate(`api#${pointer('components', 'schemas', 'Problem')}`, body, what)
    return
  }
  const responses = document.paths[found.path]?.[method.toLowerCase()]?.responses ?? {}
  const key = responses[String(status)] ? String(status) : 'default'
  const content = responses[key]?.content ?? {}
  if (Object.keys(content).length === 0) {
    if (body !== '') throw new Error(`${what} with a body, which the document does not have`)
    return
  }
  const media = Object.keys(content).find(known => known === type || known === '*/*')
  if (!media) throw new Error(`${what} as ${type}; the document has ${Object.keys(content).join(', ')}`)
  if (!media.includes('json')) return
  const at = pointer('paths', found.path, method.toLowerCase(), 'responses', key, 'content', media, 'schema')
  validate(`api#${at}`, body, what)
}

function validate(ref: string, body: unknown, what: string): void {
  const check = ajv.getSchema(ref)
  if (!check) throw new Error(`the document has no ${ref}`)
  if (!check(body)) throw new Error(`${what}, which the document does not allow: ${ajv.errorsText(check.errors)}`)
}
