/** Tables of units, rooms and beds as Kysely sees them. */
export interface UnitTable {
  id: string
  facility: string
  label: string
  ordinal: number
}
export interface RoomTable {
  id: string
  facility: string
  label: string
  /** Id of the unit. */
  unit: string
  /** Order within the unit. */
  ordinal: number
  closed_ms: number | null
}
export interface BedTable {
  id: string
  facility: string
  room: string
  label: string
  closed_ms: number | null
}
export interface PlaceTables {
  units: UnitTable
  rooms: RoomTable
  beds: BedTable
}
