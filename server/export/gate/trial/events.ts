/** Holds what is told to have happened against what did, and counts how many share every combination of what is told. */
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { FALL_EVENT, QUASI_IDENTIFIERS, SENSITIVE } from '../../trial/layout.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import { eventGroupsOf } from './event-groups.ts'
import type { TrialFinding } from './finding.ts'
import { DAY_MS, type Truth } from './truth.ts'

const WHERE = 'events.csv'
const JOINED = [...QUASI_IDENTIFIERS, ...SENSITIVE].map(column => `"${column}"`).join(', ')
const CLASS = QUASI_IDENTIFIERS.map(column => `s."${column}"`).join(', ')

/**
 * `gate_happened` (subject, type, family, day, fell, adverse_event): everything that happened to a participant during
 * participation, by type, by the group of the type, and by day of relative time from 0.
 * @param eventsFile Parquet of what devices reported
 */
export async function loadHappened(connection: DuckdbConnection, eventsFile: string, truth: Truth): Promise<void> {
  await connection.run(
    `create or replace temp table gate_happened as
     with seen as (
       select b.subject, e.type, b.profile, e.device_ms as at_ms from read_parquet($file) e
       join gate_belongs b on b.device = e.device and b.facility = e.facility and b.profile = e.profile
         and e.device_ms >= b.from_ms and e.device_ms < b.to_ms
       union all
       select r.subject, r.type, '' as profile, r.at_ms from
         (select unnest(from_json($reported, '[{"subject":"VARCHAR","type":"VARCHAR","at_ms":"BIGINT"}]'), recursive := true)) r
     ), grouped as (
       select unnest(from_json($groups, '[{"type":"VARCHAR","family":"VARCHAR","profile":"VARCHAR"}]'), recursive := true)
     )
     select s.subject, s.type, g.family, (s.at_ms - p.start_ms) // ${DAY_MS} as day,
       s.type = '${FALL_EVENT}' as fell, s.type in ('adverse_event', 'serious_adverse_event') as adverse_event
     from seen s join gate_person p using (subject) left join grouped g on g.type = s.type and g.profile = s.profile`,
    {
      file: eventsFile,
      reported: JSON.stringify(truth.input.subject_events),
      groups: JSON.stringify(eventGroupsOf(truth.input.profiles)),
    },
  )
}

/** Days of relative time that a period covers, as SQL on the column `period`: first and last, from 0. */
const LENGTH = `case left(period, 1) when 'd' then 1 when 'w' then 7 when 'm' then 28 end`
const FIRST = `case when period = 'all' then 0 else (try_cast(substr(period, 2) as bigint) - 1) * ${LENGTH} end`
const LAST = `case when period = 'all' then 1000000 else try_cast(substr(period, 2) as bigint) * ${LENGTH} - 1 end`

export async function checkEvents(connection: DuckdbConnection): Promise<TrialFinding[]> {
  const count = async (sql: string) => Number((await connection.rows(sql))[0]?.n ?? 0)
  const findings: TrialFinding[] = []
  const found = (check: TrialFinding['check']) => findings.push({ check, where: WHERE })

  if (await count('select count(*) as n from gate_events where pid not in (select pid from gate_subjects)'))
    found('orphans')
  const disorder = `select count(*) as n from (
    select (pid, event, period) as this, lag((pid, event, period)) over (order by n) as before from gate_events) where before >= this`
  if (await count(disorder)) found('order')

  const untrue = `
    with told as (select pid, event, period, ${FIRST} as first, ${LAST} as last from gate_events)
    select count(*) as n from told join gate_person p using (pid) where not exists (
      select 1 from gate_happened h where h.subject = p.subject and told.event in (h.type, h.family) and h.day between told.first and told.last)`
  if (await count(untrue)) found('event_truth')

  return findings
}

/** Whoever knows some of what is told to have happened to a person, or all of it, finds k people. */
export async function checkPower(connection: DuckdbConnection, policy: TrialPolicy): Promise<TrialFinding[]> {
  const [one, two] = await eventSupport(connection)
  const few = (fewest: number | null) => fewest !== null && fewest < policy.k
  const findings: TrialFinding[] = []
  if (few(one) || (policy.events.power >= 2 && few(two))) findings.push({ check: 'event_power', where: WHERE })
  if ((await leastJoined(connection)) < policy.k)
    findings.push({ check: 'event_power', where: 'subjects.csv with events.csv' })
  return findings
}

const TOLD = `told as (
  select distinct e.pid, e.event, e.period, hash(${CLASS}) as class from gate_events e join gate_subjects s using (pid))`

/** Fewest within a class who share any one, and any two, of the told events; enough in every class are enough in all. Null: none told. */
export async function eventSupport(connection: DuckdbConnection): Promise<[number | null, number | null]> {
  const least = async (sql: string) => {
    const [row = {}] = await connection.rows(`with ${TOLD} select min(n) as n from (${sql})`)
    return row.n === null || row.n === undefined ? null : Number(row.n)
  }
  const one = await least('select count(*) as n from told group by class, event, period')
  const two = await least(
    `select count(*) as n from told a join told b on a.pid = b.pid and (a.event, a.period) < (b.event, b.period)
     group by a.class, a.event, a.period, b.event, b.period`,
  )
  // One event is as good as two when nobody has two.
  return [one, two === null ? one : Math.min(two, one ?? two)]
}

/** Fewest rows of the subjects that are the same in all columns and in everything that happened: what a join of the files can tell apart. */
async function leastJoined(connection: DuckdbConnection): Promise<number> {
  const sensitive = SENSITIVE.map(column => `s."${column}"`).join(', ')
  const [row = {}] = await connection.rows(
    `with life as (
       select s.pid, ${CLASS}, ${sensitive}, coalesce(string_agg(e.event || ' ' || e.period, ',' order by e.event, e.period), '') as events
       from gate_subjects s left join gate_events e using (pid) group by all)
     select min(n) as n from (select count(*) as n from life group by ${JOINED}, events)`,
  )
  return Number(row.n ?? 0)
}
