/** A CSV file with its columns understood: cells by column name, errors by line. */
import { IMPORT_COLUMNS, type ImportColumn, type ImportKind, type RowError } from '../../core/rest/imports.ts'
import { type CsvTable, readCsv } from './csv.ts'
import { refuseFile } from './refuse-file.ts'
import { readColumn } from './words.ts'

export interface ImportRow {
  line: number
  /** Trimmed; null: no such column, or nothing in it. */
  cell(column: ImportColumn): string | null
  wrong(column: ImportColumn | null, code: RowError['code']): void
  /** Whether anything was wrong so far. */
  bad(): boolean
}
export interface ImportTable {
  encoding: CsvTable['encoding']
  columns: ImportColumn[]
  unknownColumns: string[]
  rows: ImportRow[]
  head: string[]
  /** The wrong rows' cells as they stand in the file. */
  wrong(): { line: number; cells: string[] }[]
  /** In order of lines. */
  errors(): RowError[]
}

const NEEDED: Record<ImportKind, ImportColumn> = { residents: 'name', rooms: 'room' }

/** Throws `bad_request` when the file is no table, or has not the column without which there is nothing to take. */
export function readTable(kind: ImportKind, file: string): ImportTable {
  const { encoding, head, rows } = readCsv(Buffer.from(file, 'base64'))
  const allowed: readonly ImportColumn[] = IMPORT_COLUMNS[kind]
  const places = new Map<ImportColumn, number>()
  const unknownColumns: string[] = []
  for (const [at, title] of head.entries()) {
    const column = readColumn(title)
    if (column === null || !allowed.includes(column)) {
      if (title !== '') unknownColumns.push(title)
    } else if (places.has(column)) {
      return refuseFile('column_twice', `two columns are headed as ${column}.`)
    } else places.set(column, at)
  }
  if (!places.has(NEEDED[kind])) return refuseFile('column_missing', `its first line heads no column ${NEEDED[kind]}.`)

  const errors: RowError[] = []
  const importRows = rows.map(({ line, cells }): ImportRow => {
    let bad = false
    const wrong: ImportRow['wrong'] = (column, code) => {
      bad = true
      errors.push({ line, column, code })
    }
    // Programs write commas for cells that are empty, or leave them out at the end; more cells than heads cannot be told apart.
    if (cells.length > head.length && cells.slice(head.length).some(cell => cell !== ''))
      wrong(null, 'wrong_number_of_columns')
    return {
      line,
      cell: column => cells[places.get(column) ?? -1] || null,
      wrong,
      bad: () => bad,
    }
  })
  return {
    encoding,
    columns: [...places.keys()],
    unknownColumns,
    rows: importRows,
    head,
    wrong: () => rows.filter((_, n) => importRows[n]?.bad()).map(({ line, cells }) => ({ line, cells })),
    errors: () => errors.toSorted((a, b) => a.line - b.line),
  }
}
