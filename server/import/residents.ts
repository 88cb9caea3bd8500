/** Understands the rows of a file of residents: each becomes a new resident, or says what is wrong with it. */
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import type { Identity, NewResident } from '../../core/registry-people.ts'
import type { RoomRecord } from '../../core/registry-places.ts'
import type { ImportColumn } from '../../core/rest/imports.ts'
import { fromWallClock, wallClock } from '../../core/time.ts'
import { readDay } from './days.ts'
import type { ImportRow, ImportTable } from './table.ts'
import { readCareLevel, readDiagnosisGroup, readSex } from './words.ts'

export interface ResidentRow extends NewResident {
  line: number
  roomLabel: string | null
  bedLabel: string | null
}
interface Facts {
  today: string
  midnight: (day: string) => number
  nowMs: number
  rooms: readonly RoomRecord[]
  beds: readonly { id: string; room: string; label: string; closedMs: number | null }[]
  takenBeds: Set<string>
  numbers: Set<string>
  people: Set<string>
  inFile: Set<string>
}

/** @returns the good rows; what is wrong is said to the table */
export async function readResidents(
  table: ImportTable,
  registry: Registry,
  facility: FacilityRecord,
  nowMs: number,
): Promise<ResidentRow[]> {
  const facts = await factsOf(registry, facility, nowMs)
  return table.rows.flatMap(row => {
    const resident = residentOf(row, facts)
    return row.bad() ? [] : [resident]
  })
}

function residentOf(row: ImportRow, facts: Facts): ResidentRow {
  const identity = identityOf(row, facts)
  const level = meaning(row, 'care_level', readCareLevel)
  const levelFrom = day(row, 'care_level_from', facts) ?? identity.admittedOn ?? facts.today
  const place = placeOf(row, facts, identity.admittedOn)
  refuseKnown(row, facts, identity)
  if (place?.bed && !row.bad()) facts.takenBeds.add(place.bed)
  return {
    line: row.line,
    identity,
    careLevel: level && { level, fromDay: levelFrom },
    stay: place && { room: place.room, bed: place.bed, fromMs: place.fromMs },
    roomLabel: row.cell('room'),
    bedLabel: row.cell('bed'),
  }
}

function identityOf(row: ImportRow, facts: Facts): Identity {
  const birthDate = day(row, 'birth_date', facts)
  const admittedOn = day(row, 'admitted_on', facts)
  if (birthDate !== null && admittedOn !== null && admittedOn < birthDate) row.wrong('admitted_on', 'date_before_birth')
  const name = text(row, 'name', 80)
  if (name === null && row.cell('name') === null) row.wrong('name', 'missing')
  return {
    name: name ?? '',
    kana: text(row, 'kana', 80),
    number: text(row, 'number', 40),
    birthDate,
    sex: meaning(row, 'sex', readSex),
    admittedOn,
    diagnosisGroup: meaning(row, 'diagnosis_group', readDiagnosisGroup),
  }
}

/** The same number, or the same name with the same birth date, is the same person. */
function refuseKnown(row: ImportRow, { numbers, people, inFile }: Facts, identity: Identity): void {
  const keys = keysOf(identity)
  for (const { column, key } of keys) {
    if (numbers.has(key) || people.has(key)) row.wrong(column, 'exists_already')
    else if (inFile.has(key)) row.wrong(column, 'twice_in_file')
    else continue
    return
  }
  for (const { key } of keys) inFile.add(key)
}
function keysOf({ number, name, birthDate }: Identity): { column: ImportColumn; key: string }[] {
  const folded = (words: string): string => words.normalize('NFKC').replace(/\s+/g, '')
  return [
    ...(number === null ? [] : [{ column: 'number' as const, key: `number ${folded(number)}` }]),
    ...(birthDate === null ? [] : [{ column: 'name' as const, key: `person ${birthDate} ${folded(name)}` }]),
  ]
}

function placeOf(row: ImportRow, facts: Facts, admittedOn: string | null) {
  const label = row.cell('room')
  const unit = row.cell('unit')
  const bedLabel = row.cell('bed')
  if (label === null) {
    if (bedLabel !== null) row.wrong('room', 'missing')
    return null
  }
  const same = (a: string, b: string): boolean => a.normalize('NFKC') === b.normalize('NFKC')
  const rooms = facts.rooms.filter(room => same(room.label, label) && (unit === null || same(room.unit, unit)))
  const [room, another] = rooms
  if (!room) return said(row, 'room', 'unknown_room')
  if (another) return said(row, 'room', 'ambiguous_room')
  if (room.closedMs !== null) return said(row, 'room', 'room_closed')
  const fromMs = admittedOn === null ? facts.nowMs : facts.midnight(admittedOn)
  if (bedLabel === null) return { room: room.id, bed: null, fromMs }
  const bed = facts.beds.find(known => known.room === room.id && same(known.label, bedLabel) && known.closedMs === null)
  if (!bed) return said(row, 'bed', 'unknown_bed')
  if (facts.takenBeds.has(bed.id)) return said(row, 'bed', 'bed_taken')
  return { room: room.id, bed: bed.id, fromMs }
}
function said(row: ImportRow, column: ImportColumn, code: Parameters<ImportRow['wrong']>[1]): null {
  row.wrong(column, code)
  return null
}

function text(row: ImportRow, column: ImportColumn, max: number): string | null {
  const cell = row.cell(column)
  return cell !== null && cell.length > max ? said(row, column, 'too_long') : cell
}
function meaning<M>(row: ImportRow, column: ImportColumn, read: (text: string) => M | null): M | null {
  const cell = row.cell(column)
  if (cell === null) return null
  const found = read(cell)
  if (found === null) row.wrong(column, 'unknown_word')
  return found
}
function day(row: ImportRow, column: ImportColumn, { today }: Facts): string | null {
  const cell = row.cell(column)
  if (cell === null) return null
  const found = readDay(cell)
  if (found === null) return said(row, column, 'unreadable_date')
  return found > today ? said(row, column, 'date_in_future') : found
}

async function factsOf(registry: Registry, { id, zone }: FacilityRecord, nowMs: number): Promise<Facts> {
  const ids: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await registry.residents.list({ facilities: [id], limit: 500, ...(after ? { after } : {}) })
    ids.push(...page.map(resident => resident.id))
    after = page.at(-1)?.id
    if (page.length < 500) break
  }
  const known = [...(await registry.residents.identities(ids)).values()].flatMap(keysOf).map(({ key }) => key)
  const stays = await registry.stays.during(id, nowMs, Number.MAX_SAFE_INTEGER)
  const { year, month, day: date } = wallClock(nowMs, zone)
  const two = (n: number): string => String(n).padStart(2, '0')
  return {
    nowMs,
    today: `${year}-${two(month)}-${two(date)}`,
    midnight: written => {
      const [y, m, d] = written.split('-').map(Number) as [number, number, number]
      return fromWallClock({ year: y, month: m, day: d, hour: 0, minute: 0, second: 0 }, zone)
    },
    rooms: await registry.rooms.allOf(id),
    beds: await registry.beds.listOf(id),
    takenBeds: new Set(stays.flatMap(({ bed }) => (bed === null ? [] : [bed]))),
    numbers: new Set(known.filter(key => key.startsWith('number '))),
    people: new Set(known.filter(key => key.startsWith('person '))),
    inFile: new Set(),
  }
}
