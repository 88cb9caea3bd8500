/** The numbers of a facility's rooms, kept in the browser for the first moment of the next visit; never a state, never a value. */
import type { BoardFrame } from './store.ts'

export interface KnownUnit {
  name: string
  labels: readonly string[]
}
const keyOf = (facility: string): string => `mimamori.rooms.${facility}`

export function keepRooms(frame: BoardFrame, labelOf: (id: string) => string): void {
  const units: KnownUnit[] = frame.units.map(unit => ({ name: unit.name, labels: unit.rooms.map(labelOf) }))
  localStorage.setItem(keyOf(frame.facility.id), JSON.stringify(units))
}

/** Nothing when this browser never saw the facility, or what it kept cannot be read. */
export function knownRooms(facility: string | null): readonly KnownUnit[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(facility ?? '')) ?? '[]')
    return Array.isArray(kept) ? (kept as KnownUnit[]).filter(unit => Array.isArray(unit.labels)) : []
  } catch {
    return []
  }
}
