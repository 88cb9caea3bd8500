/** Looks at one node of the lattice: which classes it has, which of them have to be left out, which records that concerns. */
import type { CodedTable } from './coding.ts'
import { type Base, type Groups, groupRecords, raisedInto } from './groups.ts'
import { type Lattice, levelOf, levelsAt } from './lattice.ts'
import type { Release } from './metrics/measure.ts'
import { classCheckOf, type NumberedModels } from './models/resolve.ts'
import { createRollUps } from './roll-ups.ts'

export interface Examiner {
  /** What releases are made of. */
  base: Base
  /** Records in classes too small for any model: never more at a more general node. */
  tooSmall(node: number): number
  /** All models applied. */
  release(node: number): Release
  /** Record → 1 when its class satisfies all models. */
  kept(node: number): Uint8Array
}

/**
 * Models speak of sensitive values, so records are counted in cells: equal in quasi-identifiers and in those values. A class is what
 * cells become when the values count no more; in the key of a cell a sensitive value is one more digit, raised like any other.
 */
export function createExaminer(
  table: CodedTable,
  lattice: Lattice,
  { minSize, models }: NumberedModels,
  checkOf = classCheckOf,
): Examiner {
  const people = groupRecords(table.attributes, table.leaves, table.records)
  const peopleAt = createRollUps(people, lattice)
  const first = table.attributes.length
  const columns = [...new Set(models.map(({ column }) => column))]
  const cells =
    columns.length === 0
      ? people
      : groupRecords(
          [...table.attributes, ...columns.map(column => sensitiveColumn(table.values[column]!))],
          [...table.leaves, ...columns.map(column => table.sensitive[column]!)],
          table.records,
        )
  const cellsOf = columns.length === 0 ? peopleAt : createRollUps(cells, lattice)
  const checked = columns.map((column, i) => {
    const values = cells.leaves[first + i]!
    const counts = new Int32Array(table.values[column]!)
    for (const [cell, value] of values.entries()) counts[value]! += cells.groups.counts[cell]!
    const whole = { counts, records: table.records }
    const checks = models.filter(model => model.column === column).map(model => checkOf(model, whole))
    return { values, checks, counts: new Int32Array(counts.length) }
  })

  const judged = (at: Groups): { classes: Groups; classOf: Int32Array | null; out: Uint8Array } => {
    let classes = at
    let classOf: Int32Array | null = null
    for (const i of columns.keys()) {
      const { groups, into } = raisedInto(cells, classes, first + i, 0, 1)
      classes = groups
      classOf = classOf ? composed(classOf, into) : into
    }
    const out = new Uint8Array(classes.size)
    for (let group = 0; group < classes.size; group++) out[group] = classes.counts[group]! < minSize ? 1 : 0
    if (classOf) {
      const { starts, sorted } = sortedBy(classOf, classes.size)
      for (let group = 0; group < classes.size; group++) {
        if (out[group]) continue
        const satisfied = checked.every(({ values, checks, counts }) => {
          counts.fill(0)
          for (let i = starts[group]!; i < starts[group + 1]!; i++) {
            const cell = sorted[i]!
            counts[values[at.member[cell]!]!]! += at.counts[cell]!
          }
          return checks.every(check => check(counts, classes.counts[group]!))
        })
        if (!satisfied) out[group] = 1
      }
    }
    return { classes, classOf, out }
  }
  return {
    base: cells,
    tooSmall(node) {
      const { counts, size } = peopleAt.at(node)
      let records = 0
      for (let group = 0; group < size; group++) if (counts[group]! < minSize) records += counts[group]!
      return records
    },
    release(node) {
      const { classes, out } = judged(cellsOf.at(node))
      let [suppressed, kept] = [0, 0]
      for (let group = 0; group < classes.size; group++) {
        if (out[group]) suppressed += classes.counts[group]!
        else kept++
      }
      return { levels: levelsAt(lattice, node), classes, out, suppressed, kept }
    },
    kept(node) {
      let at = cells.groups
      let groupOf = cells.groupOf
      for (const i of table.attributes.keys()) {
        const { groups, into } = raisedInto(cells, at, i, 0, levelOf(lattice, node, i))
        at = groups
        groupOf = composed(groupOf, into)
      }
      const { classOf, out } = judged(at)
      return Uint8Array.from(groupOf, group => 1 - out[classOf ? classOf[group]! : group]!)
    },
  }
}

const sensitiveColumn = (values: number) => ({
  leaves: values,
  codes: [Int32Array.from({ length: values }, (_, value) => value), new Int32Array(values)],
})

const composed = (first: Int32Array, then: Int32Array): Int32Array => first.map(group => then[group]!)

/** Counting sort. @returns items in order of their group, and where each group starts */
function sortedBy(groupOf: Int32Array, groups: number): { starts: Int32Array; sorted: Int32Array } {
  const starts = new Int32Array(groups + 1)
  for (const group of groupOf) starts[group + 1]!++
  for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!
  const next = starts.slice()
  const sorted = new Int32Array(groupOf.length)
  for (const [item, group] of groupOf.entries()) sorted[next[group]!++] = item
  return { starts, sorted }
}
