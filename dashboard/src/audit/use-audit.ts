/** What the audit page asks the server: entries page by page, and a verification that can be called off. */
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import type { AuditVerification } from '../../../core/rest/audit.ts'
import { useServices } from '../services.ts'
import { type AuditFilters, queryOf } from './filters.ts'

const PAGE = 50

export function useEntries(filters: AuditFilters) {
  const { call } = useServices()
  const query = queryOf(filters)
  return useInfiniteQuery({
    queryKey: ['audit', query],
    queryFn: ({ pageParam, signal }) =>
      call('audit', { query: { ...query, limit: PAGE, after: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: page => page.next,
    enabled: filters.question !== 'resident' || filters.resident !== '',
  })
}

export interface Verified {
  answer: AuditVerification
  atMs: number
}

export function useVerify() {
  const { call, clock } = useServices()
  const running = useRef<AbortController | null>(null)
  const verification = useMutation<Verified, unknown, string>({
    mutationFn: async checkpoint => {
      running.current = new AbortController()
      const query = { checkpoint: checkpoint.trim() === '' ? undefined : checkpoint }
      const answer = await call('auditVerify', { query, signal: running.current.signal })
      return { answer, atMs: clock.now() }
    },
  })
  const cancel = (): void => {
    running.current?.abort()
    verification.reset()
  }
  return { ...verification, cancel }
}
