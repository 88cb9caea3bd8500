/** What a cell of each column may look like: whatever is not of its column's form is found, so that nothing else can stand in a table. */
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import type { TrialInput } from '../../trial/input.ts'
import { ANY, MISSING, TRIAL_TABLES, type TrialTable } from '../../trial/layout.ts'
import type { TrialFinding } from './finding.ts'
import { LEVELS } from './levels.ts'
import { csvOf, type TrialProduct } from './package-files.ts'
import { gated } from './tables.ts'

/** Decimals that a published number may have: the profile's digits and two more. */
const MAX_DECIMALS = 6
const DECIMAL = `-?(0|[1-9][0-9]{0,6})([.][0-9]{1,${MAX_DECIMALS}})?`
/** Words of the columns, one or several with a bar between, device types, metrics, event types. */
const NAMES = '[A-Za-z0-9_<>=*./|-]{1,80}'
const WHOLE = '0|[1-9][0-9]{0,5}'

/** Regular expressions (RE2) of whole cells; `hours` is the last hour a trial can have. */
function formsOf(input: TrialInput, product: TrialProduct): Record<TrialTable, Record<string, string>> {
  const oneOf = (words: Iterable<string>) => [...new Set(words)].map(escaped).join('|')
  const categories = (column: keyof typeof LEVELS) => oneOf([...LEVELS[column].flatMap(Object.keys), MISSING, ANY])
  const metrics = input.profiles.flatMap(({ metrics }) => Object.keys(metrics))
  const yesNo = oneOf(['yes', 'no', MISSING, ANY])
  return {
    subjects: {
      pid: '[a-z2-7]{26}',
      age: `[0-9]{1,3}|[0-9]{1,3}-[0-9]{1,3}|(<=|>=)[0-9]{1,3}|${oneOf([MISSING, ANY])}`,
      sex: categories('sex'),
      care_level: categories('care_level'),
      site: categories('site'),
      stay: categories('stay'),
      diagnosis: categories('diagnosis'),
      fell: yesNo,
      adverse_event: yesNo,
    },
    events: {
      pid: '[a-z2-7]{26}',
      event: '[a-z][a-z0-9_]{0,63}([.][*])?',
      period: 'd[0-9]{3}|w[0-9]{2}|m[0-9]{2}|all',
    },
    series: {
      // In P2 a series is one person's, and has no deviation.
      group: product === 'P2' ? '[a-z2-7]{26}' : '[a-z0-9_]+([.][a-z0-9_]+)*/[1-9][0-9]{0,2}',
      metric: oneOf(metrics),
      hour: WHOLE,
      mean: DECIMAL,
      sd: product === 'P2' ? '' : DECIMAL,
      low: `|${DECIMAL}`,
      high: `|${DECIMAL}`,
    },
    aggregates: {
      table: '[a-z][a-z0-9_]{0,63}',
      row: NAMES,
      column: NAMES,
      persons: `|${WHOLE}`,
      value: `|${DECIMAL}`,
    },
  }
}

export async function checkCells(
  connection: DuckdbConnection,
  input: TrialInput,
  table: TrialTable,
  product: TrialProduct,
): Promise<TrialFinding[]> {
  const forms = formsOf(input, product)[table]
  const findings: TrialFinding[] = []
  for (const column of TRIAL_TABLES[table]) {
    const [row] = await connection.rows(
      `select count(*) as n from ${gated(table)} where not regexp_full_match("${column}", $form)`,
      { form: forms[column] ?? '' },
    )
    if (Number(row?.n) > 0) findings.push({ check: 'columns', where: `${csvOf(table)}: ${column}` })
  }
  return findings
}

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
