/** Whether enough is left for the release to be worth anything; too little is a failure, as nothing is. */
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import type { Ratio, TrialPolicy } from '../../trial/policy.ts'
import type { TrialFinding } from './finding.ts'

export interface Kept {
  told: number
  possible: number
}

/** Bins of the told series between the first and the last in which any member was measured, and those in the file. */
export async function keptBins(connection: DuckdbConnection): Promise<Kept> {
  const [row = {}] = await connection.rows(
    `with bins as (select distinct m."group", m.metric, b.hour from gate_bins b join gate_member m using (subject, profile, metric))
     select (select count(*) from gate_series) as told, (select count(*) from bins) as possible`,
  )
  return { told: Number(row.told), possible: Number(row.possible) }
}

/** Types that happened to anybody, and those told of somebody by their own name. */
export async function keptTypes(connection: DuckdbConnection): Promise<Kept> {
  const [row = {}] = await connection.rows(
    `select (select count(distinct event) from gate_events where event not like '%.*') as told,
       (select count(distinct type) from gate_happened) as possible`,
  )
  return { told: Number(row.told), possible: Number(row.possible) }
}

export function checkUtility(
  kept: { subjects: Kept; seriesBins: Kept; eventTypes: Kept },
  { utility }: TrialPolicy,
): TrialFinding[] {
  const enough = ({ told, possible }: Kept, { numerator, denominator }: Ratio) =>
    told * denominator >= possible * numerator
  const names = ['subjects', 'seriesBins', 'eventTypes'] as const
  return names.filter(name => !enough(kept[name], utility[name])).map(name => ({ check: 'utility', where: name }))
}
