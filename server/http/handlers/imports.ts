/** Routes of the import of residents and rooms: look first, then take in one piece. */
import type { FacilityRecord } from '../../../core/registry.ts'
import type { ImportKind, ImportPreview } from '../../../core/rest/imports.ts'
import { type ResidentRow, readResidents } from '../../import/residents.ts'
import { type RoomRow, readRooms } from '../../import/rooms.ts'
import { type ImportTable, readTable } from '../../import/table.ts'
import { type Handlers, refuse } from '../call.ts'
import { identityView } from '../resident-view.ts'
import type { HandlerDeps } from './deps.ts'
import { careFacility } from './own.ts'

type Names = 'previewImport' | 'applyImport'
type Read = { table: ImportTable } & ({ kind: 'residents'; rows: ResidentRow[] } | { kind: 'rooms'; rows: RoomRow[] })

export function importsHandlers({ registry, clock, announce }: HandlerDeps): Pick<Handlers, Names> {
  async function read(facility: FacilityRecord, kind: ImportKind, file: string): Promise<Read> {
    const table = readTable(kind, file)
    return kind === 'residents'
      ? { kind, table, rows: await readResidents(table, registry, facility, clock()) }
      : { kind, table, rows: await readRooms(table, registry, facility.id) }
  }

  return {
    async previewImport({ may, body }) {
      const facility = await careFacility(registry, may, body.facility)
      return previewOf(await read(facility, body.kind, body.file))
    },

    async applyImport({ me, may, body, signal }) {
      const facility = await careFacility(registry, may, body.facility)
      const found = await read(facility, body.kind, body.file)
      const errors = found.table.errors()
      const leftOut = found.table.rows.length - found.rows.length
      if (body.take === 'all' && leftOut > 0)
        refuse('conflict', `${leftOut} rows are wrong, so nothing was taken; the preview says which.`)
      const written = { by: me.user, nowMs: clock() }
      const ids =
        found.kind === 'residents'
          ? await registry.residents.addAll(facility.id, found.rows, written, signal)
          : await registry.rooms.addAll(facility.id, found.rows, signal)
      await announce(facility.id)
      return { created: ids.length, left_out: leftOut, ids, errors }
    },
  }
}

function previewOf(found: Read): ImportPreview {
  const { encoding, columns, unknownColumns, rows, errors, head, wrong } = found.table
  return {
    encoding,
    rows: rows.length,
    good: found.rows.length,
    columns,
    unknown_columns: unknownColumns,
    errors: errors(),
    head,
    wrong: wrong(),
    residents:
      found.kind !== 'residents'
        ? []
        : found.rows.flatMap(({ line, identity, careLevel, roomLabel, bedLabel }) => {
            const view = identityView(identity)
            const level = careLevel && { level: careLevel.level, from: careLevel.fromDay }
            return view ? [{ line, identity: view, care_level: level, room: roomLabel, bed: bedLabel }] : []
          }),
    rooms:
      found.kind !== 'rooms' ? [] : found.rows.map(({ line, unit, label, bed }) => ({ line, unit, room: label, bed })),
  }
}
