/** The few statistics that attacks are counted and judged with. */

/** Two-sided 95 %. */
const Z = 1.959963984540054

/** Interval of a rate by Wilson; successes may be a sum of probabilities. */
export function wilson(successes: number, tries: number): { lower: number; upper: number } {
  const rate = successes / tries
  const middle = rate + (Z * Z) / (2 * tries)
  const half = Z * Math.sqrt((rate * (1 - rate)) / tries + (Z * Z) / (4 * tries * tries))
  const scale = 1 + (Z * Z) / tries
  return { lower: Math.max(0, (middle - half) / scale), upper: Math.min(1, (middle + half) / scale) }
}

interface Rate {
  tries: number
  successes: number
}
/** 95 % interval of the difference of two rates, by Newcombe from Wilson's intervals. */
export function difference(a: Rate, b: Rate): { lower: number; upper: number } {
  const [rateA, rateB] = [a.successes / a.tries, b.successes / b.tries]
  const [ofA, ofB] = [wilson(a.successes, a.tries), wilson(b.successes, b.tries)]
  return {
    lower: rateA - rateB - Math.sqrt((rateA - ofA.lower) ** 2 + (ofB.upper - rateB) ** 2),
    upper: rateA - rateB + Math.sqrt((ofA.upper - rateA) ** 2 + (rateB - ofB.lower) ** 2),
  }
}

export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length

/** Kendall's tau-a of two orders and its standard deviation when they have nothing to do with each other. */
export function kendall(a: readonly number[], b: readonly number[]): { tau: number; sd: number } {
  const n = a.length
  let sum = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      sum += Math.sign((a[i] as number) - (a[j] as number)) * Math.sign((b[i] as number) - (b[j] as number))
  return { tau: sum / ((n * (n - 1)) / 2), sd: Math.sqrt((2 * (2 * n + 5)) / (9 * n * (n - 1))) }
}

/** Linear correlation over the places where both have a value; NaN with fewer than `least`. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>, least = 24): number {
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    if (Number.isNaN(x) || Number.isNaN(y)) continue
    n++
    sa += x
    sb += y
    saa += x * x
    sbb += y * y
    sab += x * y
  }
  if (n < least) return Number.NaN
  return (n * sab - sa * sb) / Math.sqrt((n * saa - sa * sa) * (n * sbb - sb * sb))
}

/** Index of the largest value; the first of equals, -1 when all are NaN. */
export function best(values: readonly number[]): number {
  let at = -1
  for (const [i, value] of values.entries())
    if (!Number.isNaN(value) && (at < 0 || value > (values[at] as number))) at = i
  return at
}

/** How well a score tells members from others on people whom its cut was not learnt on: each half is judged by the cut of the other. */
export function advantage(
  members: readonly number[],
  others: readonly number[],
): { hits: number; falseAlarms: number } {
  const half = (scores: readonly number[], odd: number): number[] => scores.filter((_, i) => i % 2 === odd)
  const above = (scores: readonly number[], cut: number) => scores.filter(score => score >= cut).length
  let [hits, falseAlarms] = [0, 0]
  for (const [learn, judge] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const [inside, outside] = [half(members, learn), half(others, learn)]
    const gain = (cut: number) => above(inside, cut) / inside.length - above(outside, cut) / outside.length
    let cut = Number.POSITIVE_INFINITY
    for (const candidate of [...inside, ...outside]) if (gain(candidate) > gain(cut)) cut = candidate
    hits += above(half(members, judge), cut)
    falseAlarms += above(half(others, judge), cut)
  }
  return { hits, falseAlarms }
}
