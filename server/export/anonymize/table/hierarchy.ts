/** Generalisation hierarchies: what each value of a column becomes, level by level. */
import { AppError } from '../../../../core/errors.ts'

/** Full-domain: every value that may occur is a leaf. `values[leaf][level]`; level 0 is the value itself. */
export interface Hierarchy {
  /** For messages: the column's or the file's name. */
  name: string
  values: readonly (readonly string[])[]
}

/** @param hierarchy checked */
export const levelsOf = (hierarchy: Hierarchy): number => hierarchy.values[0]!.length

/**
 * Every row as long as the first, every leaf once, and values that are one at a level stay one above it: without that, more general
 * would not mean fewer classes, and the search would be wrong.
 * @throws AppError `hierarchy_invalid`, with the row counted from 1
 */
export function checkHierarchy({ name, values }: Hierarchy): void {
  const refuse = (row: number, what: string): never => {
    throw new AppError('hierarchy_invalid', `Hierarchy ${name}, line ${row + 1}: ${what}`)
  }
  const width = values[0]?.length ?? 0
  if (width === 0) throw new AppError('hierarchy_invalid', `Hierarchy ${name} is empty`)
  const leaves = new Set<string>()
  /** For each level: value → what it becomes one level above. */
  const above = Array.from({ length: width - 1 }, () => new Map<string, string>())
  for (const [row, line] of values.entries()) {
    if (line.length !== width) refuse(row, `has ${line.length} levels, the first line has ${width}`)
    if (leaves.has(line[0]!)) refuse(row, `the value ${JSON.stringify(line[0])} was there before`)
    leaves.add(line[0]!)
    for (const [level, parents] of above.entries()) {
      const [value, parent] = [line[level]!, line[level + 1]!]
      const known = parents.get(value)
      if (known === undefined) parents.set(value, parent)
      else if (known !== parent) {
        const both = `${JSON.stringify(known)} and ${JSON.stringify(parent)}`
        refuse(row, `the value ${JSON.stringify(value)} of level ${level} becomes ${both}`)
      }
    }
  }
}
