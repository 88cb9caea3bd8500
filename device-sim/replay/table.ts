/** Reads a table of a recording: comma separated, one header line, nothing quoted; every line is a row or an error that names it. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { AppError } from '../../core/errors.ts'

export interface TableRow {
  /** The cell of a column, empty when the cell is; throws when the table has no such column. */
  cell(column: string): string
  /** Says which row, for messages. */
  where: string
}
export interface Table {
  columns: readonly string[]
  rows: TableRow[]
}

/** @throws AppError `bad_recording` when the file cannot be read or a line has another number of cells than the header */
export function readTable(file: string): Table {
  const lines = readLines(file)
  const columns = lines.shift()?.split(',') ?? []
  const rows = lines.map((line, i) => {
    const cells = line.split(',')
    const where = `${basename(file)} line ${i + 2}`
    if (cells.length !== columns.length || line.includes('"'))
      throw badRecording(`${where}: not ${columns.length} plain cells`)
    return {
      where,
      cell: (column: string): string => {
        const at = columns.indexOf(column)
        if (at < 0) throw badRecording(`${where}: no column ${column}`)
        return cells[at] ?? ''
      },
    }
  })
  return { columns, rows }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .filter(line => line !== '')
  } catch (cause) {
    throw new AppError('bad_recording', `cannot read ${file}`, { cause })
  }
}

export const badRecording = (message: string): AppError => new AppError('bad_recording', message)

const LOCAL = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/
/** `2019-04-01 07:58:18` on a wall clock, as the milliseconds that UTC would give it. */
export function localMsOf(text: string, where: string): number {
  const match = LOCAL.exec(text)
  if (!match) throw badRecording(`${where}: no time`)
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** A cell as a number; null when it is empty. */
export function numberOf(text: string, where: string): number | null {
  if (text === '') return null
  const value = Number(text)
  if (!Number.isFinite(value)) throw badRecording(`${where}: no number`)
  return value
}
