/** Units, rooms and beds of a facility as the server tells them. */
import { useQuery } from '@tanstack/react-query'
import type { Bed, Room, Unit } from '../../../core/rest/places.ts'
import { allPages } from '../all-pages.ts'
import { useServices } from '../services.ts'

export interface Places {
  units: readonly Unit[]
  /** In order of the board, the closed ones too. */
  rooms: readonly Room[]
  beds: readonly Bed[]
}

const PAGE = 500

export function usePlaces(facility: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['places', facility],
    queryFn: async (): Promise<Places> => {
      const [units, rooms, beds] = await Promise.all([
        allPages(after => call('units', { query: { facility, limit: PAGE, after } })),
        allPages(after => call('rooms', { query: { facility, limit: PAGE, closed: 'with', after } })),
        allPages(after => call('beds', { query: { facility, limit: PAGE, after } })),
      ])
      return { units, rooms, beds }
    },
  })
}

/** 305, or 305-2 with a bed; empty when it is nowhere, or not known yet. */
export function placeText(places: Places | undefined, room: string | null, bed: string | null): string {
  const where = places?.rooms.find(({ id }) => id === room)
  const label = places?.beds.find(({ id }) => id === bed)?.label
  return where ? `${where.label}${label ? `-${label}` : ''}` : ''
}
