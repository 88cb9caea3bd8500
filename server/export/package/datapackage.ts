/** The package's description for programs: Data Package v2 with a Table Schema for each table. */
import type { ExportInput } from '../input.ts'
import type { ZipEntry } from '../zip.ts'
import { sha256, sortedByPath } from './manifest.ts'
import { csvOfTable, type Table } from './tables.ts'

const PROFILES = 'https://datapackage.org/profiles/2.0'
const MEDIA_TYPES: Record<string, string> = {
  csv: 'text/csv',
  json: 'application/json',
  html: 'text/html',
}

/** @param files all documents and tables but the description itself, the manifest and the signature */
export function datapackageOf(
  input: ExportInput,
  product: string,
  created: string,
  tables: readonly Table[],
  files: readonly ZipEntry[],
) {
  const tableOf = new Map(tables.map(table => [table.path, table]))
  return {
    $schema: `${PROFILES}/datapackage.json`,
    name: `mimamori-${product.toLowerCase()}-${input.release}`,
    id: input.release,
    title: `Mimamori dataset, product ${product}`,
    created,
    resources: sortedByPath(files).map(({ path, content }) => {
      const table = tableOf.get(path)
      const file = {
        name: table?.name ?? path.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
        path,
        format: path.slice(path.lastIndexOf('.') + 1),
        mediatype: MEDIA_TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
        encoding: 'utf-8',
        bytes: content.length,
        hash: `sha256:${sha256(content)}`,
      }
      return table ? { ...file, type: 'table', title: table.title.en, ...tableParts(table) } : file
    }),
  }
}

const tableParts = (table: Table) => ({
  dialect: { delimiter: ',', lineTerminator: '\n', quoteChar: '"', doubleQuote: true, header: true },
  schema: {
    $schema: `${PROFILES}/tableschema.json`,
    fieldsMatch: ['exact'],
    fields: table.columns.map(({ name, type, text, constraints }) => ({
      name,
      type,
      description: text.en,
      ...(constraints ? { constraints } : {}),
    })),
    primaryKey: table.primaryKey,
    missingValues: [''],
  },
  /** Rows below the header; our own property, checked by `npm run verify`. */
  rows: table.rows.length,
})

export const tableFiles = (tables: readonly Table[]): ZipEntry[] =>
  tables.map(table => ({ path: table.path, content: Buffer.from(csvOfTable(table)) }))
