/** Product P0: counts and means per metric and hour of day, over enough residents or not at all. */

import type { DuckdbConnection } from '../../../storage/duckdb.ts'
import { byCode } from '../by-code.ts'
import type { ExportInput } from '../input.ts'
import type { P0Policy } from '../policy.ts'
import { type MetricInScope, metricsInScope } from '../scope.ts'

export interface PublishedCell {
  metric: string
  /** 0–23 in the facility's zone. */
  hour: number
  readings: number
  residents: number
  /** Decimal text with the metric's number of decimals. */
  mean: string
}
export interface P0Tables {
  metrics: MetricInScope[]
  /** Sorted by metric, hour. */
  published: PublishedCell[]
  /** Every other hour of every metric, whether few were measured or none: which of the two is not told. */
  suppressed: { metric: string; hour: number }[]
}

const HOURS = 24

/**
 * One row for each resident, metric and hour. A reading counts where the placement and the consent of its resident hold
 * at device time. Sums are whole numbers: they come out the same in whatever order and on however many threads they are
 * made. `epoch` of the zone's wall clock gives the hour.
 */
const PARTS = `
  create temp table parts as
  with placement as (
    select unnest(from_json($placements, '[{"device":"VARCHAR","resident":"VARCHAR","from_ms":"BIGINT","to_ms":"BIGINT"}]'), recursive := true)
  ), consent as (
    select resident, min(from_ms) as consent_ms
    from (select unnest(from_json($consents, '[{"resident":"VARCHAR","from_ms":"BIGINT"}]'), recursive := true))
    group by resident
  ), device as (
    select unnest(from_json($devices, '[{"id":"VARCHAR","profile":"VARCHAR"}]'), recursive := true)
  ), counted as (
    select unnest(from_json($metrics, '[{"profile":"VARCHAR","metric":"VARCHAR"}]'), recursive := true)
  )
  select
    p.resident,
    r.metric,
    hour((make_timestamp(r.device_ms * 1000) at time zone 'UTC') at time zone $zone) as hour,
    count(*) as readings,
    sum(cast(round(r.value * $scale) as hugeint)) as total
  from read_parquet($file) r
  join device d on d.id = r.device and d.profile = r.profile
  join counted m on m.profile = r.profile and m.metric = r.metric
  join placement p on p.device = r.device and r.device_ms >= p.from_ms and (p.to_ms is null or r.device_ms < p.to_ms)
  join consent c on c.resident = p.resident and r.device_ms >= c.consent_ms
  where r.facility = $facility and r.value is not null and r.device_ms >= $from_ms and r.device_ms < $to_ms
  group by all`

const CELLS = `
  select metric, hour, sum(readings)::bigint as readings, count(*)::bigint as residents, sum(total)::varchar as total
  from parts
  group by metric, hour
  having count(*) >= $min_residents and max(readings) * $share_denominator <= sum(readings) * $share_numerator
  order by metric, hour`

/** @param file the extract, Parquet as TelemetrySource.extract writes it */
export async function buildP0(
  connection: DuckdbConnection,
  file: string,
  input: ExportInput,
  policy: P0Policy,
): Promise<P0Tables> {
  const metrics = metricsInScope(input.profiles, input.scope.device_types)
  const counted = metrics.filter(metric => metric.use === 'mean')
  await connection.run(PARTS, {
    file,
    facility: input.scope.facility,
    zone: input.zone,
    from_ms: BigInt(input.from_ms),
    to_ms: BigInt(input.to_ms),
    scale: 10 ** policy.sumDecimals,
    placements: JSON.stringify(input.placements.filter(placement => placement.resident !== null)),
    consents: JSON.stringify(input.consents),
    devices: JSON.stringify(input.devices),
    metrics: JSON.stringify(counted.flatMap(({ metric, profiles }) => profiles.map(profile => ({ profile, metric })))),
  })
  const rows = await connection.rows(CELLS, {
    min_residents: policy.minResidents,
    share_numerator: policy.maxShare.numerator,
    share_denominator: policy.maxShare.denominator,
  })
  await connection.run('drop table parts')

  const decimalsOf = new Map(counted.map(({ metric, decimals }) => [metric, decimals]))
  const published = rows.map(row => ({
    metric: String(row.metric),
    hour: Number(row.hour),
    readings: Number(row.readings),
    residents: Number(row.residents),
    mean: roundedMean(
      BigInt(String(row.total)),
      BigInt(String(row.readings)),
      policy.sumDecimals,
      decimalsOf.get(String(row.metric)) ?? 0,
    ),
  }))
  published.sort((a, b) => byCode(a.metric, b.metric) || a.hour - b.hour)
  const shown = new Set(published.map(cell => `${cell.metric} ${cell.hour}`))
  const suppressed = counted
    .flatMap(({ metric }) => Array.from({ length: HOURS }, (_, hour) => ({ metric, hour })))
    .filter(cell => !shown.has(`${cell.metric} ${cell.hour}`))
  return { metrics, published, suppressed }
}

/**
 * total · 10^-sumDecimals / count with `decimals` decimals, half away from zero, exactly.
 * @param count above 0
 */
export function roundedMean(total: bigint, count: bigint, sumDecimals: number, decimals: number): string {
  const divisor = count * 10n ** BigInt(sumDecimals)
  const scaled = (total < 0n ? -total : total) * 10n ** BigInt(decimals)
  const rounded = (2n * scaled + divisor) / (2n * divisor)
  const digits = rounded.toString().padStart(decimals + 1, '0')
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return total < 0n && rounded !== 0n ? `-${text}` : text
}
