/** The order of units and of the rooms in each, as the board shows them, and what one step up or down makes of it. */
import type { Room } from '../../../core/rest/places.ts'
import type { Places } from './use-places.ts'

export interface UnitOrder {
  id: string
  rooms: string[]
}
export const orderOf = ({ units, rooms }: Places): UnitOrder[] =>
  units.map(({ id }) => ({ id, rooms: rooms.filter(room => room.unit_id === id).map(room => room.id) }))

/** Changes places with the neighbour; what has none in that direction stays. */
function stepped<T>(list: readonly T[], at: number, step: 1 | -1): T[] {
  const moved = [...list]
  const [one, other] = [list[at], list[at + step]]
  if (one !== undefined && other !== undefined) {
    moved[at] = other
    moved[at + step] = one
  }
  return moved
}

export const withUnitMoved = (order: readonly UnitOrder[], unit: string, step: 1 | -1): UnitOrder[] =>
  stepped(
    order,
    order.findIndex(({ id }) => id === unit),
    step,
  )

/** Past the rooms that are closed, which nobody sees in between. */
export function withRoomMoved(places: Places, room: Room, step: 1 | -1): UnitOrder[] {
  const isOpen = new Set(places.rooms.filter(({ closed }) => closed === null).map(({ id }) => id))
  return orderOf(places).map(unit => {
    if (unit.id !== room.unit_id) return unit
    const open = unit.rooms.filter(id => isOpen.has(id))
    const closed = unit.rooms.filter(id => !isOpen.has(id))
    return { id: unit.id, rooms: [...stepped(open, open.indexOf(room.id), step), ...closed] }
  })
}
