/** The tables of the embedded telemetry store. */
import { AppError } from '../../core/errors.ts'
import type { DuckdbConnection } from '../duckdb.ts'

const VERSION = 1

/**
 * `reading` is long: one row for each metric of a message, in the order of arrival, so that the zone maps of `key` skip all but the days
 * asked for; `series` stands for facility, device, profile and metric, so that one integer comparison picks a line. `lead` is true on one
 * row of each message: counting messages is counting leads. `cursor` moves in the transaction that stores the rows.
 */
const TABLES = [
  'create table if not exists layout(version INTEGER not null)',
  'create table if not exists cursor(position BIGINT not null)',
  'create table if not exists series(id INTEGER not null, facility VARCHAR not null, device VARCHAR not null, profile VARCHAR not null, metric VARCHAR not null)',
  'create table if not exists reading(series INTEGER not null, key BIGINT not null, value DOUBLE, "text" VARCHAR, rx BIGINT not null, boot VARCHAR not null, seq BIGINT not null, marks UTINYINT not null, lead BOOLEAN not null)',
  'create table if not exists event(facility VARCHAR not null, device VARCHAR not null, profile VARCHAR not null, event VARCHAR not null, attributes VARCHAR not null, key BIGINT not null, rx BIGINT not null, boot VARCHAR not null, seq BIGINT not null, marks UTINYINT not null)',
]

export const SERIES_COLUMNS = ['INTEGER', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR'] as const
export const READING_COLUMNS = [
  'INTEGER',
  'BIGINT',
  'DOUBLE',
  'VARCHAR',
  'BIGINT',
  'VARCHAR',
  'BIGINT',
  'UTINYINT',
  'BOOLEAN',
] as const
export const EVENT_COLUMNS = [
  ...(['VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR'] as const),
  ...(['BIGINT', 'BIGINT', 'VARCHAR', 'BIGINT', 'UTINYINT'] as const),
] as const

/** Makes the tables in a fresh file; refuses a file of a newer layout with `store_refused`. */
export async function prepareTables(connection: DuckdbConnection): Promise<void> {
  await connection.run('begin')
  for (const table of TABLES) await connection.run(table)
  await connection.run(`insert into layout select ${VERSION} where not exists (from layout)`)
  await connection.run('insert into cursor select 0 where not exists (from cursor)')
  await connection.run('commit')
  const [layout] = await connection.rows('select max(version) as version from layout')
  if (Number(layout?.version) > VERSION)
    throw new AppError('store_refused', 'The telemetry file was written by a newer version')
}
