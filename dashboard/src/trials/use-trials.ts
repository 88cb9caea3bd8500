/** Trials and what is written in them, as the server has them, whole lists; and a command that reads them anew. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { allPages } from '../all-pages.ts'
import { newIdempotencyKey, refusalOf } from '../api.ts'
import { useServices } from '../services.ts'

const PAGE = 500
export const TRIALS = 'trials'

export function useTrials() {
  const { call } = useServices()
  return useQuery({
    queryKey: [TRIALS],
    queryFn: () => allPages(after => call('trials', { query: { limit: PAGE, after } })),
  })
}

export function useTrial(id: string) {
  const { call } = useServices()
  return useQuery({ queryKey: [TRIALS, id], queryFn: () => call('trial', { params: { id } }) })
}

export function useEnrolments(id: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: [TRIALS, id, 'enrolments'],
    queryFn: () => allPages(after => call('enrolments', { params: { id }, query: { limit: PAGE, after } })),
  })
}

export function useTrialEvents(id: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: [TRIALS, id, 'events'],
    queryFn: () => allPages(after => call('trialEvents', { params: { id }, query: { limit: PAGE, after } })),
  })
}

export function useEventSummaries(id: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: [TRIALS, id, 'event-summaries'],
    queryFn: () => allPages(after => call('trialEventSummaries', { params: { id }, query: { limit: PAGE, after } })),
  })
}

export function useReferences(id: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: [TRIALS, id, 'references'],
    queryFn: () => allPages(after => call('references', { params: { id }, query: { limit: PAGE, after } })),
  })
}

/**
 * A change to anything of trials; all that is shown of them is read again.
 * @param send is given the same key until an answer has come, so that one form is one change however often it is sent
 */
export function useTrialCommand<I, O>(
  send: (input: I, idempotencyKey: string) => Promise<O>,
  onDone?: (output: O) => void,
) {
  const client = useQueryClient()
  const key = useRef(newIdempotencyKey())
  return useMutation({
    mutationFn: (input: I) => send(input, key.current),
    onError: error => {
      if (refusalOf(error)) key.current = newIdempotencyKey()
    },
    onSuccess: output => {
      key.current = newIdempotencyKey()
      void client.invalidateQueries({ queryKey: [TRIALS] })
      onDone?.(output)
    },
  })
}
