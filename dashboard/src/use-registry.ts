/** Rooms, beds, residents and consents of a facility as the registry has them, whole lists. */
import { useQuery } from '@tanstack/react-query'
import { allPages } from './all-pages.ts'
import { useServices } from './services.ts'

const PAGE = 500
const STALE_MS = 60_000

/** The closed ones too. */
export function useRooms(facility: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['rooms-ever', facility],
    queryFn: () => allPages(after => call('rooms', { query: { limit: PAGE, after, facility, closed: 'with' } })),
    staleTime: STALE_MS,
  })
}

export function useBeds(facility: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['beds', facility],
    queryFn: () => allPages(after => call('beds', { query: { limit: PAGE, after, facility } })),
    staleTime: STALE_MS,
  })
}

/** Residents by opaque number; for administrators. */
export function useResidents(facility: string, enabled = true) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['residents', 'of', facility],
    queryFn: () => allPages(after => call('residents', { query: { limit: PAGE, after, facility } })),
    enabled,
  })
}

/** Names by number; for administrators, and looking is recorded. */
export function useNames(facility: string, enabled = true) {
  const { call } = useServices()
  const { data } = useQuery({
    queryKey: ['resident-names', facility],
    queryFn: () => allPages(after => call('residentIdentities', { query: { limit: PAGE, after, facility } })),
    enabled,
    staleTime: STALE_MS,
  })
  return new Map((data ?? []).flatMap(({ id, identity }) => (identity ? [[id, identity.name] as const] : [])))
}

export function useConsents(facility: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['consents', 'of', facility],
    queryFn: () => allPages(after => call('consents', { query: { limit: PAGE, after, facility } })),
  })
}
