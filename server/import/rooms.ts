/** Understands the rows of a file of rooms: a room with its unit, or one of its beds, on each line. */
import type { Registry } from '../../core/registry.ts'
import type { ImportColumn } from '../../core/rest/imports.ts'
import type { ImportRow, ImportTable } from './table.ts'

export interface RoomRow {
  line: number
  unit: string
  label: string
  bed: string | null
}

const MAX = { unit: 40, room: 12, bed: 12 } as const

/**
 * A line without a unit belongs to the unit above it, as in files made for the eye.
 * @returns the good rows; what is wrong is said to the table
 */
export async function readRooms(table: ImportTable, registry: Registry, facility: string): Promise<RoomRow[]> {
  const rooms = await registry.rooms.allOf(facility)
  const beds = await registry.beds.listOf(facility)
  const known = new Set(rooms.map(({ unit, label }) => JSON.stringify([unit, label])))
  for (const { room, label } of beds) {
    const of = rooms.find(({ id }) => id === room)
    if (of) known.add(JSON.stringify([of.unit, of.label, label]))
  }
  const inFile = new Set<string>()
  let unitAbove: string | null = null
  return table.rows.flatMap(row => {
    const unit: string | null = text(row, 'unit') ?? unitAbove
    unitAbove = unit
    const label = text(row, 'room')
    const bed = text(row, 'bed')
    if (unit === null) row.wrong('unit', 'missing')
    if (label === null && row.cell('room') === null) row.wrong('room', 'missing')
    if (unit === null || label === null || row.bad()) return []
    const key = JSON.stringify(bed === null ? [unit, label] : [unit, label, bed])
    if (known.has(key)) row.wrong(bed === null ? 'room' : 'bed', 'exists_already')
    else if (inFile.has(key)) row.wrong(bed === null ? 'room' : 'bed', 'twice_in_file')
    inFile.add(key)
    return row.bad() ? [] : [{ line: row.line, unit, label, bed }]
  })
}

function text(row: ImportRow, column: Extract<ImportColumn, keyof typeof MAX>): string | null {
  const cell = row.cell(column)
  if (cell === null || cell.length <= MAX[column]) return cell
  row.wrong(column, 'too_long')
  return null
}
