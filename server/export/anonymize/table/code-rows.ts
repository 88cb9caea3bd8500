/** Rows of texts as a coded table. */
import { AppError } from '../../../../core/errors.ts'
import { byCodePoint, type CodedTable, codedHierarchy, sharedCodes } from './coding.ts'
import type { TablePolicy } from './policy.ts'

export interface CodedRows {
  table: CodedTable
  /** Sensitive column → its values in order of code. */
  values: readonly (readonly string[])[]
}

/**
 * @param policy checked
 * @throws AppError `policy_invalid` when a column is not there, `value_not_in_hierarchy`
 */
export function codedRows(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { quasiIdentifiers, sensitive }: TablePolicy,
): CodedRows {
  const indexOf = (column: string): number => {
    const index = columns.indexOf(column)
    if (index < 0) throw new AppError('policy_invalid', `The table has no column ${column}`)
    return index
  }
  const leaves = quasiIdentifiers.map(({ column, hierarchy }) => {
    const [index, leafOf] = [indexOf(column), new Map(hierarchy.values.map((line, leaf) => [line[0]!, leaf]))]
    const codes = sharedCodes(rows.length)
    for (const [row, cells] of rows.entries()) {
      const leaf = leafOf.get(cells[index]!)
      if (leaf === undefined) {
        const value = JSON.stringify(cells[index])
        throw new AppError('value_not_in_hierarchy', `Row ${row + 1}: ${value} is not in hierarchy ${hierarchy.name}`)
      }
      codes[row] = leaf
    }
    return codes
  })
  const coded = sensitive.map(column => {
    const index = indexOf(column)
    const values = [...new Set(rows.map(cells => cells[index]!))].sort(byCodePoint)
    const codeOf = new Map(values.map((value, code) => [value, code]))
    const codes = sharedCodes(rows.length)
    for (const [row, cells] of rows.entries()) codes[row] = codeOf.get(cells[index]!)!
    return { values, codes }
  })
  return {
    table: {
      records: rows.length,
      attributes: quasiIdentifiers.map(({ hierarchy }) => codedHierarchy(hierarchy)),
      leaves,
      values: coded.map(({ values }) => values.length),
      sensitive: coded.map(({ codes }) => codes),
    },
    values: coded.map(({ values }) => values),
  }
}
