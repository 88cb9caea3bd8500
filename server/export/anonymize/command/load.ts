/** Reads a CSV file into numbers: only the columns that the policy names, and of these only which value it is. */
import { AppError } from '../../../../core/errors.ts'
import type { CodedRows } from '../table/code-rows.ts'
import { byCodePoint, codedHierarchy, sharedCodes } from '../table/coding.ts'
import type { TablePolicy } from '../table/policy.ts'
import { readCsv } from './csv.ts'

export interface LoadedTable {
  coded: CodedRows
  columns: readonly string[]
  sha256: string
}

/**
 * Takes four bytes a record and column that is named.
 * @param progress records read so far
 * @throws AppError `data_invalid`, `unknown_column`, `value_not_in_hierarchy` with the record's line
 */
export async function loadTable(
  file: string,
  delimiter: string,
  policy: TablePolicy,
  progress: (records: number) => void = () => {},
  signal?: AbortSignal,
): Promise<LoadedTable> {
  const csv = await readCsv(file, delimiter, signal)
  const indexOf = (column: string): number => {
    const index = csv.columns.indexOf(column)
    if (index >= 0) return index
    const hint =
      csv.columns.length === 1 ? `; it has one column only: is ${JSON.stringify(delimiter)} its delimiter?` : ''
    throw new AppError('unknown_column', `The data have no column ${JSON.stringify(column)}${hint}`)
  }
  const leaves = policy.quasiIdentifiers.map(({ column, hierarchy }) => ({
    ...{ index: indexOf(column), column, hierarchy, codes: growing() },
    leafOf: new Map(hierarchy.values.map((line, leaf) => [line[0]!, leaf])),
  }))
  const sensitive = policy.sensitive.map(column => ({
    ...{ index: indexOf(column), codes: growing(), codeOf: new Map<string, number>() },
  }))
  let records = 0
  for await (const batch of csv.batches) {
    for (const { line, cells } of batch) {
      for (const { index, column, hierarchy, leafOf, codes } of leaves) {
        const leaf = leafOf.get(cells[index]!)
        if (leaf === undefined) {
          const what = `${column} ${JSON.stringify(cells[index])} is not in the hierarchy ${hierarchy.name}`
          throw new AppError('value_not_in_hierarchy', `Line ${line}: ${what}`)
        }
        codes.push(leaf)
      }
      for (const { index, codeOf, codes } of sensitive) {
        const code = codeOf.get(cells[index]!) ?? codeOf.size
        // The cell is a view of the text that was read; kept as it is, it would keep all of it.
        if (code === codeOf.size) codeOf.set(Buffer.from(cells[index]!).toString(), code)
        codes.push(code)
      }
    }
    records += batch.length
    progress(records)
  }
  if (records === 0) throw new AppError('data_invalid', 'There is no record behind the header')
  const sorted = sensitive.map(({ codeOf, codes }) => {
    const values = [...codeOf.keys()].sort(byCodePoint)
    const places = new Map(values.map((value, place) => [value, place]))
    const place = Int32Array.from(codeOf.keys(), value => places.get(value)!)
    return { values, codes: codes.shared(code => place[code]!) }
  })
  return {
    columns: csv.columns,
    sha256: csv.sha256(),
    coded: {
      table: {
        records,
        attributes: policy.quasiIdentifiers.map(({ hierarchy }) => codedHierarchy(hierarchy)),
        leaves: leaves.map(({ codes }) => codes.shared()),
        values: sorted.map(({ values }) => values.length),
        sensitive: sorted.map(({ codes }) => codes),
      },
      values: sorted.map(({ values }) => values),
    },
  }
}

/** Numbers of which nobody knows yet how many there will be. */
function growing() {
  let codes = new Int32Array(65_536)
  let length = 0
  return {
    push(code: number) {
      if (length === codes.length) {
        const larger = new Int32Array(2 * length)
        larger.set(codes)
        codes = larger
      }
      codes[length++] = code
    },
    shared(place: (code: number) => number = code => code): Int32Array {
      const shared = sharedCodes(length)
      for (let i = 0; i < length; i++) shared[i] = place(codes[i]!)
      codes = new Int32Array(0)
      return shared
    },
  }
}
