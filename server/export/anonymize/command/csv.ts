/** CSV of any size, read and written record by record: any delimiter, quotes, CRLF, a byte-order mark; every value stays the text it is. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { AppError } from '../../../../core/errors.ts'

export interface CsvRecord {
  /** Where the record begins, counted from 1. */
  line: number
  cells: string[]
}

export interface CsvRead {
  columns: readonly string[]
  /** Records behind the header, in batches. To be run through to the end once. */
  batches: AsyncIterable<CsvRecord[]>
  /** Of the bytes read; after the end that of the file. */
  sha256(): string
}

/** A record is given up as broken when a quote stays open so long (characters). */
const LONGEST_RECORD = 16 * 1024 * 1024

/**
 * Memory does not grow with the file. Empty lines are skipped where a record has more than one cell.
 * @throws AppError `data_invalid`, with the line: no header, a column twice, another number of cells, a quote left open, not UTF-8
 */
export async function readCsv(file: string, delimiter: string, signal?: AbortSignal): Promise<CsvRead> {
  const hash = createHash('sha256')
  const batches = csvRecords(file, delimiter, hash, signal)
  const first = await batches.next()
  const [header, ...rest] = first.done ? [] : first.value
  if (!header) throw invalid(1, 'there is no header')
  const columns = header.cells
  const twice = columns.find((column, i) => columns.indexOf(column) < i)
  if (twice !== undefined) throw invalid(header.line, `the column ${JSON.stringify(twice)} is there twice`)
  const whole = (records: CsvRecord[]): CsvRecord[] => {
    const full = records.filter(({ cells }) => cells.length > 1 || columns.length === 1 || cells[0] !== '')
    const ragged = full.find(({ cells }) => cells.length !== columns.length)
    if (ragged) throw invalid(ragged.line, `${ragged.cells.length} cells, the header has ${columns.length}`)
    return full
  }
  return {
    columns,
    batches: (async function* () {
      yield whole(rest)
      for await (const records of batches) yield whole(records)
    })(),
    sha256: () => hash.copy().digest('hex'),
  }
}

const invalid = (line: number, what: string) => new AppError('data_invalid', `Line ${line}: ${what}`)

/** All records of a file, the first one too, in batches. @param hash is fed what is read @throws AppError `data_invalid` */
export async function* csvRecords(
  file: string,
  delimiter: string,
  hash?: { update(bytes: Uint8Array): unknown },
  signal?: AbortSignal,
): AsyncGenerator<CsvRecord[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let line = 1
  const decoded = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
    } catch (cause) {
      throw new AppError('data_invalid', `Behind line ${line}: not UTF-8`, { cause })
    }
  }
  const taken = (last: boolean): CsvRecord[] => {
    const records: CsvRecord[] = []
    let at = 0
    while (at < text.length) {
      const record = recordAt(text, at, delimiter, last, line)
      if (!record) break
      records.push({ line, cells: record.cells })
      line += record.lines
      at = record.end
    }
    text = text.slice(at)
    if (text.length > LONGEST_RECORD) throw invalid(line, 'a quote is never closed, or this is no CSV')
    return records
  }
  for await (const bytes of createReadStream(file, { highWaterMark: 1024 * 1024, ...(signal ? { signal } : {}) })) {
    hash?.update(bytes)
    text += decoded(bytes)
    const records = taken(false)
    if (records.length > 0) yield records
  }
  text += decoded()
  const records = taken(true)
  if (records.length > 0) yield records
}

interface RecordAt {
  cells: string[]
  /** Index behind the record's line end. */
  end: number
  /** Line ends in it. */
  lines: number
}

/** @param last no more text comes @returns null when the record does not end in the text */
function recordAt(text: string, at: number, delimiter: string, last: boolean, line: number): RecordAt | null {
  const newline = text.indexOf('\n', at)
  if (newline < 0 && !last) return null
  const end = newline < 0 ? text.length : newline
  const plain = text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end)
  if (!plain.includes('"')) return { cells: plain.split(delimiter), end: end + 1, lines: 1 }
  return quotedRecordAt(text, at, delimiter, last, line)
}

/** A quote opens a quoted cell at its beginning only; elsewhere it is a character like any other. */
function quotedRecordAt(text: string, from: number, delimiter: string, last: boolean, line: number): RecordAt | null {
  const cells: string[] = []
  let [at, lines] = [from, 1]
  for (;;) {
    let cell = ''
    if (text[at] === '"') {
      at++
      for (;;) {
        const quote = text.indexOf('"', at)
        if (quote < 0 || (quote === text.length - 1 && !last)) {
          if (last) throw invalid(line, 'a quote is not closed')
          return null
        }
        cell += text.slice(at, quote)
        at = quote + 1
        if (text[at] !== '"') break
        cell += '"'
        at++
      }
      lines += cell.split('\n').length - 1
    } else {
      let end = at
      while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end++
      if (end === text.length && !last) return null
      const carriage = text[end] !== delimiter && text[end - 1] === '\r' && end > at ? 1 : 0
      cell = text.slice(at, end - carriage)
      at = end - carriage
    }
    cells.push(cell)
    if (text[at] === delimiter) at++
    else {
      if (text[at] === '\r' && at + 1 === text.length && !last) return null
      if (text[at] === '\r' && (text[at + 1] === '\n' || at + 1 === text.length)) at++
      if (at < text.length && text[at] !== '\n') throw invalid(line, 'there is text behind a closed quote')
      return { cells, end: at + 1, lines }
    }
  }
}

/** One line of CSV, with its end; quotes only where needed. */
export function csvLine(cells: readonly string[], delimiter: string): string {
  return `${cells.map(cell => (needsQuotes(cell, delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter)}\n`
}

const needsQuotes = (cell: string, delimiter: string): boolean => cell.includes(delimiter) || /["\r\n]/.test(cell)
