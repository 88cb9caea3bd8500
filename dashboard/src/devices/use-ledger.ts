/** The message ledger of a facility as the server answers it, what the gateway kept, and the two things that can be asked of it: recount and replay. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { RejectionCounts } from '../../../core/rest/kept.ts'
import type { LedgerDevices } from '../../../core/rest/ledger.ts'
import type { Call } from '../api.ts'
import { useServices } from '../services.ts'

const REFRESH_MS = 30_000
const PAGE = 500
const SHOWN = 20

/** All devices' lines; sums and balance are those of the first answer. */
async function wholeLedger(call: Call, facility: string): Promise<LedgerDevices> {
  const first = await call('ledgerDevices', { query: { facility, limit: PAGE } })
  const items = [...first.items]
  for (let after = first.next; after !== null; ) {
    const page = await call('ledgerDevices', { query: { facility, limit: PAGE, after } })
    items.push(...page.items)
    after = page.next
  }
  return { ...first, items }
}

/** A gateway that does not answer was waited for already: it is asked again at the next turn, not at once. */
const asked = { refetchInterval: REFRESH_MS, retry: false } as const

export function useLedger(facility: string | undefined) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['ledger', facility],
    queryFn: () => wholeLedger(call, facility ?? ''),
    enabled: facility !== undefined,
    ...asked,
  })
}

export function useRefusals(facility: string) {
  const { call } = useServices()
  return useQuery<RejectionCounts>({
    queryKey: ['ledger', facility, 'refusals'],
    queryFn: () => call('rejectionCounts', { query: { facility } }),
    ...asked,
  })
}

export type RefusalGroup = RejectionCounts['groups'][number]

/** The newest message of a group, when somebody wants to see it. */
export function useRefusedMessage(facility: string, group: RefusalGroup, isWanted: boolean) {
  const { call } = useServices()
  const { device, reason, fields, count } = group
  return useQuery({
    queryKey: ['ledger', facility, 'message', device, reason, fields.join(' '), count],
    queryFn: async () => {
      const query = { facility, device: device ?? undefined, reason, limit: SHOWN }
      const { items } = await call('rejections', { query })
      const wanted = [...fields].sort().join(' ')
      return items.find(item => [...item.fields].sort().join(' ') === wanted) ?? null
    },
    enabled: isWanted,
    retry: false,
  })
}

export function useConflicts(facility: string, dayFrom: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['ledger', facility, 'conflicts', dayFrom],
    queryFn: () => call('conflicts', { query: { facility, from: dayFrom, limit: SHOWN } }),
    ...asked,
  })
}

export function useDeadLetters(facility: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['ledger', facility, 'dead'],
    queryFn: () => call('deadLetters', { query: { facility, limit: PAGE } }),
    ...asked,
  })
}

export function useReplay(facility: string) {
  const { call } = useServices()
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => call('replayDeadLetters', { body: { facility } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['ledger', facility] }),
  })
}

export function useRecount(facility: string) {
  const { call } = useServices()
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => call('ledger', { query: { facility, recount: 'true', limit: 1 } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['ledger', facility] }),
  })
}
