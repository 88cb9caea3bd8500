/** Recounts the tables over many participants, and tries to work out what they keep back. */
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { ANY, QUASI_IDENTIFIERS, SENSITIVE } from '../../trial/layout.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import { checkCrossTable } from './cross-table.ts'
import type { TrialFinding } from './finding.ts'
import type { QuasiIdentifier } from './levels.ts'
import type { TrialProduct } from './package-files.ts'
import { DAY_MS, type Truth } from './truth.ts'

export interface AggregateRow {
  table: string
  row: string
  column: string
  /** Null: kept back. */
  persons: number | null
  value: string
}

const WHERE = 'aggregates.csv'
const CROSS = 'participants_by_sex_and_'
const found = (check: TrialFinding['check'], where = WHERE): TrialFinding => ({ check, where })

/** In P1 the tables are of the very people in the subjects, else of everybody: a difference would be about those left out. */
async function population(connection: DuckdbConnection, product: TrialProduct): Promise<void> {
  const who =
    product === 'P0'
      ? 'select subject from gate_person'
      : 'select subject from gate_person join gate_subjects using (pid)'
  await connection.run(`create or replace temp table gate_counted as ${who}`)
}

export async function checkAggregates(
  connection: DuckdbConnection,
  truth: Truth,
  product: TrialProduct,
  policy: TrialPolicy,
): Promise<TrialFinding[]> {
  await population(connection, product)
  const written = await connection.rows(
    'select "table", "row", "column", persons, value from gate_aggregates order by n',
  )
  const rows = written.map(
    (row): AggregateRow => ({
      table: String(row.table),
      row: String(row.row),
      column: String(row.column),
      persons: row.persons === '' ? null : Number(row.persons),
      value: String(row.value),
    }),
  )
  const findings: TrialFinding[] = []
  if (rows.length === 0) findings.push(found('empty'))
  const keys = rows.map(({ table, row, column }) => [table, row, column].join('\0'))
  if (keys.some((key, i) => i > 0 && key <= (keys[i - 1] ?? ''))) findings.push(found('order'))
  if (rows.some(({ persons, value }) => (persons === null ? value !== '' : persons < policy.k)))
    findings.push(found('aggregate_persons'))
  const counted = await countedSubjects(connection, truth)
  for (const table of new Set(rows.map(row => row.table))) {
    const own = rows.filter(row => row.table === table)
    if (table === 'outcome') findings.push(...(await checkOutcomes(connection, own, product, policy)))
    else if (table === 'event_days_per_week')
      findings.push(...(await checkRates(connection, own, counted.length, policy)))
    else if (table === 'daily_profile') findings.push(...(await checkProfiles(connection, own)))
    else if (table.startsWith(CROSS) && product === 'P0' && isCategory(table.slice(CROSS.length)))
      findings.push(...checkCrossTable(own, table.slice(CROSS.length) as QuasiIdentifier, counted, truth, policy))
    else findings.push(found('aggregate_values', `${WHERE}: unknown table`))
  }
  return findings
}

const isCategory = (name: string): boolean => name !== 'sex' && QUASI_IDENTIFIERS.some(column => column === name)

async function countedSubjects(connection: DuckdbConnection, { subjects }: Truth) {
  const ids = new Set((await connection.rows('select subject from gate_counted')).map(({ subject }) => String(subject)))
  return subjects.filter(({ id }) => ids.has(id))
}

/**
 * Yes and no add up to everybody, are true, and are told only with k on either side. Where the subjects tell an outcome of some classes
 * only, what is left for the others must not be few either.
 */
async function checkOutcomes(
  connection: DuckdbConnection,
  rows: readonly AggregateRow[],
  product: TrialProduct,
  policy: TrialPolicy,
): Promise<TrialFinding[]> {
  const findings: TrialFinding[] = []
  for (const name of new Set(rows.map(({ row }) => row))) {
    const where = `${WHERE}: outcome`
    const own = rows.filter(({ row }) => row === name)
    if (!SENSITIVE.some(column => column === name) || own.map(({ column }) => column).join() !== 'no,yes') {
      findings.push(found('aggregate_values', where))
      continue
    }
    const [truth = {}] = await connection.rows(
      `select count(*) as everybody, count(*) filter (exists (select 1 from gate_happened h where h.subject = c.subject and h.${name})) as yes
       from gate_counted c`,
    )
    const yes = Number(truth.yes)
    const no = Number(truth.everybody) - yes
    const told = own.map(({ persons }) => persons)
    if (told.every(persons => persons === null)) continue
    if (told.join() !== [no, yes].join() || own.some(({ value }) => value !== ''))
      findings.push(found('aggregate_values', where))
    if (Math.min(yes, no) < policy.k) findings.push(found('aggregate_persons', where))
    if (product === 'P0') continue
    const [open = {}] = await connection.rows(
      `select count(*) filter (${name} = 'yes') as yes, count(*) filter (${name} = 'no') as no, count(*) filter (${name} = '${ANY}') as kept_back
       from gate_subjects`,
    )
    const rest = Math.min(yes - Number(open.yes), no - Number(open.no))
    if (Number(open.kept_back) > 0 && rest < policy.k) findings.push(found('aggregate_solvable', where))
  }
  return findings
}

/**
 * Days of a type in seven of whole days, with a tenth of the people at either end moved to the next, as in the series. Hours that struck a
 * whole facility are left out by the writer, and lower a mean by little.
 */
const RATES = `
  with days as (
    select c.subject, greatest(1, (p.to_ms - p.start_ms) // ${DAY_MS}) as days from gate_counted c join gate_person p using (subject)
  ), type as (
    select replace(family, '*', type) as type, subject, count(distinct day) as n from gate_happened join gate_counted using (subject)
    where day >= 0 group by 1, 2
  ), rate as (
    select t.type, coalesce(o.n, 0) * 7 / d.days as rate, o.n is not null as had
    from (select distinct type from type) t cross join days d left join type o on o.type = t.type and o.subject = d.subject
  ), ranked as (
    select *, row_number() over (partition by type order by rate) as rank, count(*) over (partition by type) as persons from rate
  ), edged as (
    select *, max(rate) filter (rank = 1 + persons // 10) over w as bottom, max(rate) filter (rank = persons - persons // 10) over w as top
    from ranked window w as (partition by type)
  )
  select type, count(*) filter (had) as had, avg(greatest(bottom, least(top, rate))) as mean from edged group by type`

async function checkRates(
  connection: DuckdbConnection,
  rows: readonly AggregateRow[],
  everybody: number,
  policy: TrialPolicy,
): Promise<TrialFinding[]> {
  const where = `${WHERE}: event_days_per_week`
  const counted = await connection.rows(RATES)
  const truth = new Map(counted.map(row => [String(row.type), { had: Number(row.had), mean: Number(row.mean) }]))
  const findings: TrialFinding[] = []
  for (const { row, column, persons, value } of rows) {
    const type = truth.get(row)
    const [told, mean] = [Number(value), type?.mean ?? Number.NaN]
    const near = told <= mean + RATE_ABOVE && told >= mean - RATE_BELOW
    if (!type || type.had < policy.k) findings.push(found('aggregate_persons', where))
    else if (column !== ANY || persons !== everybody || !near) findings.push(found('aggregate_values', where))
  }
  return findings
}

/** Half a tenth of rounding; below, common events of a facility as well: one in a week for everybody would be 1. */
const RATE_ABOVE = 0.06
const RATE_BELOW = 0.5

/** The usual day of the members of a metric's series. */
async function checkProfiles(connection: DuckdbConnection, rows: readonly AggregateRow[]): Promise<TrialFinding[]> {
  const where = `${WHERE}: daily_profile`
  const truth = new Map(
    (
      await connection.rows(
        `with ranked as (
           select u.profile || '/' || u.metric as "row", u."column", m.grid, u.value, row_number() over w as rank,
             count(*) over (partition by u.profile, u.metric, u."column") as persons
           from gate_usual u join gate_member m using (subject, profile, metric)
           window w as (partition by u.profile, u.metric, u."column" order by u.value)
         ), edged as (
           select *, max(value) filter (rank = 1 + persons // 10) over w as bottom, max(value) filter (rank = persons - persons // 10) over w as top
           from ranked window w as (partition by "row", "column")
         )
         select "row", "column", any_value(grid) as grid, count(*) as persons, avg(greatest(bottom, least(top, value))) as mean
         from edged group by all`,
      )
    ).map(row => [
      `${row.row} ${row.column}`,
      { grid: Number(row.grid), persons: Number(row.persons), mean: Number(row.mean) },
    ]),
  )
  const wrong = rows.some(({ row, column, persons, value }) => {
    const own = truth.get(`${row} ${column}`)
    return (
      !own || own.persons !== persons || !(Math.abs(Number(value) - own.mean) <= PROFILE_SLACK_STEPS * own.grid + 1e-9)
    )
  })
  return wrong ? [found('aggregate_values', where)] : []
}

/** Half a step of rounding, and what was rounded to tenths on the way. */
const PROFILE_SLACK_STEPS = 0.75
