/** Holds a two-way table of participants against the truth, and attacks the counts that it keeps back. */
import type { TrialSubject } from '../../trial/input.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import type { AggregateRow } from './aggregates.ts'
import type { TrialFinding } from './finding.ts'
import { intervalsOf, type ToldSum } from './interval-attack.ts'
import { leafOf, levelHolding, type QuasiIdentifier } from './levels.ts'
import type { Truth } from './truth.ts'

const TOTAL = 'total'
/** Between the words of a row or column that stands for several values. */
const OR = '|'

export function checkCrossTable(
  cells: readonly AggregateRow[],
  column: QuasiIdentifier,
  counted: readonly TrialSubject[],
  truth: Truth,
  policy: TrialPolicy,
): TrialFinding[] {
  const found = (check: TrialFinding['check']): TrialFinding => ({ check, where: `aggregates.csv: ${column}` })
  const names = (of: 'row' | 'column') => [...new Set(cells.map(cell => cell[of]))].filter(name => name !== TOTAL)
  const rows = placed(names('row'), 'sex', counted, truth)
  const columns = placed(names('column'), column, counted, truth)
  if (!rows || !columns) return [found('aggregate_values')]
  const countOf = (row: string, name: string) =>
    counted.filter((_, i) => (row === TOTAL || rows[i] === row) && (name === TOTAL || columns[i] === name)).length
  const wrong = cells.some(
    ({ row, column: name, persons, value }) => value !== '' || (persons !== null && persons !== countOf(row, name)),
  )
  return [
    ...(wrong ? [found('aggregate_values')] : []),
    ...(solvable(cells, policy.k) ? [found('aggregate_solvable')] : []),
  ]
}

/** For each participant the one name that stands for its value; undefined when some have none or more than one. */
function placed(
  names: readonly string[],
  column: QuasiIdentifier,
  counted: readonly TrialSubject[],
  { prefectureOf }: Truth,
): string[] | undefined {
  const words = names.flatMap(name => name.split(OR))
  const holds = levelHolding(column, words)
  if (!holds) return undefined
  const result: string[] = []
  for (const subject of counted) {
    const leaf = leafOf(subject, prefectureOf.get(subject.site) ?? '', column)
    const own = names.filter(name => name.split(OR).some(word => holds(word, leaf)))
    if (own.length !== 1) return undefined
    result.push(own[0] ?? '')
  }
  return result
}

/** True when some kept back count can be worked out to within k, or does not fit what is told. */
function solvable(cells: readonly AggregateRow[], k: number): boolean {
  const inner = cells.filter(({ row, column }) => row !== TOTAL && column !== TOTAL)
  const hidden = inner.filter(({ persons }) => persons === null)
  if (hidden.length === 0) return false
  const sums: ToldSum[] = cells
    .filter(({ row, column, persons }) => persons !== null && (row === TOTAL || column === TOTAL))
    .map(({ row, column, persons }) => {
      const within = (cell: AggregateRow) =>
        (row === TOTAL || cell.row === row) && (column === TOTAL || cell.column === column)
      const told = inner.filter(within).reduce((sum, cell) => sum + (cell.persons ?? 0), 0)
      return { cells: hidden.flatMap((cell, i) => (within(cell) ? [i] : [])), sum: (persons ?? 0) - told }
    })
  const intervals = intervalsOf(hidden.length, sums)
  return intervals === undefined || intervals.some(({ low, high }) => high - low < k - 1e-6)
}
