/** The only door to csv-parse: the bytes of a CSV file as records of text, whatever program wrote it. */
import { CsvError, parse } from 'csv-parse/sync'
import { type ImportPreview, MAX_IMPORT_ROWS } from '../../core/rest/imports.ts'
import { refuseFile } from './refuse-file.ts'

export interface CsvTable {
  encoding: ImportPreview['encoding']
  head: string[]
  rows: { line: number; cells: string[] }[]
}

/** Empty lines are left out. Throws `bad_request` when the file can be no such table. */
export function readCsv(bytes: Uint8Array): CsvTable {
  const { encoding, text } = decoded(bytes)
  const records = parsed(text, delimiterOf(text))
  const [head, ...rows] = records.filter(({ cells }) => cells.some(cell => cell !== ''))
  if (!head) return refuseFile('empty', 'it is empty.')
  if (rows.length > MAX_IMPORT_ROWS)
    return refuseFile('too_many_rows', `it has more than ${MAX_IMPORT_ROWS} rows; divide it.`)
  return { encoding, head: head.cells, rows }
}

/** Excel in Japan writes Shift_JIS (Windows-31J, which is what the label means to a decoder), or UTF-8 with a mark. */
function decoded(bytes: Uint8Array): { encoding: ImportPreview['encoding']; text: string } {
  const mark =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
  const candidates: readonly ImportPreview['encoding'][] = mark ? [mark] : ['utf-8', 'shift_jis']
  for (const encoding of candidates) {
    try {
      return { encoding, text: new TextDecoder(encoding, { fatal: true }).decode(bytes) }
    } catch {
      // Not in this one.
    }
  }
  return refuseFile('unknown_encoding', 'its text is neither UTF-8 nor Shift_JIS. Save it as CSV (UTF-8).')
}

/** Semicolons and tabs are written by Excel in other places of the world, and when it says Unicode text. */
function delimiterOf(text: string): string {
  const head = text.slice(0, text.search(/[\r\n]|$/))
  const count = (mark: string): number => head.split(mark).length
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best))
}

function parsed(text: string, delimiter: string): CsvTable['rows'] {
  try {
    const records = parse(text, { delimiter, relax_column_count: true, trim: true, info: true, skip_empty_lines: true })
    return (records as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      line: info.lines,
      cells: record,
    }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = typeof error.lines === 'number' ? ` near line ${error.lines}` : ''
    return refuseFile('no_table', `it is no CSV${line} (${error.code}).`, error)
  }
}
