/** Recounts every bin of the series from the readings: who is behind it, how many were measured, and what their values make. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { PRIVATE_FILE } from '../../trial/layout.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import type { TrialFinding } from './finding.ts'
import type { TrialProduct } from './package-files.ts'
import { HOUR_MS, type Truth } from './truth.ts'

const WHERE = 'series.csv'

const privateSchema = z.strictObject({
  series: z.array(
    z.strictObject({
      group: z.string().min(1),
      metric: z.string().min(1),
      profile: z.string().min(1),
      binHours: z.int().positive(),
      clip: z.tuple([z.number(), z.number()]),
      grid: z.number().positive(),
      members: z.array(z.string().min(1)),
    }),
  ),
  masked: z.array(z.strictObject({ facility: z.string(), profile: z.string(), metric: z.string(), from_ms: z.int() })),
})
export type Private = z.infer<typeof privateSchema>

/** What the writer says is behind the series, from the job's folder; everything in it is checked. */
export async function readPrivate(jobFolder: string): Promise<Private> {
  return privateSchema.parse(JSON.parse(await readFile(join(jobFolder, PRIVATE_FILE), 'utf8')))
}

/** Groups are of the policy's size, of people who are in the subjects, each in one group of a device type; a metric has enough of them. */
export function checkMembers({ series }: Private, people: ReadonlySet<string>, policy: TrialPolicy): TrialFinding[] {
  const wrong = new Set<TrialFinding['check']>()
  const { groupMin, groupMax, minPersons } = policy.series
  const groupOf = new Map<string, Set<string>>()
  const peopleOf = new Map<string, Set<string>>()
  for (const { group, profile, members } of series) {
    if (members.some(id => !people.has(id))) wrong.add('orphans')
    if (new Set(members).size !== members.length || members.length < minPersons) wrong.add('series_persons')
    peopleOf.set(group, new Set([...(peopleOf.get(group) ?? []), ...members]))
    for (const id of members) {
      const key = `${profile} ${id}`
      groupOf.set(key, (groupOf.get(key) ?? new Set()).add(group))
    }
  }
  const single = (group: string) => !series.some(of => of.profile === group.split('/')[0] && of.group !== group)
  for (const [group, of] of peopleOf)
    if (of.size > groupMax || of.size < (single(group) ? minPersons : groupMin)) wrong.add('series_persons')
  if ([...groupOf.values()].some(groups => groups.size > 1)) wrong.add('series_persons')
  return [...wrong].map(check => ({ check, where: WHERE }))
}

/**
 * Half a step of rounding at the end, and as much for the values having been rounded to tenths of a step on their way: what is told
 * must lie that near to what is recounted.
 */
const SLACK_STEPS = 0.75

/** Mean of the readings of each participant in each hour of the participant's own time. */
const RAW = `
  create or replace temp table gate_raw as
  select b.subject, r.profile, r.metric, (r.device_ms - p.start_ms) // ${HOUR_MS} as hour, fsum(r.value) / count(*) as value
  from read_parquet($file) r
  join gate_belongs b on b.device = r.device and b.facility = r.facility and b.profile = r.profile
    and r.device_ms >= b.from_ms and r.device_ms < b.to_ms
  join gate_person p on p.subject = b.subject
  where r.value is not null and isfinite(r.value)
  group by all`

/** Of the members alone, moved into the clip; hours that are masked do not count. */
const HOURS = `
  create or replace temp table gate_hours as
  select subject, profile, metric, bin_hours, hour, greatest(clip_low, least(clip_high, value)) as value
  from gate_raw join gate_member using (subject, profile, metric)`

/** Hours of each member's own time that are masked at the member's facility. */
const HIDDEN = `
  create or replace temp table gate_hidden as
  select distinct m.subject, m.profile, m.metric, (k.from_ms - p.start_ms) // ${HOUR_MS} as hour
  from gate_member m join gate_person p using (subject) join gate_home h using (subject)
  join gate_masked k on k.facility = h.site and k.profile = m.profile and k.metric = m.metric
  where k.from_ms > p.start_ms - ${HOUR_MS} and k.from_ms < p.to_ms`
const UNHIDDEN = `
  delete from gate_hours using gate_hidden k where k.subject = gate_hours.subject and k.profile = gate_hours.profile
    and k.metric = gate_hours.metric and k.hour = gate_hours.hour`

const BINS = `
  create or replace temp table gate_bins as
  select subject, profile, metric, (hour // bin_hours) * bin_hours as hour, any_value(bin_hours) as bin_hours, fsum(value) / count(*) as value
  from gate_hours group by subject, profile, metric, (hour // bin_hours) * bin_hours`

/** A member's usual value at each hour of the day, or as a whole in wider bins; the lower median, as the layout defines it. */
const USUAL = `
  create or replace temp table gate_usual as
  with daily as (
    select subject, profile, metric, hour % 24 as clock, quantile_disc(value, 0.5) as value from gate_bins where bin_hours = 1 group by all
  ), whole as (
    select subject, profile, metric, any_value(bin_hours) as bin_hours, quantile_disc(value, 0.5) as value from gate_bins group by all
  )
  select w.subject, w.profile, w.metric, c.clock, coalesce(daily.value, w.value) as value,
    case when w.bin_hours = 1 then 'h' || lpad(c.clock::varchar, 2, '0') else 'usual' end as "column"
  from whole w join (select unnest(range(24)) as clock) c on w.bin_hours = 1 or c.clock = 0
  left join daily on daily.subject = w.subject and daily.profile = w.profile and daily.metric = w.metric and daily.clock = c.clock`

/**
 * What a member brings to each bin of the participation: the median of the own bins at that hour of the day within a week on either side, of the bin
 * itself where bins are weeks. Null where there is none.
 * @param hours on either side
 */
const running = (hours: number): string => `
  create or replace temp table gate_running as
  with grid as (
    select m.subject, m.profile, m.metric, m.bin_hours,
      unnest(range(0, ceil((p.to_ms - p.start_ms) / ${HOUR_MS})::bigint, m.bin_hours)) as hour
    from (select distinct subject, profile, metric, bin_hours from gate_member) m join gate_person p using (subject)
  )
  select g.subject, g.profile, g.metric, g.hour, quantile_disc(b.value, 0.5) over (
    partition by g.subject, g.profile, g.metric, g.hour % 24 order by g.hour
    range between (case when g.bin_hours > 24 then 0 else ${hours} end) preceding and (case when g.bin_hours > 24 then 0 else ${hours} end) following) as value
  from grid g left join gate_bins b on b.subject = g.subject and b.profile = g.profile and b.metric = g.metric and b.hour = g.hour`

/** One row a member and told bin: what the member brings or, in its stead, the usual value. */
const VALUES = `
  create or replace temp table gate_values as
  select s.n, m.subject, run.value is not null as measured, coalesce(run.value, usual.value) as value
  from gate_series s
  join gate_member m on m."group" = s."group" and m.metric = s.metric
  left join gate_running run on run.subject = m.subject and run.profile = m.profile and run.metric = m.metric and run.hour = s.hour::bigint
  left join gate_usual usual on usual.subject = m.subject and usual.profile = m.profile and usual.metric = m.metric
    and usual.clock = case when m.bin_hours = 1 then s.hour::bigint % 24 else 0 end`

/** Per told bin: persons measured, and mean, sample deviation and quartiles as the layout defines them. */
const RECOUNT = `
  create or replace temp table gate_recount as
  with ranked as (
    select n, measured, value, row_number() over (partition by n order by value) as rank, count(*) over (partition by n) as persons
    from gate_values where value is not null
  ), edged as (
    select *, max(value) filter (rank = 1 + persons // 10) over w as bottom, max(value) filter (rank = persons - persons // 10) over w as top,
      max(value) filter (rank = 1 + persons // 4) over w as low, max(value) filter (rank = persons - persons // 4) over w as high
    from ranked window w as (partition by n)
  )
  select n, any_value(persons) as persons, count(*) filter (measured) as measured, avg(greatest(bottom, least(top, value))) as mean,
    stddev_samp(greatest(bottom, least(top, value))) as sd, any_value(low) as low, any_value(high) as high
  from edged group by n`

const loaded = (name: string, fields: string, parameter: string): string => `
  create or replace temp table ${name} as select unnest(from_json($${parameter}, '[{${fields}}]'), recursive := true)`

/**
 * What each member's bins and usual days are; and, of a product with series, what each told bin would be.
 * @param readingsFile Parquet as TelemetrySource.extract writes it
 */
export async function recountSeries(
  connection: DuckdbConnection,
  readingsFile: string,
  { series, masked }: Private,
  truth: Truth,
  product: TrialProduct,
): Promise<void> {
  const members = series.flatMap(({ members, binHours, clip, ...of }) =>
    members.map(subject => ({ ...of, bin_hours: binHours, clip_low: clip[0], clip_high: clip[1], subject })),
  )
  const fields = `"group":"VARCHAR","metric":"VARCHAR","profile":"VARCHAR","grid":"DOUBLE","bin_hours":"BIGINT","clip_low":"DOUBLE","clip_high":"DOUBLE","subject":"VARCHAR"`
  await connection.run(loaded('gate_member', fields, 'json'), { json: JSON.stringify(members) })
  await connection.run(
    loaded('gate_masked', '"facility":"VARCHAR","profile":"VARCHAR","metric":"VARCHAR","from_ms":"BIGINT"', 'json'),
    { json: JSON.stringify(masked) },
  )
  await connection.run(loaded('gate_home', '"subject":"VARCHAR","site":"VARCHAR"', 'json'), {
    json: JSON.stringify(truth.subjects.map(({ id, site }) => ({ subject: id, site }))),
  })
  await connection.run(RAW, { file: readingsFile })
  await connection.run(HOURS)
  await connection.run(HIDDEN)
  await connection.run(UNHIDDEN)
  await connection.run(BINS)
  await connection.run(USUAL)
  if (product === 'P0') return
  await connection.run(running(product === 'P2' ? 0 : 168))
  await connection.run(VALUES)
  await connection.run(RECOUNT)
}

/** In P2 a series is one person's: nobody else is needed for it, and there are no quartiles. */
export async function checkSeries(
  connection: DuckdbConnection,
  product: TrialProduct,
  policy: TrialPolicy,
): Promise<TrialFinding[]> {
  const count = async (sql: string) => Number((await connection.rows(sql))[0]?.n ?? 0)
  const findings: TrialFinding[] = []
  const found = (check: TrialFinding['check']) => findings.push({ check, where: WHERE })
  const { beyondQuantile } = policy.series
  const minPersons = product === 'P2' ? 1 : policy.series.minPersons
  const joined = `gate_series s left join gate_recount r using (n)
    left join (select "group", metric, any_value(grid) as grid, any_value(bin_hours) as bin_hours from gate_member group by all) g
      on g."group" = s."group" and g.metric = s.metric`
  const far = (column: string) =>
    `not coalesce(abs(try_cast(s."${column}" as double) - r.${column}) <= ${SLACK_STEPS} * g.grid + 1e-9, false)`

  const sd = product === 'P2' ? `s.sd <> ''` : far('sd')
  const disorder = `select count(*) as n from (select ("group", metric, hour::bigint) as this,
    lag(("group", metric, hour::bigint)) over (order by n) as before from gate_series) where before >= this`
  if (await count(disorder)) found('order')
  if (await count(`select count(*) as n from ${joined} where coalesce(r.measured, 0) < ${minPersons}`))
    found('series_persons')
  if (
    await count(
      `select count(*) as n from ${joined} where s.hour::bigint % g.bin_hours <> 0 or ${far('mean')} or ${sd}`,
    )
  )
    found('series_values')
  const quartile = (column: 'low' | 'high') =>
    `case when r.persons // 4 < ${beyondQuantile} then s.${column} <> '' else s.${column} <> '' and ${far(column)} end`
  if (
    await count(`select count(*) as n from ${joined} where coalesce(${quartile('low')} or ${quartile('high')}, true)`)
  )
    found('series_quantiles')
  // Off the grid there are digits that only one person's values could have made.
  const offGrid = ['mean', 'sd', 'low', 'high']
    .map(column => `try_cast(nullif(s.${column}, '') as double) / g.grid`)
    .map(steps => `coalesce(abs(${steps} - round(${steps})) > 1e-6, false)`)
    .join(' or ')
  if (await count(`select count(*) as n from ${joined} where ${offGrid}`)) found('series_values')
  return findings
}
