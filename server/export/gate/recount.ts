/** Recounts every cell from the raw input, by other means than the engine: own placements join, own clock, own averages. */
import { readFile } from 'node:fs/promises'
import { zoneOffset } from '../../../core/time.ts'
import type { DuckdbConnection } from '../../../storage/duckdb.ts'
import type { ExportInput } from '../input.ts'

export interface Recount {
  readings: number
  residents: number
  mean: number
  /** Readings of the resident who has most of them. */
  largest: number
}

const HOUR_MS = 3_600_000

/** Stretches of the period with one offset from UTC; found with Intl, where the engine asks DuckDB. */
export function offsetSpans(
  fromMs: number,
  toMs: number,
  zone: string,
): { fromMs: number; toMs: number; offsetMs: number }[] {
  const spans: { fromMs: number; toMs: number; offsetMs: number }[] = []
  // Offsets change on whole quarter hours at most.
  for (let at = Math.floor(fromMs / (HOUR_MS / 4)) * (HOUR_MS / 4); at < toMs; at += HOUR_MS / 4) {
    const offsetMs = zoneOffset(at, zone)
    const last = spans.at(-1)
    if (last?.offsetMs === offsetMs) last.toMs = at + HOUR_MS / 4
    else spans.push({ fromMs: at, toMs: at + HOUR_MS / 4, offsetMs })
  }
  return spans
}

/**
 * Every cell that has any reading, key `metric hour`. Placements and consents are read from `input.json` itself.
 * @param inputFile, readingsFile as the build read them
 */
export async function recount(
  connection: DuckdbConnection,
  inputFile: string,
  readingsFile: string,
  input: Pick<ExportInput, 'zone' | 'from_ms' | 'to_ms'>,
): Promise<Map<string, Recount>> {
  const structure = JSON.stringify({
    scope: { facility: 'VARCHAR', device_types: ['VARCHAR'] },
    devices: [{ id: 'VARCHAR', profile: 'VARCHAR' }],
    placements: [{ device: 'VARCHAR', resident: 'VARCHAR', from_ms: 'BIGINT', to_ms: 'BIGINT' }],
    consents: [{ resident: 'VARCHAR', purpose: 'VARCHAR', from_ms: 'BIGINT' }],
  })
  await connection.run(
    `create or replace temp table raw as select unnest(from_json($input, '${structure}'), max_depth := 1)`,
    { input: await readFile(inputFile, 'utf8') },
  )
  const rows = await connection.rows(
    `with span as (
       select unnest(from_json($spans, '[{"fromMs":"BIGINT","toMs":"BIGINT","offsetMs":"BIGINT"}]'), recursive := true)
     ), belongs as (
       -- A device's time with a resident, cut down to what the resident's consent and the period cover.
       select s.device, s.resident, greatest(s.from_ms, c.from_ms, $from_ms) as start_ms, least(coalesce(s.to_ms, $to_ms), $to_ms) as end_ms
       from (select unnest(placements, recursive := true) from raw) s
       join (select resident, min(from_ms) as from_ms
             from (select unnest(consents, recursive := true) from raw) where purpose = 'device_evaluation' group by 1) c
         using (resident)
       where s.device in (select d.id from (select unnest(devices, recursive := true) from raw) d
                          where list_contains((select scope.device_types from raw), d.profile))
     ), seen as (
       select r.metric, ((r.device_ms + o."offsetMs") // ${HOUR_MS}) % 24 as hour, r.value,
         (select any_value(b.resident) from belongs b where b.device = r.device and r.device_ms >= b.start_ms and r.device_ms < b.end_ms) as resident
       from read_parquet($readings_file) r, span o
       where r.device_ms >= o."fromMs" and r.device_ms < o."toMs" and r.text is null and r.value is not null
         and r.facility = (select scope.facility from raw)
         and list_contains((select scope.device_types from raw), r.profile)
         and exists (select 1 from (select unnest(devices, recursive := true) from raw) d where d.id = r.device and d.profile = r.profile)
     ), share as (
       select *, count(*) over (partition by metric, hour, resident) as own from seen where resident is not null
     )
     select metric, hour, count(*) as readings, count(distinct resident) as residents, fsum(value) / count(*) as mean, max(own) as largest
     from share group by metric, hour`,
    {
      spans: JSON.stringify(offsetSpans(input.from_ms, input.to_ms, input.zone)),
      from_ms: BigInt(input.from_ms),
      to_ms: BigInt(input.to_ms),
      readings_file: readingsFile,
    },
  )
  await connection.run('drop table raw')
  return new Map(
    rows.map(row => [
      `${row.metric} ${row.hour}`,
      {
        readings: Number(row.readings),
        residents: Number(row.residents),
        mean: Number(row.mean),
        largest: Number(row.largest),
      },
    ]),
  )
}
