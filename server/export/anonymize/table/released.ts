/** What a released table holds, measured on what is in it: risk before and after, and how far each privacy model is kept to. */
import type { CodedRows } from './code-rows.ts'
import { groupRecords } from './groups.ts'
import type { TablePolicy } from './policy.ts'
import { riskOf, type TableRisk } from './risk.ts'
import { type Spread, spreadOf } from './spread.ts'

export interface ReleasedTable {
  risk: { threshold: string; before: TableRisk; after: TableRisk }
  /** Sensitive column → the worst class of each kind; null where there is only one value. */
  sensitive: Record<string, Spread>
}

/** 0.09: what the European and the Canadian agency let pass. */
const THRESHOLD = { numerator: 9, denominator: 100 }

export function releasedTable(
  { table, values }: CodedRows,
  policy: TablePolicy,
  { levels, kept }: { levels: readonly number[]; kept: Uint8Array },
): ReleasedTable {
  const rows = Int32Array.from(kept.keys()).filter(row => kept[row] === 1)
  const leaves = table.attributes.map(({ codes }, i) => rows.map(row => codes[levels[i]!]![table.leaves[i]![row]!]!))
  const before = groupRecords(table.attributes, table.leaves, table.records).groups
  const after = groupRecords(table.attributes, leaves, rows.length)
  return {
    risk: {
      threshold: `${THRESHOLD.numerator}/${THRESHOLD.denominator}`,
      before: riskOf(before.counts, THRESHOLD),
      after: riskOf(after.groups.counts, THRESHOLD),
    },
    sensitive: Object.fromEntries(
      policy.sensitive.map((column, i) => {
        const held = rows.map(row => table.sensitive[i]![row]!)
        return [column, spreadOf(after.groupOf, after.groups.counts, held, values[i]!.length)]
      }),
    ),
  }
}
