/** Puts together what was counted in the written tables: for the evidence to be held against, and for earlier releases. */
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { QUASI_IDENTIFIERS } from '../../trial/layout.ts'
import type { Written } from './composition.ts'
import { eventSupport } from './events.ts'
import { claimedLevels, type Recounted } from './evidence.ts'
import type { QuasiIdentifier } from './levels.ts'
import type { TrialProduct } from './package-files.ts'
import type { Private } from './series.ts'
import { countSubjects } from './subjects.ts'
import type { Truth } from './truth.ts'
import { keptTypes } from './utility.ts'

export async function recount(connection: DuckdbConnection, truth: Truth, product: TrialProduct): Promise<Recounted> {
  const count = async (sql: string) => Number((await connection.rows(sql))[0]?.n ?? 0)
  const individual = product !== 'P0'
  const words = Object.fromEntries(QUASI_IDENTIFIERS.map(column => [column, [] as string[]])) as Record<
    QuasiIdentifier,
    string[]
  >
  if (individual)
    for (const column of QUASI_IDENTIFIERS)
      words[column] = (await connection.rows(`select distinct "${column}" as word from gate_subjects`)).map(row =>
        String(row.word),
      )
  const cells = (condition: string) =>
    product === 'P2' ? 0 : count(`select count(*) as n from gate_aggregates where persons ${condition} ''`)
  return {
    product,
    subjects: individual ? await countSubjects(connection, truth) : undefined,
    words,
    aggregates: { told: await cells('<>'), suppressed: await cells('=') },
    seriesRows: individual ? await count('select count(*) as n from gate_series') : 0,
    seriesGroups: individual ? await count('select count(distinct "group") as n from gate_series') : 0,
    eventTypes: individual ? await keptTypes(connection) : { told: 0, possible: 0 },
    eventSupport: individual ? await eventSupport(connection) : [null, null],
  }
}

/** What the release says of whom. */
export async function writtenIn(
  connection: DuckdbConnection,
  packageFolder: string,
  truth: Truth,
  product: TrialProduct,
  { series }: Private,
): Promise<Written> {
  if (product === 'P0') {
    const people = new Set(truth.subjects.map(({ id }) => id as string))
    return { product, classOf: new Map(), groupsOf: new Map(), people, levels: null }
  }
  const label = QUASI_IDENTIFIERS.map(column => `"${column}"`).join(` || '|' || `)
  const rows = await connection.rows(`select pid, ${label} as class from gate_subjects`)
  const classOf = new Map(
    rows.flatMap(({ pid, class: label }) => {
      const subject = truth.subjectOf.get(String(pid))
      return subject ? [[subject, String(label)] as const] : []
    }),
  )
  const groupsOf = new Map<string, Map<string, string>>()
  for (const { profile, metric, group, members } of series) {
    const groups = groupsOf.get(`${profile}/${metric}`) ?? new Map<string, string>()
    for (const subject of members) groups.set(subject, group)
    groupsOf.set(`${profile}/${metric}`, groups)
  }
  return { product, classOf, groupsOf, people: new Set(classOf.keys()), levels: await claimedLevels(packageFolder) }
}
