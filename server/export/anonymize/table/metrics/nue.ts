/** Non-uniform entropy: bits needed to get back from the generalised values to the original ones. */
import type { Measure, MeasureInput } from './measure.ts'

/**
 * The monotone variant does not see what is suppressed. The other one adds, for each attribute, the bits that are needed
 * to get from "suppressed" back to the generalised value.
 */
export function nonUniformEntropy({ table, base, weights }: MeasureInput, variant: { monotone: boolean }): Measure {
  const { attributes } = table
  /** Attribute → level → bits. */
  const bits = attributes.map(({ leaves, codes }, i) => {
    const counts = new Float64Array(leaves)
    for (const [group, leaf] of base.leaves[i]!.entries()) counts[leaf]! += base.groups.counts[group]!
    return codes.map(codeOf => {
      const general = new Float64Array(leaves)
      for (let leaf = 0; leaf < leaves; leaf++) general[codeOf[leaf]!]! += counts[leaf]!
      return sum(counts.map((count, leaf) => (count > 0 ? count * Math.log2(general[codeOf[leaf]!]! / count) : 0)))
    })
  })
  const monotone = (levels: readonly number[]) =>
    levels.reduce((total, level, i) => total + weights[i]! * bits[i]![level]!, 0)
  if (variant.monotone) return { bound: monotone, score: ({ levels }) => monotone(levels) }
  return {
    bound: monotone,
    score({ levels, classes, out, suppressed }) {
      let total = monotone(levels)
      for (const [i, { leaves, codes }] of attributes.entries()) {
        const counts = new Float64Array(leaves)
        const [codeOf, leafOf] = [codes[levels[i]!]!, base.leaves[i]!]
        for (let group = 0; group < classes.size; group++) {
          if (out[group]) counts[codeOf[leafOf[classes.member[group]!]!]!]! += classes.counts[group]!
        }
        total += weights[i]! * sum(counts.map(count => (count > 0 ? count * Math.log2(suppressed / count) : 0)))
      }
      return total
    },
  }
}

/** From the smallest term up: the same result whatever order hierarchy and records are in. */
const sum = (terms: Float64Array): number => terms.sort().reduce((total, term) => total + term, 0)
