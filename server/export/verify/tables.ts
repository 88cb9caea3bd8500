/** Checks the description of a package and its tables: every file described, every cell of its declared type and within its limits. */
import { z } from 'zod'
import { MANIFEST, SIGNATURE, sha256 } from '../package/manifest.ts'
import type { PackageFiles } from './archive.ts'
import { parseCsv } from './csv.ts'
import type { Fault } from './report.ts'

const DESCRIPTION = 'datapackage.json'

const fieldSchema = z.looseObject({
  name: z.string(),
  type: z.enum(['string', 'integer', 'number']),
  constraints: z
    .strictObject({
      required: z.boolean().optional(),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
      enum: z.array(z.string()).optional(),
    })
    .optional(),
})
type Field = z.infer<typeof fieldSchema>
const tableSchema = z.looseObject({ fields: z.array(fieldSchema).min(1), primaryKey: z.array(z.string()).min(1) })
const resourceSchema = z.looseObject({
  name: z.string().regex(/^[a-z0-9._-]+$/),
  path: z.string(),
  bytes: z.int(),
  hash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  type: z.literal('table').optional(),
  schema: tableSchema.optional(),
  rows: z.int().optional(),
})
const descriptionSchema = z.looseObject({ id: z.string(), resources: z.array(resourceSchema).min(1) })
type Description = z.infer<typeof descriptionSchema>

export function checkDescription(
  files: PackageFiles,
  release: string,
): { faults: Fault[]; description: Description | null } {
  const content = files.get(DESCRIPTION)
  if (!content) return { faults: [{ code: 'document_missing', subject: DESCRIPTION }], description: null }
  const parsed = descriptionSchema.safeParse(parseJson(content))
  if (!parsed.success) return { faults: [{ code: 'document_malformed', subject: DESCRIPTION }], description: null }
  const { id, resources } = parsed.data
  const disagrees = (subject: string): Fault => ({ code: 'description_disagrees', subject })
  const faults: Fault[] = id === release ? [] : [disagrees('id')]
  const described = new Set<string>()
  for (const resource of resources) {
    const file = files.get(resource.path)
    const same = file && file.length === resource.bytes && `sha256:${sha256(file)}` === resource.hash
    const shaped = resource.type !== 'table' || (resource.schema && resource.rows !== undefined)
    if (!same || !shaped || described.has(resource.path)) faults.push(disagrees(resource.path))
    described.add(resource.path)
  }
  const undescribed = new Set([DESCRIPTION, MANIFEST, SIGNATURE])
  for (const path of files.keys()) {
    if (!undescribed.has(path) && !described.has(path)) faults.push(disagrees(path))
    if (path.endsWith('.csv') && !resources.some(r => r.path === path && r.type === 'table'))
      faults.push(disagrees(path))
  }
  return { faults, description: parsed.data }
}

/** A table as far as it could be read: rows as records of texts. */
export type Rows = Record<string, string>[]

export function checkTables(
  files: PackageFiles,
  description: Description,
): { faults: Fault[]; tables: Map<string, Rows> } {
  const faults: Fault[] = []
  const tables = new Map<string, Rows>()
  for (const { path, type, schema, rows: promised } of description.resources) {
    if (type !== 'table' || !schema) continue
    const cells = parseCsv(files.get(path)?.toString() ?? '')
    if (!cells) {
      faults.push({ code: 'csv_malformed', subject: path })
      continue
    }
    const [header = [], ...rows] = cells
    if (header.join() !== schema.fields.map(field => field.name).join()) {
      faults.push({ code: 'csv_header', subject: path })
      continue
    }
    if (rows.length !== promised) faults.push({ code: 'csv_rows', subject: path })
    for (const [i, field] of schema.fields.entries()) {
      const wrong = rows.findIndex(row => !isValid(row[i] ?? '', field))
      // The header is line 1.
      if (wrong >= 0) faults.push({ code: 'csv_value', subject: `${path}, ${field.name}, line ${wrong + 2}` })
    }
    const records = rows.map(row => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])))
    const keys = new Set(records.map(record => JSON.stringify(schema.primaryKey.map(name => record[name]))))
    if (keys.size !== records.length) faults.push({ code: 'csv_key', subject: path })
    tables.set(path, records)
  }
  return { faults, tables }
}

const FORMS: Record<Field['type'], RegExp> = {
  string: /^[^\r]*$/s,
  integer: /^-?(0|[1-9]\d*)$/,
  number: /^-?(0|[1-9]\d*)(\.\d+)?$/,
}

function isValid(text: string, { type, constraints }: Field): boolean {
  if (text === '') return !constraints?.required
  if (!FORMS[type].test(text)) return false
  if (constraints?.enum && !constraints.enum.includes(text)) return false
  if (type === 'string') return true
  const value = Number(text)
  return (
    value >= (constraints?.minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (constraints?.maximum ?? Number.POSITIVE_INFINITY)
  )
}

export function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString())
  } catch {
    return undefined
  }
}
