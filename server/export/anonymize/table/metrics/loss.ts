/** Loss: how much of each attribute's domain a value stands for, over all attributes as a geometric mean; what is suppressed stands for all of it. */
import type { Measure, MeasureInput } from './measure.ts'

/**
 * Domains are counted in whole leaves, so the sums are exact in whatever order they are made, and the bound of a node is
 * its score when nothing is suppressed there, to the last bit.
 */
export function loss({ table, base, weights }: MeasureInput): Measure {
  const { attributes, records } = table
  const n = attributes.length
  /** Attribute → level → leaves that the values of all records stand for. */
  const unsuppressed = attributes.map(({ codes, widths }, i) => {
    return codes.map((codeOf, level) => {
      const [width, leafOf] = [widths[level]!, base.leaves[i]!]
      return base.groups.counts.reduce((sum, count, group) => sum + count * width[codeOf[leafOf[group]!]!]!, 0)
    })
  })
  /** @param spans attribute → leaves that the values of all records stand for: between one and all of them for each record */
  const scoreOf = (spans: readonly number[]) => {
    let product = 1
    for (const [i, { leaves }] of attributes.entries()) {
      const lost = leaves === 1 ? 0 : (spans[i]! - records) / (records * (leaves - 1))
      product *= (1 + lost) ** (weights[i]! / n)
    }
    return product - 1
  }
  return {
    bound: levels => scoreOf(levels.map((level, i) => unsuppressed[i]![level]!)),
    score({ levels, classes, out, suppressed }) {
      if (suppressed === 0) return scoreOf(levels.map((level, i) => unsuppressed[i]![level]!))
      const spans = attributes.map(({ codes, widths, leaves }, i) => {
        const [codeOf, width, leafOf] = [codes[levels[i]!]!, widths[levels[i]!]!, base.leaves[i]!]
        let span = unsuppressed[i]![levels[i]!]!
        for (let group = 0; group < classes.size; group++) {
          if (out[group]) span += classes.counts[group]! * (leaves - width[codeOf[leafOf[classes.member[group]!]!]!]!)
        }
        return span
      })
      return scoreOf(spans)
    },
  }
}
