/** Measures that look at sizes of classes only: discernibility, and the average size of a class. */
import type { Measure, MeasureInput } from './measure.ts'

/** Classes there can be at most: no more than combinations of values, than groups in the table, than fit with the smallest size. */
function mostClasses({ table, base }: MeasureInput): (levels: readonly number[]) => number {
  /** Attribute → level → values that occur. */
  const values = table.attributes.map(({ codes }, i) =>
    codes.map(codeOf => new Set(base.leaves[i]!.map(leaf => codeOf[leaf]!)).size),
  )
  return levels =>
    Math.min(
      base.groups.size,
      levels.reduce((product, level, i) => product * values[i]![level]!, 1),
    )
}

/** Σ|class|² + records · suppressed. A suppressed record costs at least as much as in its class. */
export function discernibility(input: MeasureInput): Measure {
  const { records } = input.table
  const most = mostClasses(input)
  return {
    bound: levels => Math.max((records * records) / most(levels), records * input.minSize),
    score({ classes, out, suppressed }) {
      let sum = records * suppressed
      for (let group = 0; group < classes.size; group++) if (!out[group]) sum += classes.counts[group]! ** 2
      return sum
    },
  }
}

/** Records for each class; all that is suppressed is one more class. */
export function averageClassSize(input: MeasureInput): Measure {
  const { records } = input.table
  const most = mostClasses(input)
  const fitting = Math.floor(records / input.minSize)
  return {
    bound: levels => records / (Math.min(most(levels), fitting) + 1),
    score: ({ kept, suppressed }) => records / (kept + (suppressed > 0 ? 1 : 0)),
  }
}
