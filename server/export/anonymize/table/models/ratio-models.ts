/** Models that hold a sensitive value's share in a class against a number, or against its share in the whole table. */
import { atMost, fractionOf } from '../exact.ts'
import type { ClassCheck, Distribution } from './class-check.ts'

/** (α, k)-anonymity: no value has more than α of a class. Its k is a matter of size. */
export function alphaBound(alpha: number): ClassCheck {
  const { numerator, denominator } = fractionOf(alpha)
  return (counts, size) => {
    let most = 0
    for (const count of counts) if (count > most) most = count
    return atMost(most / size, alpha, () => BigInt(most) * denominator <= numerator * BigInt(size))
  }
}

/** β-likeness: (q − p)/p ≤ β; the enhanced one also ≤ −ln p, so that what is frequent anyway may grow less. */
export function betaLikeness(beta: number, variant: 'basic' | 'enhanced', whole: Distribution): ClassCheck {
  const { numerator, denominator } = fractionOf(beta)
  const { counts: all, records } = whole
  return (counts, size) =>
    counts.every((count, value) => {
      const share = all[value]! / records
      const gain = count / size / share - 1
      if (count === 0 || gain <= 0) return true
      if (variant === 'enhanced' && gain > -Math.log(share)) return false
      return atMost(gain, beta, () => {
        const [inClass, inTable] = [BigInt(count) * BigInt(records), BigInt(all[value]!) * BigInt(size)]
        return (inClass - inTable) * denominator <= numerator * inTable
      })
    })
}

/** δ-disclosure privacy: |ln(q/p)| < δ for each value of the class. Strict, and no ratio of whole numbers lies on the bound. */
export function deltaDisclosure(delta: number, whole: Distribution): ClassCheck {
  const { counts: all, records } = whole
  return (counts, size) =>
    counts.every((count, value) => count === 0 || Math.abs(Math.log((count * records) / (all[value]! * size))) < delta)
}
