/** What the attacker knows in the worst case: a job folder's raw data with identities, by person and hour of taking part. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  EVENTS_FILE,
  READINGS_FILE,
  TRIAL_FILE,
  type TrialInput,
  type TrialSubject,
  trialInputSchema,
} from '../../../server/export/trial/input.ts'
import { openDuckdb } from '../../../storage/duckdb.ts'

export const HOUR_MS = 3_600_000
export const DAY_HOURS = 24

export interface KnownEvent {
  type: string
  /** Of the device that told it; `participant` for what nobody's device told. */
  profile: string
  /** Hours since the local midnight of the first day. */
  hour: number
}

export interface KnownPerson {
  subject: TrialSubject
  prefecture: string
  /** Local midnight of the first day, epoch ms. */
  originMs: number
  hours: number
  /** Metric → mean of each hour, NaN where nothing was measured. */
  series: ReadonlyMap<string, Float64Array>
  events: KnownEvent[]
}

export interface Known {
  input: TrialInput
  people: KnownPerson[]
  /** Metric → smallest and largest reading of anybody. */
  extremes: ReadonlyMap<string, { min: number; max: number }>
}

const dayStart = (ms: number, zone: string): number => {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  })
  const [hour = 0, minute = 0, second = 0] = parts.format(ms).split(':').map(Number)
  return ms - (ms % 1000) - ((hour % 24) * 3600 + minute * 60 + second) * 1000
}

export async function knownOf(folder: string): Promise<Known> {
  const input = trialInputSchema.parse(JSON.parse(await readFile(join(folder, TRIAL_FILE), 'utf8')))
  const prefectures = new Map(input.sites.map(({ id, prefecture }) => [id as string, prefecture]))
  const people = input.subjects.map(subject => {
    const originMs = dayStart(subject.from_ms, input.zone)
    return {
      subject,
      prefecture: prefectures.get(subject.site) ?? '',
      originMs,
      hours: Math.ceil((subject.to_ms - originMs) / HOUR_MS),
      series: new Map<string, Float64Array>(),
      events: [] as KnownEvent[],
    }
  })
  const index = new Map(people.map((person, i) => [person.subject.id, i]))
  const database = await openDuckdb({ file: ':memory:', memoryLimitMb: 1_000, tempFolder: folder })
  try {
    const connection = await database.connect()
    await connection.run(
      `create table spans as select unnest(from_json($spans,
        '[{"p":"INTEGER","device":"VARCHAR","facility":"VARCHAR","a":"BIGINT","z":"BIGINT","o":"BIGINT"}]'), recursive := true)`,
      {
        spans: JSON.stringify(
          input.placements.map(({ device, facility, subject, from_ms, to_ms }) => {
            const p = index.get(subject) as number
            return { p, device, facility, a: from_ms, z: to_ms, o: people[p]?.originMs }
          }),
        ),
      },
    )
    const join_ = (alias: string) =>
      `join spans s on s.device = ${alias}.device and s.facility = ${alias}.facility and ${alias}.device_ms >= s.a and ${alias}.device_ms < s.z`
    const hours = connection.stream(
      `select p, metric, ((r.device_ms - o) // ${HOUR_MS})::integer as hour, avg(value) as mean
       from read_parquet($file) r ${join_('r')} where value is not null group by all`,
      { file: join(folder, READINGS_FILE) },
    )
    for await (const [p = [], metric = [], hour = [], value = []] of hours)
      for (let row = 0; row < p.length; row++) {
        const person = people[p[row] as number] as (typeof people)[number]
        let series = person.series.get(metric[row] as string)
        if (!series) {
          series = new Float64Array(person.hours).fill(Number.NaN)
          person.series.set(metric[row] as string, series)
        }
        series[hour[row] as number] = value[row] as number
      }
    const told = await connection.rows(
      `select p, e.profile, type, ((e.device_ms - o) // ${HOUR_MS})::integer as hour
       from read_parquet($file) e ${join_('e')} group by all order by all`,
      { file: join(folder, EVENTS_FILE) },
    )
    for (const { p, profile, type, hour } of told)
      people[p as number]?.events.push({ type: type as string, profile: profile as string, hour: hour as number })
    for (const { subject, type, at_ms } of input.subject_events) {
      const person = people[index.get(subject) as number]
      person?.events.push({ type, profile: 'participant', hour: Math.floor((at_ms - person.originMs) / HOUR_MS) })
    }
    const extremes = await connection.rows(
      'select metric, min(value) as low, max(value) as high from read_parquet($file) where value is not null group by all',
      { file: join(folder, READINGS_FILE) },
    )
    return {
      input,
      people,
      extremes: new Map(
        extremes.map(row => [row.metric as string, { min: row.low as number, max: row.high as number }]),
      ),
    }
  } finally {
    await database.close()
  }
}
