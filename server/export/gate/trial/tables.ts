/** Brings the written tables into the database, CSV and Parquet each by its own reader, and holds the two against each other. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { TRIAL_TABLES, type TrialTable } from '../../trial/layout.ts'
import type { TrialFinding } from './finding.ts'
import { csvOf, parquetOf } from './package-files.ts'

/** Tables of the gate in the database; each has the columns of the written one as texts, and its row's number `n` from 1. */
export const gated = (table: TrialTable): string => `gate_${table}`

const NEWLINE = 10

/** Loads a table from its CSV; when that cannot be read as such, the table is there without rows. */
export async function loadCsv(
  connection: DuckdbConnection,
  folder: string,
  table: TrialTable,
): Promise<TrialFinding[]> {
  const columns = TRIAL_TABLES[table]
  const where = csvOf(table)
  const file = join(folder, where)
  const types = columns.map(column => `'${column}': 'VARCHAR'`).join(', ')
  const texts = columns.map(column => `coalesce("${column}", '') as "${column}"`).join(', ')
  const empty = columns.map(column => `'' as "${column}"`).join(', ')
  const create = `create or replace temp table ${gated(table)} as`
  await connection.run(`${create} select ${empty}, 0::bigint as n where false`)
  const content = await readFile(file)
  const header = content.subarray(0, content.indexOf(NEWLINE)).toString().replace(/\r$/, '')
  if (header !== columns.join(',')) return [{ check: 'columns', where }]
  try {
    await connection.run(
      `${create} select ${texts}, row_number() over () as n from read_csv($file, header = true, auto_detect = false,
        delim = ',', quote = '"', escape = '"', columns = {${types}}, parallel = false, strict_mode = true)`,
      { file },
    )
  } catch {
    // Whatever its reader cannot read is no table of ours.
    return [{ check: 'columns', where }]
  }
  // A line that the reader passes over (a blank one) would be a place to write something.
  const lines = content.reduce((sum, byte) => sum + (byte === NEWLINE ? 1 : 0), 0)
  const [counted] = await connection.rows(`select count(*) as n from ${gated(table)}`)
  return content.at(-1) === NEWLINE && Number(counted?.n) === lines - 1 ? [] : [{ check: 'columns', where }]
}

/** The Parquet twin of a loaded table: same columns, same rows in the same order, and nothing in it beside them. */
export async function checkParquet(
  connection: DuckdbConnection,
  folder: string,
  table: TrialTable,
): Promise<TrialFinding[]> {
  const columns = TRIAL_TABLES[table]
  const where = parquetOf(table)
  const file = join(folder, where)
  const twin = `${gated(table)}_twin`
  const schema = await connection.rows(`select name from parquet_schema($file) where num_children is null`, { file })
  if (schema.map(({ name }) => name).join() !== columns.join()) return [{ check: 'columns', where }]
  await connection.run(
    `create or replace temp table ${twin} as
     select ${columns.map(column => `coalesce("${column}"::varchar, '') as "${column}"`).join(', ')}, row_number() over () as n
     from read_parquet($file)`,
    { file },
  )
  // Numbers may be written with more or fewer zeros; texts may not differ at all.
  const differs = columns
    .map(
      column => `(c."${column}" is distinct from p."${column}" and not coalesce(
        regexp_full_match(c."${column}", '${NUMBER}') and try_cast(c."${column}" as double) = try_cast(p."${column}" as double), false))`,
    )
    .join(' or ')
  const [row] = await connection.rows(
    `select count(*) as n from ${gated(table)} c full join ${twin} p on p.n = c.n
     where c.n is null or p.n is null or ${differs}`,
  )
  await connection.run(`drop table ${twin}`)
  const findings: TrialFinding[] = Number(row?.n) > 0 ? [{ check: 'twins', where }] : []
  if (!(await saysOnlyItsRows(connection, file))) findings.push({ check: 'metadata', where })
  return findings
}

const NUMBER = '-?[0-9]+([.][0-9]+)?'

/** Magic number twice, and the length of the footer. */
const FRAME_BYTES = 12

/** No key-value metadata, no encryption, no byte that belongs to no column, and a writer's name without a host or user in it. */
async function saysOnlyItsRows(connection: DuckdbConnection, file: string): Promise<boolean> {
  const ask = async (sql: string) => (await connection.rows(sql, { file }))[0] ?? {}
  const keys = await ask('select count(*) as n from parquet_kv_metadata($file)')
  const frame = await ask(
    'select created_by, footer_size, encryption_algorithm as cipher from parquet_file_metadata($file)',
  )
  const columns = await ask(
    `select coalesce(sum(total_compressed_size + coalesce(bloom_filter_length, 0)), 0)::bigint as bytes,
       count(*) filter (cardinality(key_value_metadata) > 0) as noted from parquet_metadata($file)`,
  )
  const accounted = Number(columns.bytes) + Number(frame.footer_size) + FRAME_BYTES
  return (
    Number(keys.n) === 0 &&
    Number(columns.noted) === 0 &&
    frame.cipher === null &&
    accounted === (await stat(file)).size &&
    /^DuckDB version v[\d.]+ \(build [0-9a-f]+\)$/.test(String(frame.created_by))
  )
}
