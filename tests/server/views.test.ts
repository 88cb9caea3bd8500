// What the audit trail knows of every reading route: none is left to chance.
import { describe, expect, it } from 'vitest'
import type { Route } from '../../core/rest/route.ts'
import { routes } from '../../core/rest.ts'
import { filterOf } from '../../server/audit/questions.ts'
import { VIEWS, viewsOf } from '../../server/audit/views.ts'

const registry = { placements: { during: async () => [] }, facilities: {} } as never

describe('views in the audit trail', () => {
  it('says of every GET route whether it shows something of a resident', () => {
    const gets = Object.entries(routes as Record<string, Route>).flatMap(([name, { method }]) =>
      method === 'get' ? [name] : [],
    )
    expect(Object.keys(VIEWS).toSorted()).toEqual(gets.toSorted())
  })

  it('records as a whole a route that nobody has spoken of yet', async () => {
    const looked = { me: null, params: { id: 'r1' }, query: { facility: 'sunny' } }
    const unknown = await viewsOf('datasetRequest', looked, registry, 0)
    expect(unknown).toEqual([])
    const { datasetRequest, ...rest } = VIEWS
    expect(datasetRequest).toBeNull()
    const [draft] = await viewsOf('datasetRequest', looked, registry, 0, rest)
    expect(draft).toEqual({
      action: 'view.dataset_request',
      subject: { kind: 'route', id: '/dataset-requests/r1' },
      facility: 'sunny',
    })
  })

  it('keeps to the question when the question is narrowed', () => {
    expect(filterOf('devices', { actions: ['device.enrol'] })).toEqual({ actions: ['device.enrol'] })
    expect(filterOf('failed_sign_ins', { actions: ['session.'] })).toMatchObject({
      actions: ['session.open'],
      result: 'refused',
    })
    expect(filterOf('devices', { actions: ['user.create'] })).toEqual({ actions: [] })
    expect(filterOf(undefined, { actor: 'x' })).toEqual({ actor: 'x' })
  })
})
