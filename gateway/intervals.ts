/** Received seqs of one boot, exactly, as closed intervals in ascending order: a flat array of from, to, from, to … */
export type Intervals = number[]

/** Index of the last interval that begins at or below `seq`, or -2. */
function indexAt(intervals: Intervals, seq: number): number {
  const last = intervals.length - 2
  if (last >= 0 && intervals[last]! <= seq) return last
  let low = 0
  let high = intervals.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if (intervals[middle * 2]! <= seq) low = middle + 1
    else high = middle
  }
  return (low - 1) * 2
}

export function includes(intervals: Intervals, seq: number): boolean {
  const last = intervals.length - 1
  if (last < 0 || seq > intervals[last]!) return false
  const at = indexAt(intervals, seq)
  return at >= 0 && seq <= intervals[at + 1]!
}

/** Adds a seq in place, joining neighbours; does nothing when it is there. */
export function addTo(intervals: Intervals, seq: number): void {
  const last = intervals.length - 1
  // Nearly always it is the next one.
  if (last > 0 && intervals[last] === seq - 1) {
    intervals[last] = seq
    return
  }
  const at = indexAt(intervals, seq)
  if (at >= 0 && seq <= intervals[at + 1]!) return
  const joinsLeft = at >= 0 && intervals[at + 1] === seq - 1
  const joinsRight = intervals[at + 2] === seq + 1
  if (joinsLeft && joinsRight) intervals.splice(at + 1, 2)
  else if (joinsLeft) intervals[at + 1] = seq
  else if (joinsRight) intervals[at + 2] = seq
  else intervals.splice(at + 2, 0, seq, seq)
}

/**
 * What a receipt says: everything up to `seq` outside `gaps` was received. With more than `maxGaps` gaps it says less: a lower `seq`.
 * Null when nothing was received.
 */
export function coverOf(intervals: Intervals, maxGaps: number): { seq: number; gaps: [number, number][] } | null {
  if (intervals.length === 0) return null
  const gaps: [number, number][] = []
  let seq = -1
  for (let at = 0; at < intervals.length; at += 2) {
    const from = intervals[at]!
    if (from > seq + 1) {
      if (gaps.length === maxGaps) break
      gaps.push([seq + 1, from - 1])
    }
    seq = intervals[at + 1]!
  }
  return { seq, gaps }
}
