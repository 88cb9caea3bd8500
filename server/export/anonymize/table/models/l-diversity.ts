/** l-diversity: a class has enough different sensitive values, counted, by entropy, or with the most frequent one held down. */
import { atMost, fractionOf } from '../exact.ts'
import type { ClassCheck } from './class-check.ts'

export function distinctDiversity(l: number): ClassCheck {
  return counts => {
    let present = 0
    for (const count of counts) if (count > 0) present++
    return present >= l
  }
}

/** exp(−Σ q ln q) ≥ l. A class exactly on the bound satisfies it; logarithms alone would let rounding decide. */
export function entropyDiversity(l: number): ClassCheck {
  const bound = Math.log(l)
  const { numerator, denominator } = fractionOf(l)
  return (counts, size) => {
    let sum = 0
    for (const count of counts) if (count > 1) sum += count * Math.log(count)
    const entropy = Math.log(size) - sum / size
    return atMost(bound, entropy, () => {
      // With counts c and n = Σ c: l^n · Π c^c ≤ n^n. A common divisor of the counts changes nothing.
      const present = Array.from(counts).filter(count => count > 0)
      const divisor = present.reduce(greatestCommonDivisor)
      const parts = present.map(count => BigInt(count / divisor))
      const n = BigInt(size / divisor)
      const product = parts.reduce((all, part) => all * part ** part, 1n)
      return numerator ** n * product <= (n * denominator) ** n
    })
  }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))

/** r₁ < c · (r_l + … + r_m), r sorted from the most frequent down. */
export function recursiveDiversity(l: number, c: number): ClassCheck {
  const { numerator, denominator } = fractionOf(c)
  return counts => {
    const sorted = counts.filter(count => count > 0).sort((a, b) => b - a)
    const rare = sorted.subarray(l - 1).reduce((sum, count) => sum + count, 0)
    const most = sorted[0]!
    return !atMost(c * rare, most, () => numerator * BigInt(rare) <= BigInt(most) * denominator)
  }
}
