/** Dataset requests as the server has them, with the socket's word on a running build laid over; asks every ten seconds when the socket is away. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { DatasetJob, DatasetRequest } from '../../../core/rest/datasets.ts'
import { useServices, useValue } from '../services.ts'

const WITHOUT_SOCKET_MS = 10_000
const WITH_SOCKET_MS = 30_000
const PAGE = 200

export function useRequests() {
  const { call, isConnected } = useServices()
  const connected = useValue(isConnected)
  return useQuery({
    queryKey: ['dataset-requests'],
    queryFn: () => call('datasetRequests', { query: { limit: PAGE } }),
    refetchInterval: connected ? WITH_SOCKET_MS : WITHOUT_SOCKET_MS,
  })
}

/** One request; `job` is the newest word on its build, whichever way it came. */
export function useRequest(id: string) {
  const { call, isConnected, jobs } = useServices()
  const connected = useValue(isConnected)
  const live = useValue(jobs).get(id)
  const client = useQueryClient()
  const query = useQuery({
    queryKey: ['dataset-request', id],
    queryFn: () => call('datasetRequest', { params: { id } }),
    refetchInterval: connected ? WITH_SOCKET_MS : WITHOUT_SOCKET_MS,
  })
  const state = live?.state
  useEffect(() => {
    if (state) void client.invalidateQueries({ queryKey: ['dataset-request', id] })
    if (state) void client.invalidateQueries({ queryKey: ['dataset-requests'] })
  }, [state, client, id])
  return { ...query, connected, job: newerJob(query.data?.job ?? null, live) }
}

const newerJob = (fetched: DatasetJob | null, live: DatasetJob | undefined): DatasetJob | null =>
  live && (!fetched || live.progress >= fetched.progress || live.state === 'failed') ? live : fetched

/** Runs a command on a request and puts its answer where lists and pages read it. */
export function useCommand<Input>(
  run: (input: Input) => Promise<DatasetRequest>,
  onDone?: (request: DatasetRequest) => void,
) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: run,
    onSuccess: request => {
      client.setQueryData(['dataset-request', request.id], request)
      void client.invalidateQueries({ queryKey: ['dataset-requests'] })
      onDone?.(request)
    },
  })
}

/** Approvals that count: those after the last return. */
export function approvalsOf(request: DatasetRequest): DatasetRequest['reviews'] {
  const lastReturn = request.reviews.findLastIndex(review => review.decision === 'return')
  return request.reviews.slice(lastReturn + 1).filter(review => review.decision === 'approve')
}
export const APPROVALS_NEEDED = 2
