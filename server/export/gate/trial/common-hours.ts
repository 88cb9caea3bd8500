/** Looks for hours in which a facility's participants changed together (a power cut, an earthquake): whoever knows the date would know it of the series. */
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import type { TrialInput } from '../../trial/input.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import type { TrialFinding } from './finding.ts'
import { HOUR_MS } from './truth.ts'

/** Sterner than the writer's own bounds, so that what lies between the two is no finding: so many times the usual deviation, */
const FAR = 6
/** so much more than the policy's share of the people, */
const MORE_THAN_SHARE = 0.25
/** and missing at a time of day at which people are measured on so many of their days. */
const ALWAYS = 0.8
const FEWEST = 6
/** More masked hours than this leave a course that was not measured. */
const MOST_MASKED = 0.2

const COMMON = `
  with told as (select profile, metric, any_value(grid) as grid from gate_member where bin_hours = 1 group by all),
  hours as (
    select r.subject, h.site, r.profile, r.metric, t.grid, r.hour, r.value, r.hour % 24 as clock
    from gate_raw r join told t using (profile, metric) join gate_home h using (subject)
  ), usual as (
    select subject, profile, metric, clock, median(value) as usual, count(*) as days from hours group by all
  ), spread as (
    select subject, profile, metric, greatest(any_value(grid), median(abs(value - usual))) as spread
    from hours join usual using (subject, profile, metric, clock) group by all
  ), expected as (
    -- Every hour of everybody's participation at whose time of day the person has a usual value.
    select p.subject, h.site, u.profile, u.metric, u.usual, s.spread, e.hour, p.start_ms + e.hour * ${HOUR_MS} as at_ms,
      u.days >= ${ALWAYS} * (p.to_ms - p.start_ms) / ${24 * HOUR_MS} as always
    from gate_person p join gate_home h using (subject) join usual u using (subject) join spread s using (subject, profile, metric)
    cross join lateral (select unnest(range(u.clock, (p.to_ms - p.start_ms) // ${HOUR_MS}, 24)) as hour) e
  ), seen as (
    select x.site, x.profile, x.metric, x.at_ms,
      count(*) filter (x.always) as regular, count(*) filter (x.always and r.value is null) as gone, count(r.value) as measured,
      count(*) filter (r.value > x.usual + ${FAR} * x.spread) as high, count(*) filter (r.value < x.usual - ${FAR} * x.spread) as low
    from expected x left join gate_raw r on r.subject = x.subject and r.profile = x.profile and r.metric = x.metric and r.hour = x.hour
    group by all
  )
  select count(*) as n from seen s anti join gate_masked m
    on m.facility = s.site and m.profile = s.profile and m.metric = s.metric and abs(m.from_ms - s.at_ms) < ${HOUR_MS}
  where list_contains($periodic, s.profile || '/' || s.metric)
    and ((measured >= ${FEWEST} and greatest(high, low) > $share * measured) or (regular >= ${FEWEST} and gone > $share * regular))`

/** Reads `gate_raw` and `gate_masked`; metrics in wider bins than an hour, and those measured now and then, have no common hours. */
export async function checkCommonHours(
  connection: DuckdbConnection,
  { profiles, from_ms, to_ms }: TrialInput,
  policy: TrialPolicy,
): Promise<TrialFinding[]> {
  const { numerator, denominator } = policy.series.commonEventShare
  const periodic = profiles.flatMap(({ id, metrics }) =>
    Object.entries(metrics).flatMap(([name, { sampling }]) => (sampling.how === 'periodic' ? [`${id}/${name}`] : [])),
  )
  const [common = {}] = await connection.rows(COMMON, { periodic, share: numerator / denominator + MORE_THAN_SHARE })
  const [masked = {}] = await connection.rows(
    `select max(n) as n from (select count(distinct from_ms) as n from gate_masked group by facility, profile, metric)`,
  )
  const tooMany = Number(masked.n ?? 0) * HOUR_MS > MOST_MASKED * (to_ms - from_ms)
  return Number(common.n) > 0 || tooMany ? [{ check: 'series_common', where: 'series.csv' }] : []
}
