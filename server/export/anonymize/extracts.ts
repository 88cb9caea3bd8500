/** Reads the two extracts of a trial through DuckDB: what was measured of each participant in each hour, and what happened. */
import { join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import type { DeviceProfile, Metric } from '../../../core/profile.ts'
import { fromWallClock, wallClock } from '../../../core/time.ts'
import type { DuckdbConnection } from '../../../storage/duckdb.ts'
import { EVENTS_FILE, READINGS_FILE, type TrialInput } from '../trial/input.ts'
import { checkColumns, checkValues } from './columns.ts'
import { unitExponentOf, unitsNumber } from './grid.ts'

export const HOUR_MS = 3_600_000
/** Stands for an hour without a reading. */
export const NOTHING = -0x8000_0000

/** A participant's own clock: hours and days are counted from the local midnight before the first moment. */
export interface Participant {
  id: string
  site: string
  originMs: number
  /** Begun hours up to the end of participation. */
  hours: number
  /** Whole days up to the end of participation. */
  days: number
}

export interface MeasuredMetric {
  profile: DeviceProfile
  metric: string
  definition: Metric
  /** Values are whole multiples of 10 to this power. */
  unitExponent: number
  /** Participant → value of each hour in units, or NOTHING; absent without any reading. */
  values: Map<number, Int32Array>
}

export interface Happening {
  subject: number
  profile: string
  type: string
  /** Hour since the participant's origin. */
  hour: number
}

const participantsOf = ({ subjects, zone }: TrialInput): Participant[] =>
  subjects.map(({ id, site, from_ms, to_ms }) => {
    const originMs = fromWallClock({ ...wallClock(from_ms, zone), hour: 0, minute: 0, second: 0 }, zone)
    const length = to_ms - originMs
    return { id, site, originMs, hours: Math.ceil(length / HOUR_MS), days: Math.floor(length / (24 * HOUR_MS)) }
  })

const SPANS = `
  create temp table spans as
  select unnest(from_json($spans,
    '[{"facility":"VARCHAR","device":"VARCHAR","subject":"INTEGER","from_ms":"BIGINT","to_ms":"BIGINT","origin_ms":"BIGINT"}]'
  ), recursive := true)`

/** Opens the extracts: checks columns and values, and says which device was whose and when. @throws AppError `readings_unreadable` and those of columns.ts */
export async function openExtracts(connection: DuckdbConnection, folder: string, input: TrialInput) {
  const readings = join(folder, READINGS_FILE)
  const events = join(folder, EVENTS_FILE)
  const read = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      if (error instanceof AppError && error.code !== 'store_unavailable') throw error
      throw new AppError('readings_unreadable', 'An extract of the trial cannot be read', { cause: error })
    }
  }
  const columnsOf = async (file: string) =>
    (await connection.rows('describe select * from read_parquet($file)', { file })).map(row => String(row.column_name))
  return read(async () => {
    checkColumns('readings', await columnsOf(readings))
    checkColumns('events', await columnsOf(events))
    const measured = await connection.rows(
      `select profile, metric, coalesce(to_json(list(distinct text) filter (text is not null)), '[]')::varchar as texts, count(*)::double as n
       from read_parquet($file) group by profile, metric`,
      { file: readings },
    )
    const happened = await connection.rows('select distinct profile, type from read_parquet($file)', { file: events })
    checkValues(input, {
      readings: measured.map(row => ({
        profile: String(row.profile),
        metric: String(row.metric),
        texts: JSON.parse(String(row.texts)) as string[],
      })),
      events: happened.map(row => ({ profile: String(row.profile), type: String(row.type) })),
    })
    const participants = participantsOf(input)
    const index = new Map(participants.map(({ id }, i) => [id, i]))
    await connection.run(SPANS, {
      spans: JSON.stringify(
        input.placements.flatMap(({ device, facility, subject, from_ms, to_ms }) => {
          const i = index.get(subject)
          const of = i === undefined ? undefined : input.subjects[i]
          if (i === undefined || !of) return []
          const [from, to] = [Math.max(from_ms, of.from_ms, input.from_ms), Math.min(to_ms, of.to_ms, input.to_ms)]
          return from < to
            ? [{ facility, device, subject: i, from_ms: from, to_ms: to, origin_ms: participants[i]!.originMs }]
            : []
        }),
      ),
    })
    return { participants, readings, events, rows: measured.reduce((sum, row) => sum + Number(row.n), 0) }
  })
}

const HOURS = `
  with metrics as (
    select unnest(from_json($metrics, '[{"i":"INTEGER","profile":"VARCHAR","metric":"VARCHAR","unit":"DOUBLE"}]'), recursive := true)
  ), sums as (
    select s.subject, m.i, m.unit, cast((r.device_ms - s.origin_ms) // 3600000 as integer) as hour,
      count(*) as n, sum(cast(round(r.value * 1000000) as hugeint)) as total
    from read_parquet($file) r
    join metrics m on m.profile = r.profile and m.metric = r.metric
    join spans s on s.device = r.device and s.facility = r.facility and r.device_ms >= s.from_ms and r.device_ms < s.to_ms
    where r.value is not null and isfinite(r.value)
    group by all
  )
  select subject, i, hour, cast(round(total::double / n / 1000000 / unit) as integer) from sums`

/** Hourly values of all metrics that are numbers or booleans; one pass over the readings, whose memory does not grow with them. */
export async function readHours(
  connection: DuckdbConnection,
  file: string,
  input: TrialInput,
  participants: readonly Participant[],
): Promise<MeasuredMetric[]> {
  const metrics: MeasuredMetric[] = input.profiles.flatMap(profile =>
    Object.entries(profile.metrics).flatMap(([metric, definition]) =>
      definition.kind === 'enum'
        ? []
        : [{ profile, metric, definition, unitExponent: unitExponentOf(definition), values: new Map() }],
    ),
  )
  const asked = metrics.map(({ profile, metric, unitExponent }, i) => ({
    i,
    profile: profile.id,
    metric,
    unit: unitsNumber(1, unitExponent),
  }))
  for await (const [subjects, indexes, hours, values] of connection.stream(HOURS, {
    file,
    metrics: JSON.stringify(asked),
  }))
    for (let row = 0; row < subjects!.length; row++) {
      const subject = subjects![row] as number
      const ofMetric = metrics[indexes![row] as number]!.values
      let of = ofMetric.get(subject)
      if (!of) {
        of = new Int32Array(participants[subject]!.hours).fill(NOTHING)
        ofMetric.set(subject, of)
      }
      of[hours![row] as number] = values![row] as number
    }
  return metrics.filter(({ values }) => values.size > 0)
}

/** Device events of participants, once an hour and type, in order. */
export async function readEvents(connection: DuckdbConnection, file: string): Promise<Happening[]> {
  const rows = await connection.rows(
    `select distinct s.subject, e.profile, e.type, cast((e.device_ms - s.origin_ms) // 3600000 as integer) as hour
     from read_parquet($file) e
     join spans s on s.device = e.device and s.facility = e.facility and e.device_ms >= s.from_ms and e.device_ms < s.to_ms
     order by all`,
    { file },
  )
  return rows.map(row => ({
    subject: Number(row.subject),
    profile: String(row.profile),
    type: String(row.type),
    hour: Number(row.hour),
  }))
}
