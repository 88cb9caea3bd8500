/** Writes the tables of a trial package as CSV and Parquet, the same rows in the same order, byte for byte again for the same rows. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ColumnType, DuckdbConnection } from '../../../../storage/duckdb.ts'
import { TRIAL_TABLES, type TrialTable } from '../../trial/layout.ts'
import type { TrialTables } from '../../trial/tables.ts'
import { type CsvValue, csvOf } from '../csv.ts'

type Cells = CsvValue[][]
const TYPES: Partial<Record<string, ColumnType>> = {
  hour: 'INTEGER',
  persons: 'INTEGER',
  mean: 'DOUBLE',
  sd: 'DOUBLE',
  low: 'DOUBLE',
  high: 'DOUBLE',
  value: 'DOUBLE',
}

/** Rows of a table as the files hold them, in the columns of TRIAL_TABLES. */
function cellsOf(table: TrialTable, tables: TrialTables): Cells {
  switch (table) {
    case 'subjects':
      return tables.subjects.map(({ pid, values, outcomes }) => [pid, ...values, ...outcomes])
    case 'events':
      return tables.events.map(({ pid, event, period }) => [pid, event, period])
    case 'series':
      return tables.series.map(row => [row.group, row.metric, row.hour, row.mean, row.sd, row.low, row.high])
    case 'aggregates':
      return tables.aggregates.map(row => [row.table, row.row, row.column, row.persons, row.value])
  }
}

/** @param tables names of the tables that the product has @returns names of the files written */
export async function writeTables(
  connection: DuckdbConnection,
  out: string,
  names: readonly TrialTable[],
  tables: TrialTables,
): Promise<string[]> {
  await mkdir(out, { recursive: true })
  // One thread: the same rows always fall into the same row groups.
  await connection.run('set threads = 1')
  const files: string[] = []
  for (const name of names) {
    const columns = TRIAL_TABLES[name]
    const cells = cellsOf(name, tables)
    const types = columns.map((column): ColumnType => TYPES[column] ?? 'VARCHAR')
    await writeFile(join(out, `${name}.csv`), csvOf(columns, cells))
    const quoted = columns.map((column, i) => `"${column}" ${types[i]}`)
    await connection.run(`create or replace temp table written (${quoted.join(', ')})`)
    const column = (i: number) =>
      cells.map(row => (types[i] === 'DOUBLE' && row[i] !== null ? Number(row[i]) : (row[i] ?? null)))
    await connection.append('written', types, [{ rows: cells.length, columns: columns.map((_, i) => column(i)) }])
    const file = join(out, `${name}.parquet`).replaceAll("'", "''")
    await connection.run(`copy written to '${file}' (format parquet, compression zstd)`)
    files.push(`${name}.csv`, `${name}.parquet`)
  }
  await connection.run('drop table if exists written')
  return files
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** Hash of all rows without pseudonyms, each table sorted: what a release says, whatever the key. */
export function contentHashOf(names: readonly TrialTable[], tables: TrialTables): string {
  const pids = new Set(tables.subjects.map(({ pid }) => pid))
  const hash = createHash('sha256')
  for (const name of names) {
    const rows = cellsOf(name, tables).map(row => JSON.stringify(pids.has(String(row[0])) ? row.slice(1) : row))
    hash.update(`${name}\n${rows.sort().join('\n')}\n`)
  }
  return hash.digest('hex')
}
