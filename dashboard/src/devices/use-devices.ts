/** Devices as the server lists them, all pages, and one device with its newest values. */
import { useQuery } from '@tanstack/react-query'
import type { Device, DeviceDetail } from '../../../core/rest.ts'
import type { Call } from '../api.ts'
import { useServices } from '../services.ts'

const PAGE = 500
const REFRESH_MS = 10_000

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

export function useDevices(facility: string | undefined) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['devices', facility],
    queryFn: () => allDevices(call, facility),
    refetchInterval: REFRESH_MS,
  })
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

/** The zone in which a facility's times are read; the browser's own until it is known. */
export function useZone(facility: string | undefined): string {
  const { data } = useFacilities()
  return data?.items.find(each => each.id === facility)?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
}
