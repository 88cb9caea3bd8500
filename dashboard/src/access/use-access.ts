/** A device's credentials as the server tells them, and the commands that change them. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { DeviceAccess } from '../../../core/rest/credentials.ts'
import { newIdempotencyKey } from '../api.ts'
import { useServices } from '../services.ts'

export function useAccess(id: string, facility: string) {
  const { call } = useServices()
  const client = useQueryClient()
  const key = ['device-access', facility, id]
  const asked = { params: { id }, query: { facility } }
  const query = useQuery({ queryKey: key, queryFn: () => call('deviceAccess', asked), refetchInterval: 15_000 })
  const put = (access: DeviceAccess): void => void client.setQueryData(key, access)
  const rotate = useMutation({
    // One press is one credential, however often the network asks.
    mutationFn: (overlap_s: number) =>
      call('rotateCredential', { ...asked, body: { overlap_s }, idempotencyKey: newIdempotencyKey() }),
    onSuccess: () => void client.invalidateQueries({ queryKey: key }),
  })
  const revoke = useMutation({ mutationFn: () => call('revokeCredentials', { ...asked, body: {} }), onSuccess: put })
  const setHub = useMutation({
    mutationFn: (devices: readonly string[]) => call('setHub', { ...asked, body: { devices: [...devices] as never } }),
    onSuccess: put,
  })
  return { ...query, rotate, revoke, setHub }
}
