/** Tables over all participants: how many of what kind, how their days go, how often things happened; always over the same people. */
import { byCode } from '../by-code.ts'
import { ANY } from '../trial/layout.ts'
import type { TrialPolicy } from '../trial/policy.ts'
import { type EventHistory, groupOf, nameOf } from './events.ts'
import { roundedSteps, stepsText } from './grid.ts'
import { figuresOf, type Series } from './series.ts'
import { suppressed } from './suppression.ts'

export interface AggregateRow {
  table: string
  row: string
  column: string
  persons: number | null
  value: string | null
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
const TOTAL = 'total'

/** The day of each hourly metric: mean over the members of the series of their usual values, hour by hour. */
export function dailyProfiles({ binnedMetrics }: Series, policy: TrialPolicy): AggregateRow[] {
  const byMetric = new Map<string, { rows: number[][]; of: Series['binnedMetrics'][number]['binned'] }>()
  for (const { binned, members } of binnedMetrics) {
    const name = `${binned.measured.profile.id}/${binned.measured.metric}`
    const of = byMetric.get(name) ?? { rows: [], of: binned }
    of.rows.push(...members.map(subject => HOURS.map(hour => binned.members.get(subject)!.usual(hour))))
    byMetric.set(name, of)
  }
  return [...byMetric].flatMap(([row, { rows, of }]) =>
    (of.binHours === 1 ? HOURS : [0]).map(hour => {
      const values = rows.map(usual => usual[hour]!)
      const { sum, n } = figuresOf(values, policy.series.beyondQuantile)
      const column = of.binHours === 1 ? `h${String(hour).padStart(2, '0')}` : 'usual'
      return {
        table: 'daily_profile',
        row,
        column,
        persons: n,
        value: stepsText(roundedSteps(sum, n, of.unitsPerStep), of.grid),
      }
    }),
  )
}

const RATE = { mantissa: 1, exponent: -1 } as const
const HUNDREDTHS = 10
/** Days with an event in a week, mean over all participants; for types that at least k of them had. */
export function eventRates(histories: readonly EventHistory[], policy: TrialPolicy): AggregateRow[] {
  const types = [...new Set(histories.flatMap(({ types }) => [...types.keys()]))]
  return types.flatMap(type => {
    const had = histories.filter(({ types }) => types.has(type)).length
    if (had < policy.k) return []
    // In hundredths.
    const rates = histories.map(({ types, days }) =>
      Math.round(((types.get(type)?.size ?? 0) / Math.max(1, days)) * 700),
    )
    const { sum, n } = figuresOf(rates, policy.series.beyondQuantile)
    return [
      {
        table: 'event_days_per_week',
        row: `${groupOf(type).slice(0, -1)}${nameOf(type)}`,
        column: ANY,
        persons: n,
        value: stepsText(roundedSteps(sum, n, HUNDREDTHS), RATE),
      },
    ]
  })
}

/**
 * Whether people had an outcome: told when at least k had it and at least k did not, and when that also holds for those of whom the table of
 * participants does not tell it: the difference would be about them.
 * @param outcomes name → whether, participant by participant
 * @param told name → what the participants' table tells of each participant: `yes`, `no` or `*`; absent where there is no such table
 */
export function outcomeCounts(
  outcomes: ReadonlyMap<string, readonly boolean[]>,
  { k }: TrialPolicy,
  told: ReadonlyMap<string, readonly string[]> = new Map(),
): AggregateRow[] {
  return [...outcomes].flatMap(([name, values]) => {
    const yes = values.filter(Boolean).length
    const no = values.length - yes
    const open = told.get(name) ?? []
    const rest = (all: number, word: string) => all - open.filter(value => value === word).length
    const beside = !open.includes(ANY) || Math.min(rest(yes, 'yes'), rest(no, 'no')) >= k
    const enough = Math.min(yes, no) >= k && beside
    return [true, false].map(value => ({
      ...{ table: 'outcome', row: name, column: value ? 'yes' : 'no' },
      persons: enough ? (value ? yes : no) : null,
      value: null,
    }))
  })
}

/**
 * Participants by sex and one other property, with the margins. All tables share sex and nothing else, so that together they tell of a hidden count
 * no more than its own table does.
 * @param sex, values one for each participant
 */
export function crossTable(
  name: string,
  sex: readonly string[],
  values: readonly string[],
  policy: TrialPolicy,
): AggregateRow[] {
  const rows = merged(sex, policy.k)
  const columns = merged(values, policy.k)
  if (!rows || !columns) return []
  const counts = rows.names.map((_, i) =>
    columns.names.map((_, j) => rows.of.filter((r, p) => r === i && columns.of[p] === j).length),
  )
  const hidden = suppressed(counts, policy.k)
  const margin = (of: readonly number[], i: number) => of.filter(value => value === i).length
  const cell = (row: string, column: string, persons: number | null) => ({
    table: `participants_by_sex_and_${name}`,
    row,
    column,
    persons,
    value: null,
  })
  return [
    ...(hidden
      ? counts.flatMap((row, i) => row.map((n, j) => cell(rows.names[i]!, columns.names[j]!, hidden[i]![j] ? null : n)))
      : []),
    ...rows.names.map((row, i) => cell(row, TOTAL, margin(rows.of, i))),
    ...columns.names.map((column, j) => cell(TOTAL, column, margin(columns.of, j))),
    cell(TOTAL, TOTAL, sex.length),
  ]
}

/** Values with fewer than k persons put together, with the next rarest one if need be, so that every margin has k. */
function merged(values: readonly string[], k: number): { names: string[]; of: number[] } | undefined {
  if (values.length < k) return undefined
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const byCount = [...counts].sort((a, b) => a[1] - b[1] || byCode(a[0], b[0]))
  const together: string[] = []
  let n = 0
  for (const [value, count] of byCount) {
    if (count >= k && (n === 0 || n >= k)) break
    together.push(value)
    n += count
  }
  const names = [...new Set(values)].filter(value => !together.includes(value)).sort(byCode)
  const mergedName = together.sort(byCode).join('|')
  if (together.length > 0) names.push(mergedName)
  const at = new Map(names.map((value, i) => [value, i]))
  return { names, of: values.map(value => at.get(together.includes(value) ? mergedName : value)!) }
}

export const sortedAggregates = (rows: readonly AggregateRow[]): AggregateRow[] =>
  [...rows].sort((a, b) => byCode(a.table, b.table) || byCode(a.row, b.row) || byCode(a.column, b.column))
