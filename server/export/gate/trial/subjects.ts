/** Recounts the table of participants: whose rows they are, whether they are true, and how many share each combination. */
import type { DuckdbConnection, SqlValue } from '../../../../storage/duckdb.ts'
import { ANY, QUASI_IDENTIFIERS, SENSITIVE } from '../../trial/layout.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import type { TrialFinding } from './finding.ts'
import { areAncestors, leafOf } from './levels.ts'
import type { Truth } from './truth.ts'

/** Figures of the written table that the evidence must repeat. */
export interface SubjectCounts {
  records: number
  suppressed: number
  classes: number
  smallest: number
  /** Class sizes, by size. */
  sizes: readonly { size: number; classes: number }[]
  sensitive: Record<string, SensitiveCounts>
}
export interface SensitiveCounts {
  /** Distinct values in the poorest class. */
  distinctL: number
  entropyL: number
  /** Largest share of a value in a class, and of `yes`. */
  alpha: number
  alphaYes: number
  /** Equal distance. */
  t: number
  /** Basic. */
  beta: number
}

const QI = QUASI_IDENTIFIERS.map(column => `"${column}"`).join(', ')
const WHERE = 'subjects.csv'

/** Rows carry pseudonyms as computed from the key, each once, in their order; everybody else is suppressed, and not too many are. */
export async function checkWho(
  connection: DuckdbConnection,
  truth: Truth,
  policy: TrialPolicy,
): Promise<TrialFinding[]> {
  const findings: TrialFinding[] = []
  const pids = (await connection.rows('select pid from gate_subjects order by n')).map(({ pid }) => String(pid))
  if (pids.length === 0) findings.push({ check: 'empty', where: WHERE })
  const strangers = pids.some(pid => !truth.subjectOf.has(pid))
  if (strangers || new Set(pids).size !== pids.length) findings.push({ check: 'pids', where: WHERE })
  if (pids.some((pid, i) => i > 0 && pid <= (pids[i - 1] ?? ''))) findings.push({ check: 'order', where: WHERE })
  const { numerator, denominator } = policy.suppressionLimit
  const suppressed = truth.subjects.length - pids.length
  if (suppressed * denominator > truth.subjects.length * numerator)
    findings.push({ check: 'suppression', where: WHERE })
  return findings
}

/** Every word stands for the value of that very participant, on one level for all. */
export async function checkAncestors(connection: DuckdbConnection, truth: Truth): Promise<TrialFinding[]> {
  const rows = await connection.rows(`select pid, ${QI} from gate_subjects`)
  const byPid = new Map(truth.subjects.map(subject => [truth.pidOf.get(subject.id), subject]))
  return QUASI_IDENTIFIERS.flatMap((column): TrialFinding[] => {
    const told = rows.flatMap(row => {
      const subject = byPid.get(String(row.pid))
      if (!subject) return []
      const leaf = leafOf(subject, truth.prefectureOf.get(subject.site) ?? '', column)
      return [{ label: String(row[column]), leaf }]
    })
    return areAncestors(column, told) ? [] : [{ check: 'ancestors', where: `${WHERE}: ${column}` }]
  })
}

/** `yes` exactly for those to whom it happened; a column of `*` says nothing. */
export async function checkSensitive(connection: DuckdbConnection): Promise<TrialFinding[]> {
  const findings: TrialFinding[] = []
  for (const column of SENSITIVE) {
    const [row] = await connection.rows(
      `select count(*) as n from gate_subjects s join gate_person p using (pid)
       where s."${column}" <> '${ANY}' and (s."${column}" = 'yes') <>
         exists (select 1 from gate_happened h where h.subject = p.subject and h.${column})`,
    )
    if (Number(row?.n) > 0) findings.push({ check: 'ancestors', where: `${WHERE}: ${column}` })
  }
  return findings
}

/**
 * k for each combination of what may be known of a person, with the outcomes that are told of the class as well; and for every word of
 * every column on its own. Outcomes are told of a whole class or of nobody in it.
 */
export async function checkClasses(connection: DuckdbConnection, policy: TrialPolicy): Promise<TrialFinding[]> {
  const ask = async (sql: string) => Number((await connection.rows(sql))[0]?.n ?? 0)
  const least = (columns: string) =>
    ask(`select min(n) as n from (select count(distinct pid) as n from gate_subjects group by ${columns})`)
  const findings: TrialFinding[] = []
  if ((await least(QI)) < policy.k) findings.push({ check: 'class_size', where: WHERE })
  for (const column of [...QUASI_IDENTIFIERS, ...SENSITIVE])
    if ((await least(`"${column}"`)) < policy.k) findings.push({ check: 'rare', where: `${WHERE}: ${column}` })
  const outcomes = SENSITIVE.map(column => `"${column}"`).join(', ')
  if ((await least(`${QI}, ${outcomes}`)) < policy.k) findings.push({ check: 'diversity', where: WHERE })
  const { numerator, denominator } = policy.sensitive.alpha
  for (const column of SENSITIVE) {
    const told = `count(*) filter ("${column}" <> '${ANY}')`
    const yes = `count(*) filter ("${column}" = 'yes')`
    const uneven = await ask(
      `select count(*) as n from (select 1 from gate_subjects group by ${QI} having ${told} not in (0, count(*))
         or ${yes} * ${denominator} > count(*) * ${numerator} or (${told} > 0 and ${yes} in (0, count(*))))`,
    )
    if (uneven > 0) findings.push({ check: 'diversity', where: `${WHERE}: ${column}` })
  }
  return findings
}

/** A value that a class lacks still counts for t: the cross join brings it in with a share of zero. */
const measures = (column: string): string => `
  with class as (select ${QI}, count(*) as n from gate_subjects group by ${QI}),
  value as (select "${column}" as v, count(*) / (select count(*) from gate_subjects) as p from gate_subjects group by "${column}"),
  cell as (select ${QI}, "${column}" as v, count(*) as m from gate_subjects group by ${QI}, "${column}"),
  share as (
    select ${QUASI_IDENTIFIERS.map(name => `class."${name}"`).join(', ')}, value.v, value.p, coalesce(cell.m, 0) / class.n as q
    from class cross join value
    left join cell on cell.v = value.v and ${QUASI_IDENTIFIERS.map(name => `cell."${name}" = class."${name}"`).join(' and ')}
  ),
  measure as (
    select count(*) filter (q > 0) as distinct_l, exp(-sum(case when q > 0 then q * ln(q) else 0 end)) as entropy_l,
      max(q) as alpha, coalesce(max(q) filter (v = 'yes'), 0) as alpha_yes, sum(abs(q - p)) / 2 as t, max(q / p - 1) as beta
    from share group by ${QI}
  )
  select min(distinct_l) as distinct_l, min(entropy_l) as entropy_l, max(alpha) as alpha, max(alpha_yes) as alpha_yes,
    max(t) as t, max(beta) as beta from measure`

export async function countSubjects(connection: DuckdbConnection, truth: Truth): Promise<SubjectCounts> {
  const sizes = await connection.rows(
    `select size, count(*) as classes from (select count(*) as size from gate_subjects group by ${QI}) group by size order by size`,
  )
  const numbers = sizes.map(row => ({ size: Number(row.size), classes: Number(row.classes) }))
  const records = numbers.reduce((sum, { size, classes }) => sum + size * classes, 0)
  const sensitive: Record<string, SensitiveCounts> = {}
  for (const column of SENSITIVE) {
    const [row = {}] = await connection.rows(measures(column))
    sensitive[column] = sensitiveCounts(row)
  }
  return {
    records,
    suppressed: truth.subjects.length - records,
    classes: numbers.reduce((sum, { classes }) => sum + classes, 0),
    smallest: numbers[0]?.size ?? 0,
    sizes: numbers,
    sensitive,
  }
}

const sensitiveCounts = (row: Record<string, SqlValue>): SensitiveCounts => ({
  distinctL: Number(row.distinct_l),
  entropyL: Number(row.entropy_l),
  alpha: Number(row.alpha),
  alphaYes: Number(row.alpha_yes),
  t: Number(row.t),
  beta: Number(row.beta),
})
