/** Cell suppression in a two-way table whose margins are told: nothing hidden can be computed from what is left to within k. */

/** Counts of persons; rows of equal length. */
export type Counts = readonly (readonly number[])[]
/** What is hidden; same shape. */
export type Hidden = boolean[][]

/**
 * Hides every count below k, and as few others as a greedy choice finds so that, from the counts left and all margins, each hidden count could
 * be anything in an interval at least k wide.
 * @returns undefined when even hiding all of them is not enough: then the table is not told
 */
export function suppressed(counts: Counts, k: number): Hidden | undefined {
  const hidden: Hidden = counts.map(row => row.map(n => n < k))
  for (;;) {
    const weak = firstWeak(counts, hidden, k)
    if (!weak) return hidden
    const [row, column] = weak
    // A hidden count moves only along a circle of hidden counts: the smallest neighbours in its row or column close one at least cost.
    let best: [number, number] | undefined
    for (const [i, of] of counts.entries())
      for (const [j, n] of of.entries())
        if (!hidden[i]![j] && (best === undefined || costOf(i, j, n) < costOf(...best, counts[best[0]]![best[1]]!)))
          best = [i, j]
    if (!best) return undefined
    hidden[best[0]]![best[1]] = true
    function costOf(i: number, j: number, n: number): number {
      return n + (i === row || j === column ? 0 : 1e6)
    }
  }
}

function firstWeak(counts: Counts, hidden: Hidden, k: number): [number, number] | undefined {
  for (const [i, row] of hidden.entries())
    for (const [j, isHidden] of row.entries()) {
      if (!isHidden) continue
      const { low, high } = boundsOf(counts, hidden, i, j)
      if (high - low < k) return [i, j]
    }
  return undefined
}

/**
 * Smallest and largest value a hidden count can have, given all others and the margins, and that counts are not negative. Exact: a hidden count
 * changes along circles of hidden counts, which is a flow between rows and columns.
 */
export function boundsOf(counts: Counts, hidden: Hidden, row: number, column: number): { low: number; high: number } {
  const n = counts[row]![column]!
  // Raising this count by x lowers others of its row, which raise others of those columns, back to this column.
  return { low: n - flow(counts, hidden, row, column, 'down'), high: n + flow(counts, hidden, row, column, 'up') }
}

/**
 * How far the count can move. Up: units travel column → … → row over hidden counts, in one direction lowering a count (as much as it is), in
 * the other raising it (as much as one likes); down: the same the other way round, at most the count itself.
 */
function flow(counts: Counts, hidden: Hidden, row: number, column: number, way: 'up' | 'down'): number {
  const rows = counts.length
  const columns = counts[0]!.length
  const nodes = rows + columns
  const capacity = Array.from({ length: nodes }, () => new Float64Array(nodes))
  const total = counts.flat().reduce((sum, n) => sum + n, 0) + 1
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      if (!hidden[i]![j] || (i === row && j === column)) continue
      const [lowering, raising] =
        way === 'up'
          ? [
              [i, rows + j],
              [rows + j, i],
            ]
          : [
              [rows + j, i],
              [i, rows + j],
            ]
      capacity[lowering[0]!]![lowering[1]!] = counts[i]![j]!
      capacity[raising[0]!]![raising[1]!] = total
    }
  const limit = way === 'down' ? counts[row]![column]! : total
  const [source, sink] = way === 'up' ? [row, rows + column] : [row, rows + column]
  let sent = 0
  while (sent < limit) {
    const step = augment(capacity, source, sink, limit - sent)
    if (step === 0) break
    sent += step
  }
  return sent
}

/** One shortest path with room. */
function augment(capacity: Float64Array[], source: number, sink: number, most: number): number {
  const from = new Int32Array(capacity.length).fill(-1)
  from[source] = source
  const queue = [source]
  for (const node of queue) {
    for (const [next, room] of capacity[node]!.entries())
      if (room > 0 && from[next] === -1) {
        from[next] = node
        queue.push(next)
      }
  }
  if (from[sink] === -1) return 0
  let room = most
  for (let node = sink; node !== source; node = from[node]!) room = Math.min(room, capacity[from[node]!]![node]!)
  for (let node = sink; node !== source; node = from[node]!) {
    capacity[from[node]!]![node]! -= room
    capacity[node]![from[node]!]! += room
  }
  return room
}
