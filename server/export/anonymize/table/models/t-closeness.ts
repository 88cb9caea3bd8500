/** t-closeness: the sensitive values of a class are spread almost as in the whole table, measured by how far they would have to move. */
import type { Attribute } from '../coding.ts'
import { atMost, fractionOf } from '../exact.ts'
import type { ClassCheck, Distribution } from './class-check.ts'

/**
 * With a class's counts c of n and the table's C of N, every distance here is a sum of whole numbers c·N − C·n, divided by n·N and by a whole
 * number that belongs to the distance.
 * @param sumOf of these differences, value by value; whole
 */
function closeness(t: number, whole: Distribution, divisor: number, sumOf: (differences: Float64Array) => number) {
  const { numerator, denominator } = fractionOf(t)
  const { counts: all, records } = whole
  const differences = new Float64Array(all.length)
  const check: ClassCheck = (counts, size) => {
    for (let value = 0; value < all.length; value++) differences[value] = counts[value]! * records - all[value]! * size
    const sum = sumOf(differences)
    const scale = divisor * size * records
    return atMost(sum / scale, t, () => BigInt(sum) * denominator <= numerator * BigInt(scale))
  }
  return check
}

/** ½ Σ|q − p|: all values are equally far from each other. */
export function equalCloseness(t: number, whole: Distribution): ClassCheck {
  return closeness(t, whole, 2, differences => {
    let sum = 0
    for (const difference of differences) sum += Math.abs(difference)
    return sum
  })
}

/** Σ|cumulated q − p| / (m − 1): values lie on a line. @param rank value → place on it, 0 … m − 1 @param places m; there may be more than values that occur */
export function orderedCloseness(t: number, whole: Distribution, rank: readonly number[], places: number): ClassCheck {
  const onLine = new Float64Array(places)
  return closeness(t, whole, Math.max(1, places - 1), differences => {
    onLine.fill(0)
    for (const [value, place] of rank.entries()) onLine[place] = differences[value]!
    let [sum, moved] = [0, 0]
    for (const difference of onLine) {
      moved += difference
      sum += Math.abs(moved)
    }
    return sum
  })
}

/**
 * Values are as far from each other as they have to rise to become one: a move through a node of height h costs h / H, and as much moves
 * through it as its children have too much, or too little, whichever is less.
 * @param leafOf value → leaf @param hierarchy ends in one value
 */
export function hierarchicalCloseness(
  t: number,
  whole: Distribution,
  leafOf: readonly number[],
  hierarchy: Attribute,
): ClassCheck {
  const height = hierarchy.codes.length - 1
  return closeness(t, whole, Math.max(1, height), differences => {
    let children = new Float64Array(hierarchy.leaves)
    for (const [value, leaf] of leafOf.entries()) children[hierarchy.codes[0]![leaf]!] = differences[value]!
    let sum = 0
    for (let level = 1; level <= height; level++) {
      const [below, codes] = [hierarchy.codes[level - 1]!, hierarchy.codes[level]!]
      const above = hierarchy.widths[level]!.length
      const [surplus, want] = [new Float64Array(above), new Float64Array(above)]
      const counted = new Uint8Array(children.length)
      for (let leaf = 0; leaf < hierarchy.leaves; leaf++) {
        const [child, parent] = [below[leaf]!, codes[leaf]!]
        if (counted[child]) continue
        counted[child] = 1
        if (children[child]! > 0) surplus[parent]! += children[child]!
        else want[parent]! -= children[child]!
      }
      for (let node = 0; node < above; node++) sum += level * Math.min(surplus[node]!, want[node]!)
      children = surplus.map((more, node) => more - want[node]!)
    }
    return sum
  })
}
