/** The board's filter as it stands in the address: one unit, rooms that ask for a look, or rooms that cannot be seen. */
import { isUnseen, needsLook } from './attention.ts'
import type { RoomView } from './room-view.ts'

export type Filter = { kind: 'all' } | { kind: 'look' } | { kind: 'unseen' } | { kind: 'unit'; unit: string }

export function parseFilter(search: URLSearchParams): Filter {
  const show = search.get('show')
  const unit = search.get('unit')
  if (unit !== null) return { kind: 'unit', unit }
  return show === 'look' || show === 'unseen' ? { kind: show } : { kind: 'all' }
}
/** The query that says it; empty for all. */
export const filterQuery = (filter: Filter): Record<string, string> => {
  if (filter.kind === 'unit') return { unit: filter.unit }
  return filter.kind === 'all' ? {} : { show: filter.kind }
}
/** @param when whether the picture is the present, and whether it is the night shift */
export function passes(
  filter: Filter,
  room: RoomView,
  { isNow, isNight }: { isNow: boolean; isNight: boolean },
): boolean {
  if (filter.kind === 'all') return true
  if (filter.kind === 'unit') return room.unit === filter.unit
  // While nothing is seen, hiding a room would say that it is well.
  if (!isNow) return true
  return filter.kind === 'look'
    ? needsLook(room.state, isNight)
    : isUnseen(room.state) || room.state === 'not_installed'
}
