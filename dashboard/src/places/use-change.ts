/** A change of units, rooms or beds; what is shown is fresh again before `onDone`. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { newIdempotencyKey, refusalOf } from '../api.ts'

/** @param change is given the same key again as long as no answer has come */
export function usePlacesChange<V>(
  change: (values: V, idempotencyKey: string) => Promise<unknown>,
  onDone: () => void = () => undefined,
) {
  const client = useQueryClient()
  const key = useRef(newIdempotencyKey())
  return useMutation({
    mutationFn: (values: V) => change(values, key.current),
    onError: error => {
      if (refusalOf(error)) key.current = newIdempotencyKey()
    },
    onSuccess: async () => {
      key.current = newIdempotencyKey()
      await Promise.all(['places', 'rooms'].map(name => client.invalidateQueries({ queryKey: [name] })))
      onDone()
    },
  })
}
