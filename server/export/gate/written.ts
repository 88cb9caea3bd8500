/** Reads a written package back: which files it has, and its tables through DuckDB's own CSV reader. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckdbConnection } from '../../../storage/duckdb.ts'
import type { Finding } from './finding.ts'

export interface WrittenFile {
  path: string
  content: Buffer
}

/** All that a P0 package may hold, before it is signed; `number` columns hold plain decimal numbers or nothing. */
export const TABLES: Record<string, Record<string, 'text' | 'number'>> = {
  'p0-hourly.csv': {
    metric: 'text',
    unit: 'text',
    hour: 'number',
    n_readings: 'number',
    n_residents: 'number',
    mean: 'number',
  },
  'suppressed.csv': { metric: 'text', hour: 'number' },
  'dictionary.csv': {
    metric: 'text',
    kind: 'text',
    unit: 'text',
    label_ja: 'text',
    label_ko: 'text',
    label_en: 'text',
    device_types: 'text',
    loinc: 'text',
    mdc: 'number',
    sdtm: 'text',
    accepted_min: 'number',
    accepted_max: 'number',
    use: 'text',
    reason: 'text',
    mean_decimals: 'number',
  },
}
const DOCUMENTS = [
  'LEGAL/status.json',
  'MANIFEST.sha256',
  'README.en.html',
  'README.ja.html',
  'README.ko.html',
  'datapackage.json',
  'dictionary.json',
  'evidence.json',
]

export function checkFiles(files: readonly WrittenFile[]): Finding[] {
  const expected = [...DOCUMENTS, ...Object.keys(TABLES)]
  const have = files.map(file => file.path)
  const missing = expected.filter(path => !have.includes(path))
  const extra = have.filter(path => !expected.includes(path))
  const empty = files.filter(file => file.content.length === 0).map(file => file.path)
  return [...missing, ...extra, ...empty].map(where => ({ check: 'files', where }))
}

export type Row = Record<string, string>

/**
 * The tables' rows as texts. A table whose header is not exactly the known one is a finding and gives no rows.
 * @param folder scratch space of the build
 */
export async function readTables(
  connection: DuckdbConnection,
  files: readonly WrittenFile[],
  folder: string,
): Promise<{ findings: Finding[]; rows: Map<string, Row[]> }> {
  const findings: Finding[] = []
  const rows = new Map<string, Row[]>()
  await mkdir(folder, { recursive: true })
  for (const [path, columns] of Object.entries(TABLES)) {
    const content = files.find(file => file.path === path)?.content
    if (!content) continue
    const names = Object.keys(columns)
    if (content.toString().split('\n', 1)[0] !== names.join(',')) {
      findings.push({ check: 'columns', where: path })
      continue
    }
    const copy = join(folder, path)
    await writeFile(copy, content)
    try {
      const read = await connection.rows(
        `select * from read_csv($file, header = true, all_varchar = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {${names.map(name => `'${name}': 'VARCHAR'`).join(', ')}})`,
        { file: copy },
      )
      const texts = read.map((row): Row => Object.fromEntries(names.map(name => [name, String(row[name] ?? '')])))
      const numbers = names.filter(name => columns[name] === 'number')
      if (texts.some(row => numbers.some(name => !/^(-?\d+(\.\d+)?)?$/.test(row[name] ?? ''))))
        findings.push({ check: 'columns', where: path })
      rows.set(path, texts)
    } catch {
      // Whatever its reader cannot read is no table of ours.
      findings.push({ check: 'columns', where: path })
    }
  }
  return { findings, rows }
}
