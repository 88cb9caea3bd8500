/** What is wrong with the rows of a file, in the reader's words, beside what stands in it; and the same as a file to mend. */
import type { ImportColumn, ImportPreview } from '../../../core/rest/imports.ts'
import type { MessageId, Say } from '../language.ts'
import { saveCsv } from './csv-out.ts'

export const columnWord = (column: ImportColumn, say: Say): string => say(`import.column.${column}`)

export interface Wrong {
  line: number
  /** Null: the row as a whole. */
  column: string | null
  what: string
  /** As it stands in the file; empty when nothing does. */
  cell: string
}

export function wrongsOf({ errors, wrong, head, columns, unknown_columns }: ImportPreview, say: Say): Wrong[] {
  // The understood columns come in the order of the file; the others lie between them.
  const places = head.flatMap((title, at) => (title === '' || unknown_columns.includes(title) ? [] : [at]))
  const cells = new Map(wrong.map(row => [row.line, row.cells]))
  return errors.map(({ line, column, code }) => {
    const at = column === null ? -1 : (places[columns.indexOf(column)] ?? -1)
    return {
      line,
      column: column === null ? null : columnWord(column as ImportColumn, say),
      what: say(`import.error.${code}` as MessageId),
      cell: cells.get(line)?.[at] ?? '',
    }
  })
}

/** The wrong rows as they stand in the file, with what is wrong in two columns more; those are left out when it is read again. */
export function saveWrong(name: string, looked: ImportPreview, say: Say): void {
  const wrongs = wrongsOf(looked, say)
  const width = Math.max(looked.head.length, ...looked.wrong.map(({ cells }) => cells.length))
  const filled = (cells: readonly string[]): string[] => Array.from({ length: width }, (_, at) => cells[at] ?? '')
  const rows = looked.wrong.map(({ line, cells }) => {
    const said = wrongs
      .filter(wrong => wrong.line === line)
      .map(({ column, what }) => (column === null ? what : say('import.columnWrong', { column, what })))
    return [...filled(cells), String(line), said.join(say('list.separator'))]
  })
  saveCsv(`${name.replace(/\.\w+$/, '')}-${say('import.wrongName')}.csv`, [
    [...filled(looked.head), say('import.col.line'), say('import.col.what')],
    ...rows,
  ])
}
