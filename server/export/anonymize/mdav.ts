/** Microaggregation: groups of at least k points that lie near each other, by maximum distance to average vector (MDAV). */

/**
 * Groups of k to 2k − 1 points. Ties go to the earlier point, so the result is the same for the same order of points.
 * @param points all of one length, on comparable scales
 * @param k above 0; fewer than 2k points make one group
 * @returns indexes of points
 */
export function mdav(points: readonly Float64Array[], k: number): number[][] {
  let left = points.map((_, i) => i)
  const groups: number[][] = []
  const take = (around: number): void => {
    const distances = left.map(i => ({ i, d: distance(points[i]!, points[around]!) }))
    distances.sort((a, b) => a.d - b.d || a.i - b.i)
    const group = distances.slice(0, k).map(({ i }) => i)
    const taken = new Set(group)
    left = left.filter(i => !taken.has(i))
    groups.push(group.sort((a, b) => a - b))
  }
  while (left.length >= 3 * k) {
    const first = farthest(points, left, centroid(points, left))
    take(first)
    take(farthest(points, left, points[first]!))
  }
  if (left.length >= 2 * k) take(farthest(points, left, centroid(points, left)))
  if (left.length > 0) groups.push(left)
  return groups
}

function centroid(points: readonly Float64Array[], of: readonly number[]): Float64Array {
  const sum = new Float64Array(points[of[0]!]!.length)
  for (const i of of) for (const [j, value] of points[i]!.entries()) sum[j]! += value
  return sum.map(value => value / of.length)
}

function farthest(points: readonly Float64Array[], of: readonly number[], from: Float64Array): number {
  let best = of[0]!
  let most = -1
  for (const i of of) {
    const d = distance(points[i]!, from)
    if (d > most) {
      most = d
      best = i
    }
  }
  return best
}

/** Squared Euclidean. */
function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += (a[j]! - b[j]!) ** 2
  return sum
}

/** Each column to mean 0 and deviation 1; NaN (nothing known) becomes the mean. Columns without spread become 0. */
export function standardised(points: readonly (readonly number[])[]): Float64Array[] {
  const result = points.map(point => new Float64Array(point.length))
  for (let j = 0; j < (points[0]?.length ?? 0); j++) {
    const known = points.map(point => point[j]!).filter(value => !Number.isNaN(value))
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length
    const sd = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length)
    for (const [i, point] of points.entries())
      result[i]![j] = sd > 0 && !Number.isNaN(point[j]!) ? (point[j]! - mean) / sd : 0
  }
  return result
}
