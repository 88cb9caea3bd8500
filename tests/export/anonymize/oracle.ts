/** Exhaustive searches that share nothing with the engine: one over all nodes of Adult's lattice, one for small tables and any model. */
import type { Model, TablePolicy } from '../../../server/export/anonymize/table/policy.ts'
import type { Adult } from './adult.ts'

/** What there is to know of one node for one k. */
export interface NodeFacts {
  suppressed: number
  classes: number
  loss: number
  discernibility: number
  precision: number
}

/**
 * Every node of the lattice, every class of every node, counted from the raw rows in a map; nothing is rolled up, tagged or bounded.
 * @param visit is called once for each node, levels in order of the columns, the first column's running fastest; facts in order of ks
 */
export function visitAllNodes(
  { columns, rows, hierarchies }: Adult,
  ks: readonly number[],
  visit: (levels: readonly number[], facts: readonly NodeFacts[]) => void,
): void {
  const lines = columns.map(column => hierarchies.get(column)!)
  const heights = lines.map(values => values[0]!.length)
  const distinct = new Map<string, { row: string[]; count: number }>()
  for (const row of rows) {
    const known = distinct.get(row.join(';'))
    if (known) known.count++
    else distinct.set(row.join(';'), { row, count: 1 })
  }
  const raw = [...distinct.values()]
  const counts = Int32Array.from(raw, ({ count }) => count)
  /** Column → level → raw row → number of its value; and number of a value → leaves below it. */
  const coded = lines.map((values, i) => {
    return values[0]!.map((_, level) => {
      const numbers = [...new Set(values.map(line => line[level]!))]
      const numberOf = new Map(values.map(line => [line[0]!, numbers.indexOf(line[level]!)]))
      return {
        numbers: Int32Array.from(raw, ({ row }) => numberOf.get(row[i]!)!),
        leaves: numbers.map(number => values.filter(line => line[level] === number).length),
        size: numbers.length,
      }
    })
  })
  const levels = heights.map(() => 0)
  const n = columns.length
  for (let more = true; more; ) {
    const chosen = levels.map((level, i) => coded[i]![level]!)
    const classes = new Map<number, number>()
    const [members, first]: [number[], number[]] = [[], []]
    for (let row = 0; row < raw.length; row++) {
      let key = 0
      for (let i = 0; i < n; i++) key = key * chosen[i]!.size + chosen[i]!.numbers[row]!
      const at = classes.get(key)
      if (at === undefined) {
        classes.set(key, members.length)
        members.push(counts[row]!)
        first.push(row)
      } else members[at]! += counts[row]!
    }
    visit(
      levels,
      ks.map(k => {
        let [suppressed, kept, squares] = [0, 0, 0]
        const shares = levels.map(() => 0)
        for (const [at, size] of members.entries()) {
          if (size < k) {
            suppressed += size
            continue
          }
          kept++
          squares += size * size
          for (let i = 0; i < n; i++) {
            shares[i]! += (size * chosen[i]!.leaves[chosen[i]!.numbers[first[at]!]!]!) / lines[i]!.length
          }
        }
        let [loss, precision] = [1, 0]
        for (let i = 0; i < n; i++) {
          const average = (shares[i]! + suppressed) / rows.length
          const least = 1 / lines[i]!.length
          loss *= (1 + Math.max(0, (average - least) / (1 - least))) ** (1 / n)
          precision += (suppressed + ((rows.length - suppressed) * levels[i]!) / (heights[i]! - 1)) / rows.length / n
        }
        const discernibility = squares + rows.length * suppressed
        return { suppressed, classes: kept, loss: loss - 1, discernibility, precision }
      }),
    )
    let i = 0
    while (i < n && levels[i] === heights[i]! - 1) levels[i++] = 0
    more = i < n
    if (more) levels[i]!++
  }
}

/** Of all nodes of a small table: the best score under a policy, any model and measure, in the plainest way; null when there is none. */
export function bestOf(columns: readonly string[], rows: readonly (readonly string[])[], policy: TablePolicy) {
  const { quasiIdentifiers, suppressionLimit, metric } = policy
  const limit = Math.floor((rows.length * suppressionLimit.numerator) / suppressionLimit.denominator)
  const heights = quasiIdentifiers.map(({ hierarchy }) => hierarchy.values[0]!.length)
  let best: { score: number; suppressed: number } | null = null
  for (const levels of product(heights)) {
    const general = rows.map(row =>
      quasiIdentifiers.map(({ column, hierarchy }, i) => {
        return hierarchy.values.find(line => line[0] === row[columns.indexOf(column)])![levels[i]!]!
      }),
    )
    const classes = new Map<string, number[]>()
    for (const [row, values] of general.entries()) {
      classes.set(JSON.stringify(values), [...(classes.get(JSON.stringify(values)) ?? []), row])
    }
    const [kept, out] = [[] as number[][], [] as number[]]
    for (const members of classes.values()) {
      const satisfied = policy.models.every(model => holds(model, columns, rows, members))
      if (satisfied) kept.push(members)
      else out.push(...members)
    }
    if (out.length > limit || kept.length === 0) continue
    const score = scoreOf(metric, { policy, levels, rows, columns, general, kept, out })
    const better = best === null || score < best.score - 1e-12
    if (better || (Math.abs(score - best!.score) <= 1e-12 && out.length < best!.suppressed))
      best = { score, suppressed: out.length }
  }
  return best
}

function* product(heights: readonly number[]): Generator<number[]> {
  const [height, ...rest] = heights
  if (height === undefined) return yield []
  for (const others of product(rest)) for (let level = 0; level < height; level++) yield [level, ...others]
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const occurrences = (values: readonly string[]) => {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
const ROUNDING = 1e-12

function holds(model: Model, columns: readonly string[], rows: readonly (readonly string[])[], members: number[]) {
  if (model.model === 'k_anonymity') return members.length >= model.k
  const index = columns.indexOf(model.column!)
  const inClass = occurrences(members.map(row => rows[row]![index]!))
  const inTable = occurrences(rows.map(row => row[index]!))
  const q = (value: string) => (inClass.get(value) ?? 0) / members.length
  const p = (value: string) => (inTable.get(value) ?? 0) / rows.length
  const present = [...inClass.keys()]
  switch (model.model) {
    case 'l_diversity': {
      if (model.variant === 'distinct') return present.length >= model.l
      if (!('c' in model))
        return Math.exp(-sum(present.map(value => q(value) * Math.log(q(value))))) >= model.l - ROUNDING
      const sorted = [...inClass.values()].sort((a, b) => b - a)
      return sorted[0]! < model.c * sum(sorted.slice(model.l - 1)) - ROUNDING
    }
    case 't_closeness': {
      const values = [...inTable.keys()].sort()
      if (model.variant === 'equal')
        return sum(values.map(value => Math.abs(q(value) - p(value)))) / 2 <= model.t + ROUNDING
      if (model.variant === 'ordered') {
        const moved = values.map((_, i) => Math.abs(sum(values.slice(0, i + 1).map(value => q(value) - p(value)))))
        return sum(moved) / Math.max(1, values.length - 1) <= model.t + ROUNDING
      }
      // Costs of moving along the tree, edge by edge: half an edge's height for what passes through it, up and down.
      const lines = model.hierarchy.values
      const height = lines[0]!.length - 1
      let distance = 0
      for (let level = 0; level < height; level++) {
        for (const node of new Set(lines.map(line => line[level]!))) {
          const below = lines.filter(line => line[level] === node).map(line => line[0]!)
          distance += Math.abs(sum(below.map(value => q(value) - p(value)))) / 2 / height
        }
      }
      return distance <= model.t + ROUNDING
    }
    case 'beta_likeness':
      return present.every(value => {
        const most = model.variant === 'basic' ? model.beta : Math.min(model.beta, -Math.log(p(value)))
        return (q(value) - p(value)) / p(value) <= most + ROUNDING
      })
    case 'alpha_k':
      return members.length >= model.k && present.every(value => q(value) <= model.alpha + ROUNDING)
    case 'delta_disclosure':
      return present.every(value => Math.abs(Math.log(q(value) / p(value))) < model.delta)
  }
}

interface Node {
  policy: TablePolicy
  levels: readonly number[]
  rows: readonly (readonly string[])[]
  columns: readonly string[]
  general: readonly (readonly string[])[]
  kept: readonly number[][]
  out: readonly number[]
}

function scoreOf(metric: TablePolicy['metric'], { policy, levels, rows, columns, general, kept, out }: Node): number {
  const { quasiIdentifiers } = policy
  const all = rows.length
  const weights = quasiIdentifiers.map(({ weight }) => weight / sum(quasiIdentifiers.map(other => other.weight)))
  const n = quasiIdentifiers.length
  const bits = (withOut: boolean) =>
    sum(
      quasiIdentifiers.map(({ column }, i) => {
        const original = occurrences(rows.map(row => row[columns.indexOf(column)]!))
        const generalised = occurrences(general.map(values => values[i]!))
        const lost = rows.map((row, at) =>
          Math.log2(generalised.get(general[at]![i]!)! / original.get(row[columns.indexOf(column)]!)!),
        )
        const suppressed = [...occurrences(out.map(row => general[row]![i]!)).values()]
        const more = suppressed.map(count => -count * Math.log2(count / out.length))
        return n * weights[i]! * (sum(lost) + (withOut ? sum(more) : 0))
      }),
    )
  switch (metric) {
    case 'loss':
      return (
        quasiIdentifiers.reduce((total, { hierarchy }, i) => {
          const leaves = hierarchy.values.length
          const share = (row: number) =>
            hierarchy.values.filter(line => line[levels[i]!] === general[row]![i]).length / leaves
          const average = (sum(kept.flat().map(share)) + out.length) / all
          const lost = leaves === 1 ? 0 : Math.max(0, (average - 1 / leaves) / (1 - 1 / leaves))
          return total * (1 + lost) ** weights[i]!
        }, 1) - 1
      )
    case 'discernibility':
      return sum(kept.map(({ length }) => length ** 2)) + all * out.length
    case 'aecs':
      return all / (kept.length + (out.length > 0 ? 1 : 0))
    case 'precision':
      return sum(
        quasiIdentifiers.map(({ hierarchy }, i) => {
          const height = hierarchy.values[0]!.length - 1
          return (weights[i]! * (out.length + (height === 0 ? 0 : ((all - out.length) * levels[i]!) / height))) / all
        }),
      )
    case 'nue':
      return bits(false)
    case 'nue_non_monotone':
      return bits(true)
  }
}
