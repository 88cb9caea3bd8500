/** The registry port's part about places: units, rooms, beds, in the order of the board. */
import type { FacilityId } from './ids.ts'

export interface UnitRecord {
  id: string
  facility: FacilityId
  label: string
  /** Order on the board. */
  ordinal: number
}
export interface RoomRecord {
  /** Also the opaque place id that the gateway knows. */
  id: string
  facility: FacilityId
  label: string
  /** Label of its unit. */
  unit: string
  unitId: string
  /** Order on the board: unit first, then room. */
  ordinal: number
  /** No longer in use; null: it is. */
  closedMs: number | null
}
export interface BedRecord {
  id: string
  facility: FacilityId
  room: string
  label: string
  closedMs: number | null
}

/** `change` throws `not_found`, and `conflict` when the label is taken. What is in use cannot be closed: `conflict`. */
export interface PlaceRepositories {
  units: {
    create(record: { facility: FacilityId; label: string }): Promise<UnitRecord>
    get(id: string): Promise<UnitRecord | null>
    change(id: string, label: string): Promise<UnitRecord>
    /** In order of the board. */
    listOf(facility: string): Promise<UnitRecord[]>
    /**
     * Sets the order of units and of the rooms in each; a room named under another unit moves there. What is not named comes after, in
     * the order it had. Throws `bad_request` when it names something twice or of another facility.
     */
    arrange(facility: string, order: readonly { id: string; rooms: readonly string[] }[]): Promise<void>
  }
  rooms: {
    /** Makes the unit of that label when there is none. */
    create(record: { id?: string; facility: FacilityId; label: string; unit: string }): Promise<RoomRecord>
    /**
     * Rooms, or beds of them; what is there already is used. All or none. @returns ids of the rooms and beds that were made
     * Throws `unavailable` when `signal` called it off, which undoes all.
     */
    addAll(
      facility: FacilityId,
      rows: readonly { unit: string; label: string; bed: string | null }[],
      signal?: AbortSignal,
    ): Promise<string[]>
    get(id: string): Promise<RoomRecord | null>
    change(id: string, change: { label?: string; unit?: string; closedMs?: number | null }): Promise<RoomRecord>
    /** Those in use, in order of the board. */
    listOf(facility: string): Promise<RoomRecord[]>
    /** The closed ones too. */
    allOf(facility: string): Promise<RoomRecord[]>
  }
  beds: {
    /** Throws `not_found` when there is no such room in the facility. */
    create(record: { facility: FacilityId; room: string; label: string }): Promise<BedRecord>
    get(id: string): Promise<BedRecord | null>
    change(id: string, change: { label?: string; closedMs?: number | null }): Promise<BedRecord>
    /** By room and label, the closed ones too. */
    listOf(facility: string): Promise<BedRecord[]>
  }
}
