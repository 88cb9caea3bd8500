/** Residents as the server tells them: the list with who they are, one with all that is known, and changes to one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import type { z } from 'zod'
import type { identitySchema, Resident } from '../../../core/rest/residents.ts'
import { allPages } from '../all-pages.ts'
import { type Answer, newIdempotencyKey, refusalOf } from '../api.ts'
import { useServices } from '../services.ts'

export type Identity = z.output<typeof identitySchema>
export type Person = Resident & { identity: Identity | null }
export type ResidentDetail = Answer<'resident'>

const PAGE = 500

export function usePeople(facility: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['residents', facility],
    queryFn: async (): Promise<Person[]> => {
      const [residents, identities] = await Promise.all([
        allPages(after => call('residents', { query: { facility, limit: PAGE, after } })),
        allPages(after => call('residentIdentities', { query: { facility, limit: PAGE, after } })),
      ])
      const known = new Map(identities.map(({ id, identity }) => [id, identity]))
      return residents.map(resident => ({ ...resident, identity: known.get(resident.id) ?? null }))
    },
  })
}

export function useConsents(facility: string) {
  const { call } = useServices()
  return useQuery({
    queryKey: ['consents', facility],
    queryFn: () => allPages(after => call('consents', { query: { facility, limit: PAGE, after } })),
  })
}

export function useResident(id: string) {
  const { call } = useServices()
  return useQuery({ queryKey: ['resident', id], queryFn: () => call('resident', { params: { id } }) })
}

/** After any change of a resident everything that shows residents is asked anew. */
function useForget(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await Promise.all(['resident', 'residents', 'consents'].map(name => client.invalidateQueries({ queryKey: [name] })))
  }
}

/**
 * A change of a resident; what is shown is fresh again before `onDone`.
 * @param change is given the same key again as long as no answer has come, so that one form is one change however often it is sent
 */
export function useChange<V, R = unknown>(
  change: (values: V, idempotencyKey: string) => Promise<R>,
  onDone: (answer: R) => void = () => undefined,
) {
  const forget = useForget()
  const key = useRef(newIdempotencyKey())
  return useMutation({
    mutationFn: (values: V) => change(values, key.current),
    onError: error => {
      if (refusalOf(error)) key.current = newIdempotencyKey()
    },
    onSuccess: async answer => {
      key.current = newIdempotencyKey()
      await forget()
      onDone(answer)
    },
  })
}
