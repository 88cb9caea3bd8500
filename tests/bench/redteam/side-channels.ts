/** Attacks 13 and 14: what files say beside their values, and what is left in them of people who were left out. */
import { TRIAL_TABLES, type TrialTable } from '../../../server/export/trial/layout.ts'
import { type Attack, counted, type Outcome } from './attack.ts'
import { countsOf } from './linkage.ts'
import { recordsOf } from './records.ts'
import type { SeenParquet, TextRow } from './seen.ts'

/** What a writer puts at the end of every Parquet file, and nothing more. */
const CREATED_BY = /^DuckDB version v[\d.]+ \(build [0-9a-f]+\)$/
const NUMBERS = new Set(['mean', 'sd', 'low', 'high', 'value'])
/** More decimals than any device shows are the tail of a calculation. */
const DECIMALS = 4
const ORDERS: Readonly<Record<TrialTable, readonly string[]>> = {
  subjects: ['pid'],
  events: ['pid', 'event', 'period'],
  series: ['group', 'metric', 'hour'],
  aggregates: ['table', 'row', 'column'],
}

const keyOf = (row: TextRow, columns: readonly string[]): string =>
  columns.map(name => (name === 'hour' ? String(row[name]).padStart(8, '0') : (row[name] ?? ''))).join('\u0001')

export const sideChannels: Attack = {
  number: 13,
  name: 'side channels of the files',
  kind: 'every',
  threshold: 0,
  run({ seen, second, k }): Outcome {
    const outcome = counted()
    const look = (leaks: boolean, what: string) => {
      outcome.add(leaks, 0)
      if (leaks) outcome.found.push(what)
    }
    for (const table of Object.keys(TRIAL_TABLES) as TrialTable[]) {
      const rows = seen.tables[table]
      if (rows.length === 0) continue
      const keys = rows.map(row => keyOf(row, ORDERS[table]))
      look(
        keys.some((key, i) => i > 0 && key < (keys[i - 1] as string)),
        `rows of ${table} are in an order of their own`,
      )
      look(rows.some(hasTail), `${table} has the tails of calculations`)
      const parquet = seen.parquet[table]
      look(!parquet, `${table} has no Parquet file`)
      if (!parquet) continue
      look(parquet.notes.length > 0, `Parquet of ${table} has notes`)
      look(!CREATED_BY.test(parquet.createdBy), `Parquet of ${table} says who wrote it`)
      look(widerThanValues(parquet), `Parquet of ${table} has bounds that are not in its rows`)
      look(!sameRows(rows, parquet.rows), `Parquet and CSV of ${table} differ`)
    }
    // How many rows somebody has is as good as a value: it must be shared.
    for (const size of countsOf(recordsOf(seen), ({ class: of, events }) => `${of}|${events.size}`).values())
      look(size < k, 'few people have as many rows of events')
    if (second)
      for (const { name, bytes } of seen.files.filter(file => file.name.endsWith('.csv')))
        look(
          second.seen.files.find(file => file.name === name)?.bytes.length !== bytes.length,
          `${name} changes its size with the key`,
        )
    const manifest = seen.texts.get('MANIFEST.sha256') ?? ''
    for (const { name } of seen.files)
      look(name !== 'MANIFEST.sha256' && !manifest.includes(`  ${name}\n`), 'a file is not in the manifest')
    return outcome
  },
}

const hasTail = (row: TextRow): boolean =>
  Object.entries(row).some(
    ([name, value]) => NUMBERS.has(name) && value !== '' && !new RegExp(`^-?\\d+(\\.\\d{1,${DECIMALS}})?$`).test(value),
  )

const same = (a: string, b: string): boolean => a === b || (a !== '' && b !== '' && Number(a) === Number(b))
const sameRows = (csv: readonly TextRow[], parquet: readonly TextRow[]): boolean =>
  csv.length === parquet.length &&
  csv.every((row, i) => Object.keys(row).every(name => same(row[name] ?? '', parquet[i]?.[name] ?? '')))

/** Statistics of a row group may name only values of its rows. */
function widerThanValues({ rows, chunks }: SeenParquet): boolean {
  const values = new Map<string, Set<string>>()
  const has = (column: string, value: string): boolean => {
    const of = values.get(column) ?? new Set(rows.map(row => row[column] ?? ''))
    values.set(column, of)
    return of.has(value) || [...of].some(other => same(other, value))
  }
  return chunks.some(
    ({ column, min, max }) => (min !== null && !has(column, min)) || (max !== null && !has(column, max)),
  )
}

export const orphans: Attack = {
  number: 14,
  name: 'traces of those left out',
  kind: 'every',
  threshold: 0,
  run({ seen, known, judge }): Outcome {
    const outcome = counted()
    const look = (leaks: boolean, what: string) => {
      outcome.add(leaks, 0)
      if (leaks) outcome.found.push(what)
    }
    const pids = new Set(seen.tables.subjects.map(({ pid }) => pid))
    for (const { pid } of seen.tables.events) if (!pids.has(pid)) look(true, 'events of somebody without a row')
    const out = new Set<string>(known.people.map(({ subject }) => subject.id).filter(id => !judge.classes.has(id)))
    for (const [, members] of judge.members)
      look(
        members.some(id => out.has(id)),
        'a group counts somebody left out',
      )
    const all = seen.tables.subjects.length
    for (const { persons = '' } of seen.tables.aggregates)
      if (persons !== '') look(Number(persons) > all && all > 0, 'a table counts more people than have rows')
    return outcome
  },
}
