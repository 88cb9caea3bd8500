/** Devices as the server lists them, all pages, and one device with its newest values. */
import { useQuery } from '@tanstack/react-query'
import type { Device, DeviceDetail } from '../../../core/rest/devices.ts'
import type { Call } from '../api.ts'
import { useLinkKind } from '../board/use-board.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'

const PAGE = 500
const REFRESH_MS = 10_000
const CUT_AFTER_MS = 35_000

async function allDevices(call: Call, facility: string | undefined): Promise<Device[]> {
  const all: Device[] = []
  let after: string | undefined
  do {
    const page = await call('devices', { query: { limit: PAGE, facility, after } })
    all.push(...page.items)
    after = page.next ?? undefined
  } while (after !== undefined)
  return all
}

/** @param facility undefined: of all facilities; null: the reader may not list devices */
export function useDevices(facility: string | undefined | null) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['devices', facility],
    queryFn: () => allDevices(call, facility ?? undefined),
    enabled: facility !== null,
    refetchInterval: REFRESH_MS,
  })
}

/** True when what was fetched then can no longer be called the present. */
export function useIsCut(fetchedMs: number): boolean {
  useNow(5_000)
  return useLinkKind() === 'stopped' || (fetchedMs > 0 && Date.now() - fetchedMs > CUT_AFTER_MS)
}

export function useDevice(id: string, facility: string | undefined) {
  const { call } = useServices()
  return useQuery<DeviceDetail>({
    queryKey: ['device', facility, id],
    queryFn: () => call('device', { params: { id }, query: { facility } }),
    refetchInterval: REFRESH_MS,
  })
}

export function useFacilities() {
  const { call } = useServices()
  return useQuery({
    queryKey: ['facilities'],
    queryFn: () => call('facilities', { query: { limit: PAGE } }),
    staleTime: 60_000,
  })
}

/** A facility's name; its id until the name is known. */
export function useFacilityName(facility: string): string {
  const { data } = useFacilities()
  return data?.items.find(each => each.id === facility)?.name ?? facility
}

/** The zone in which a facility's times are read; the browser's own until it is known. */
export function useZone(facility: string | undefined): string {
  const { data } = useFacilities()
  return data?.items.find(each => each.id === facility)?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
}
