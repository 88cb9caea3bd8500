/** Reads a written package as its recipient can: the bytes of its files, tables as texts, and what Parquet says of itself. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { TRIAL_TABLES, type TrialTable } from '../../../server/export/trial/layout.ts'
import { openDuckdb, type SqlValue } from '../../../storage/duckdb.ts'

export type TextRow = Record<string, string>

export interface SeenFile {
  name: string
  bytes: Buffer
  mtimeMs: number
}
export interface SeenParquet {
  rows: TextRow[]
  /** One for each row group and column. */
  chunks: { column: string; min: string | null; max: string | null }[]
  /** Keys and values of the file's own notes. */
  notes: { key: string; value: string }[]
  createdBy: string
}

export interface Seen {
  folder: string
  files: SeenFile[]
  /** From the CSV files. */
  tables: Record<TrialTable, TextRow[]>
  parquet: Partial<Record<TrialTable, SeenParquet>>
  /** Whole texts of everything that is not Parquet. */
  texts: ReadonlyMap<string, string>
}

const TABLES = Object.keys(TRIAL_TABLES) as TrialTable[]
const NAMES = (table: TrialTable, ending: string) => new RegExp(`(^|/)${table}\\.${ending}$`)

export async function seePackage(folder: string): Promise<Seen> {
  const files: SeenFile[] = []
  for (const entry of (await readdir(folder, { recursive: true, withFileTypes: true })).filter(found =>
    found.isFile(),
  )) {
    const path = join(entry.parentPath, entry.name)
    files.push({ name: relative(folder, path), bytes: await readFile(path), mtimeMs: (await stat(path)).mtimeMs })
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1))
  const texts = new Map(
    files.filter(({ name }) => !name.endsWith('.parquet')).map(({ name, bytes }) => [name, bytes.toString('utf8')]),
  )
  const table = (name: TrialTable): TextRow[] => {
    const file = files.find(found => NAMES(name, 'csv').test(found.name))
    return file ? csvRows(file.bytes.toString('utf8')) : []
  }
  const tables = Object.fromEntries(TABLES.map(name => [name, table(name)])) as Seen['tables']
  const parquet: Seen['parquet'] = {}
  for (const name of TABLES) {
    const file = files.find(found => NAMES(name, 'parquet').test(found.name))
    if (file) parquet[name] = await seeParquet(join(folder, file.name))
  }
  return { folder, files, tables, parquet, texts }
}

/** RFC 4180, as far as packages use it. */
function csvRows(text: string): TextRow[] {
  const [header = [], ...rows] = [...text.matchAll(/((?:"(?:[^"]|"")*"|[^\n\r"])*)(?:\r?\n|$)/g)]
    .map(match => match[1] as string)
    .filter(line => line !== '')
    .map(line => [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(cell => unquoted(cell[1] as string)))
  return rows.map(row => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])))
}

const unquoted = (cell: string): string => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)

const textOf = (value: SqlValue | undefined): string | null =>
  value === null || value === undefined
    ? null
    : typeof value === 'object'
      ? Buffer.from((value as { bytes?: Uint8Array }).bytes ?? []).toString('latin1')
      : String(value)

async function seeParquet(file: string): Promise<SeenParquet> {
  const database = await openDuckdb({ file: ':memory:', threads: 1 })
  try {
    const connection = await database.connect()
    const rows = await connection.rows('select * from read_parquet($file)', { file })
    const chunks = await connection.rows(
      `select path_in_schema as column_name, coalesce(stats_min_value, stats_min) as low, coalesce(stats_max_value, stats_max) as high
       from parquet_metadata($file)`,
      { file },
    )
    const notes = await connection.rows('select key, value from parquet_kv_metadata($file)', { file })
    const [about] = await connection.rows('select created_by from parquet_file_metadata($file)', { file })
    return {
      rows: rows.map(row =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value) ?? ''])),
      ),
      chunks: chunks.map(({ column_name, low, high }) => ({
        column: String(column_name),
        min: textOf(low),
        max: textOf(high),
      })),
      notes: notes.map(({ key, value }) => ({ key: textOf(key) ?? '', value: textOf(value) ?? '' })),
      createdBy: textOf(about?.created_by) ?? '',
    }
  } finally {
    await database.close()
  }
}
