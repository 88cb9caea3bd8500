/** What a reader can work out about hidden counts from what is told about sums of them: the smallest and the largest each can be. */

/** A told sum of counts; `cells` are indexes of hidden ones, the others being taken off already. */
export interface ToldSum {
  cells: readonly number[]
  sum: number
}

export interface Interval {
  low: number
  high: number
}

const TINY = 1e-9

/**
 * Bounds of each of `hidden` counts that are not negative and obey the sums, by linear programming (Dantzig's simplex method with
 * Bland's rule). Undefined when no counts obey them: then what is told is wrong.
 */
export function intervalsOf(hidden: number, sums: readonly ToldSum[]): Interval[] | undefined {
  const base = feasible(hidden, sums)
  if (!base) return undefined
  return Array.from({ length: hidden }, (_, cell) => ({
    low: extreme(base, cell, 1),
    high: -extreme(base, cell, -1),
  }))
}

/** Rows of equations in canonical form: coefficients of all variables, then the right side; `basis` has each row's own variable. */
interface Tableau {
  rows: number[][]
  basis: number[]
  variables: number
}

/** Phase one: artificial variables are driven out. */
function feasible(variables: number, sums: readonly ToldSum[]): Tableau | undefined {
  const width = variables + sums.length
  const rows = sums.map(({ cells, sum }, i) => {
    const row = Array<number>(width + 1).fill(0)
    for (const cell of cells) row[cell] = (row[cell] ?? 0) + 1
    row[width] = sum
    row[variables + i] = 1
    return row
  })
  if (rows.some(row => (row[width] ?? 0) < 0)) return undefined
  const tableau = { rows, basis: sums.map((_, i) => variables + i), variables: width }
  const cost = Array.from({ length: width }, (_, i) => (i < variables ? 0 : 1))
  if (minimise(tableau, cost) > TINY) return undefined
  // An artificial variable that is still in the basis is zero: its row is void or lets another in.
  for (let i = rows.length - 1; i >= 0; i--) {
    if ((tableau.basis[i] ?? 0) < variables) continue
    const enter = rows[i]?.findIndex((value, j) => j < variables && Math.abs(value) > TINY) ?? -1
    if (enter >= 0) pivot(tableau, i, enter)
    else {
      rows.splice(i, 1)
      tableau.basis.splice(i, 1)
    }
  }
  return {
    rows: rows.map(row => [...row.slice(0, variables), row[width] ?? 0]),
    basis: tableau.basis,
    variables,
  }
}

/** Smallest value of `sign` times a variable; minus infinity when there is none. */
function extreme({ rows, basis, variables }: Tableau, variable: number, sign: 1 | -1): number {
  const cost = Array.from({ length: variables }, (_, i) => (i === variable ? sign : 0))
  return minimise({ rows: rows.map(row => [...row]), basis: [...basis], variables }, cost)
}

function minimise(tableau: Tableau, cost: readonly number[]): number {
  const { rows, basis, variables } = tableau
  for (;;) {
    const priceOf = (j: number) =>
      (cost[j] ?? 0) - rows.reduce((sum, row, i) => sum + (cost[basis[i] ?? 0] ?? 0) * (row[j] ?? 0), 0)
    let enter = 0
    while (enter < variables && priceOf(enter) >= -TINY) enter++
    if (enter === variables)
      return rows.reduce((sum, row, i) => sum + (cost[basis[i] ?? 0] ?? 0) * (row[variables] ?? 0), 0)
    let leave = -1
    let least = Number.POSITIVE_INFINITY
    for (const [i, row] of rows.entries()) {
      const slope = row[enter] ?? 0
      if (slope <= TINY) continue
      const ratio = (row[variables] ?? 0) / slope
      const nearer = ratio < least - TINY || (ratio < least + TINY && (basis[i] ?? 0) < (basis[leave] ?? 0))
      if (leave < 0 || nearer) [leave, least] = [i, ratio]
    }
    if (leave < 0) return Number.NEGATIVE_INFINITY
    pivot(tableau, leave, enter)
  }
}

function pivot({ rows, basis }: Tableau, leave: number, enter: number): void {
  const row = rows[leave] ?? []
  const divisor = row[enter] ?? 1
  for (const [j, value] of row.entries()) row[j] = value / divisor
  for (const [i, other] of rows.entries()) {
    const factor = other[enter] ?? 0
    if (i === leave || factor === 0) continue
    for (const [j, value] of other.entries()) other[j] = value - factor * (row[j] ?? 0)
  }
  basis[leave] = enter
}
