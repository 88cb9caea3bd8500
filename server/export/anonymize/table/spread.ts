/** How the values of a sensitive column are spread over classes: the worst class by each measure, against the table that the classes make up. */

export interface Spread {
  /** Fewest different values in a class. */
  distinct_l: number
  /** Least exp(−Σ q ln q). */
  entropy_l: number
  /** Largest share of one value. */
  alpha: number
  /** Largest ½ Σ|q − p|. */
  t_equal: number
  /** Largest Σ|cumulated q − p| / (values − 1), values in order of code point. */
  t_ordered: number
  /** Largest (q − p)/p, 0 at least. */
  beta_basic: number
  /** Largest |ln(q/p)| of values in the class. */
  delta: number
}

/** @param classOf record → class @param sizes class → records @param held record → value @param values that there may be */
export function spreadOf(classOf: Int32Array, sizes: Int32Array, held: Int32Array, values: number): Spread {
  const all = new Float64Array(values)
  for (const value of held) all[value]!++
  const present = Int32Array.from(all.keys()).filter(value => all[value]! > 0)
  const starts = new Int32Array(sizes.length + 1)
  for (const [i, size] of sizes.entries()) starts[i + 1] = starts[i]! + size
  const next = starts.slice()
  const sorted = new Int32Array(held.length)
  for (const [record, group] of classOf.entries()) sorted[next[group]!++] = held[record]!

  const counts = new Float64Array(values)
  const worst = { distinct_l: values, entropy_l: values, alpha: 0, t_equal: 0, t_ordered: 0, beta_basic: 0, delta: 0 }
  for (const [group, size] of sizes.entries()) {
    counts.fill(0)
    for (let i = starts[group]!; i < starts[group + 1]!; i++) counts[sorted[i]!]!++
    let [distinct, entropy, moved, equal, ordered] = [0, 0, 0, 0, 0]
    for (const value of present) {
      const [q, p] = [counts[value]! / size, all[value]! / held.length]
      moved += q - p
      equal += Math.abs(q - p)
      ordered += Math.abs(moved)
      if (q === 0) continue
      distinct++
      entropy -= q * Math.log(q)
      worst.alpha = Math.max(worst.alpha, q)
      worst.beta_basic = Math.max(worst.beta_basic, (q - p) / p)
      worst.delta = Math.max(worst.delta, Math.abs(Math.log(q / p)))
    }
    worst.distinct_l = Math.min(worst.distinct_l, distinct)
    worst.entropy_l = Math.min(worst.entropy_l, Math.exp(entropy))
    worst.t_equal = Math.max(worst.t_equal, equal / 2)
    worst.t_ordered = Math.max(worst.t_ordered, ordered / Math.max(1, present.length - 1))
  }
  return worst
}
