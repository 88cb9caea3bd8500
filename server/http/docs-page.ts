/** The API's description as a page for people: written from the OpenAPI document, without any script. */
import type { OpenApiDocument } from './openapi.ts'

export const docsStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid; text-transform: capitalize }
article { margin: 1rem 0; padding: .5rem 1rem; border: 1px solid #8886; border-radius: .5rem }
article > h3 { margin: 0; font-size: 1rem }
code, pre { font: .9rem/1.4 ui-monospace, monospace }
pre { overflow: auto; padding: .5rem; background: #8882; white-space: pre-wrap }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; text-transform: uppercase }
.roles { color: GrayText }
table { border-collapse: collapse } td, th { padding: .1rem .75rem .1rem 0; text-align: left; vertical-align: top }
`

interface Parameter {
  name: string
  in: string
  required?: boolean
  description?: string
  schema?: object
}
interface Operation {
  summary?: string
  description?: string
  tags?: string[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema?: object }> }
  responses?: Record<string, { description: string; content?: Record<string, { schema?: object }> }>
}

export function docsPage(document: OpenApiDocument): string {
  const groups = new Map<string, string[]>()
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item as Record<string, Operation>)) {
      const tag = operation.tags?.[0] ?? 'other'
      groups.set(tag, [...(groups.get(tag) ?? []), article(method, path, operation)])
    }
  }
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${json(schema)}</details>`,
  )
  const sections = [...groups].map(([tag, articles]) => `<h2>${escaped(tag)}</h2>${articles.join('')}`).join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mimamori API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/api/docs/style.css"></head>
<body><h1>Mimamori API</h1><p><a href="/api/v1/openapi.json">OpenAPI document</a></p>
${paragraphs(document.info.description ?? '')}${sections}<h2>Schemas</h2>${schemas.join('')}</body></html>`
}

function article(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: where, required, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${where}${required ? '' : ', optional'}</td><td><code>${escaped(JSON.stringify(schema ?? {}))}</code></td></tr>`,
  )
  const body = operation.requestBody?.content['application/json']?.schema
  const answers = Object.entries(operation.responses ?? {}).flatMap(([status, { content }]) =>
    Object.entries(content ?? {}).map(([type, { schema }]) => part(`Answer ${status}, ${type}`, schema)),
  )
  return `<article><h3><span class="method">${escaped(method)}</span> <code>${escaped(path)}</code></h3>
<p>${escaped(operation.summary ?? '')} <span class="roles">${escaped(operation.description ?? '')}</span></p>
${parameters.length > 0 ? `<table>${parameters.join('')}</table>` : ''}${body ? part('Body', body) : ''}${answers.join('')}</article>`
}

const part = (title: string, schema: object | undefined): string =>
  `<details><summary>${escaped(title)}</summary>${json(schema ?? {})}</details>`

const json = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 1))}</pre>`

/** The little Markdown that our own description uses. */
const paragraphs = (text: string): string =>
  text
    .split(/\n(?=\* )|\n\n/)
    .map(block => `<p>${inline(escaped(block.replace(/^\* /, '• ')))}</p>`)
    .join('')
const inline = (text: string): string =>
  text.replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>').replace(/`(.+?)`/g, '<code>$1</code>')

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, char => ENTITIES[char] ?? char)
