/** Holds the published and suppressed tables against the recount: right numbers, enough people, nothing missing. */
import type { ExportInput } from '../input.ts'
import type { P0Policy } from '../policy.ts'
import type { Finding } from './finding.ts'
import type { Recount } from './recount.ts'

/** Rows of the two tables as texts, by column name. */
export interface WrittenTables {
  published: Record<string, string>[]
  suppressed: Record<string, string>[]
}

/** Whatever the policy says, fewer than this is never published. */
const FLOOR = 12
const HOURS = 24
/** Rounding each value to `sumDecimals` before adding moves a mean by at most half of that step. */
const slackOf = (policy: P0Policy): number => 10 ** -policy.sumDecimals

/** Numeric and boolean metrics of the scope with the unit their means must have. */
function unitsOf(input: ExportInput): Map<string, string> {
  const units = new Map<string, string>()
  for (const profile of input.profiles) {
    if (!input.scope.device_types.includes(profile.id)) continue
    for (const [name, metric] of Object.entries(profile.metrics))
      if (metric.kind !== 'enum') units.set(name, metric.kind === 'number' ? metric.unit : '1')
  }
  return units
}

export function checkCells(
  { published, suppressed }: WrittenTables,
  truth: ReadonlyMap<string, Recount>,
  input: ExportInput,
  policy: P0Policy,
): Finding[] {
  const findings: Finding[] = []
  const units = unitsOf(input)
  const found = (check: Finding['check'], where: string) => findings.push({ check, where })
  const least = Math.max(FLOOR, policy.minResidents)
  const dominated = (cell: Recount) =>
    cell.largest * policy.maxShare.denominator > cell.readings * policy.maxShare.numerator
  const keyOf = (row: Record<string, string>) => `${row.metric} ${row.hour}`

  if (published.length === 0) found('empty', 'p0-hourly.csv')
  for (const [i, row] of published.entries()) {
    const where = `p0-hourly.csv, row ${i + 1}`
    const cell = truth.get(keyOf(row))
    if (!cell || cell.residents < least || Number(row.n_residents) < least) found('residents', where)
    if (!cell) continue
    if (dominated(cell)) found('dominance', where)
    if (row.n_readings !== String(cell.readings) || row.n_residents !== String(cell.residents)) found('counts', where)
    if (row.unit !== units.get(row.metric ?? '')) found('units', where)
    const decimals = row.mean?.split('.')[1]?.length ?? 0
    const half = 0.5 * 10 ** -decimals
    if (!(Math.abs(Number(row.mean) - cell.mean) <= half + slackOf(policy))) found('means', where)
  }

  const shown = new Set(published.map(keyOf))
  for (const [key, cell] of truth) {
    const metric = key.slice(0, key.indexOf(' '))
    const mayBeShown = units.has(metric) && cell.residents >= least && !dominated(cell)
    if (mayBeShown && !shown.has(key)) found('withheld', 'p0-hourly.csv')
  }
  const all = [...units.keys()].flatMap(metric => Array.from({ length: HOURS }, (_, hour) => `${metric} ${hour}`))
  const written = [...published, ...suppressed].map(keyOf)
  if (written.sort().join() !== all.sort().join()) found('union', 'suppressed.csv')
  return findings
}
