// A handler that answers without having asked whose it is, is not heard, whether it answers a body or streams.
import type { ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import type { FacilityId } from '../../core/ids.ts'
import { createAuthority } from '../../server/auth/authority.ts'
import { bindRoutes } from '../../server/http/bind.ts'
import type { Call, Handlers, HttpRequest, HttpResponse } from '../../server/http/call.ts'

const me = { user: 'admin', role: 'facility_admin' as const, facilities: ['sunny' as FacilityId], maker: null }

/** Calls a route as the administrator of `sunny`; what its handler does is given. */
async function call(
  name: 'residents' | 'auditExport' | 'readingsCsv',
  handler: (call: Call<never>) => Promise<unknown>,
) {
  const recorded: string[] = []
  const endpoints = bindRoutes({ [name]: handler } as unknown as Handlers, {
    sessions: { of: async () => ({ id: 's', me: { ...me, language: 'ja' }, token: null }) },
    authority: createAuthority(),
    isOwnPage: () => true,
    idempotency: { once: (_, work) => work() },
    rateLimit: { take: () => undefined, stranger: () => undefined },
    audit: {
      around: (_, __, ___, work) => work(),
      viewed: async () => void recorded.push('viewed'),
      watched: async () => undefined,
    },
    checkResponses: false,
  })
  const request = {
    headers: {},
    params: { id: 'mat-1' },
    query: { metric: 'heart_rate', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  }
  const response = { once: () => undefined, setHeader: () => undefined, end: () => undefined, locals: {} }
  const endpoint = endpoints.find(each => each.name === name)
  await endpoint?.serve(
    (name === 'residents' ? { ...request, query: {} } : request) as unknown as HttpRequest,
    response as unknown as ServerResponse as HttpResponse,
  )
  return recorded
}

it('refuses a body that nobody was asked about, and gives it when the authority was asked', async () => {
  const page = { items: [], next: null }
  await expect(call('residents', async () => page)).rejects.toThrow('without having asked whose it is')
  await expect(
    call('residents', async ({ may }) => {
      ;(may as unknown as (owner: object) => boolean)({ facility: 'sunny' })
      return page
    }),
  ).resolves.toEqual([])
})

it('lets no stream begin before the authority was asked', async () => {
  let begun = false
  const stream = call('readingsCsv', async ({ viewed }) => {
    await viewed()
    begun = true
  })
  await expect(stream).rejects.toThrow('without having asked whose it is')
  expect(begun).toBe(false)
})
