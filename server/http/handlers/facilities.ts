/** Routes of facilities and their boards, and of the device catalogue. */
import { profiles } from '../../../core/profiles/index.ts'
import type { FacilityRecord } from '../../../core/registry.ts'
import type { Me } from '../../../core/rest/session.ts'
import { isFacilityRole, ownsFacility, requireOwnFacility } from '../../auth/scope.ts'
import { deviceKey } from '../../live/layout.ts'
import { type Handlers, refuse } from '../call.ts'
import { filtered, pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'

type Names = 'board' | 'facilities' | 'createFacility' | 'renameFacility' | 'deviceTypes'

export function facilitiesHandlers({ registry, boards, openFacility, announce }: HandlerDeps): Pick<Handlers, Names> {
  /** Which facilities someone sees by name. A maker: its bench, and where its devices are (datasets are asked for by facility). */
  const visibleTo = async (me: Me): Promise<(facility: FacilityRecord) => boolean> => {
    if (isFacilityRole(me)) return ({ id }) => ownsFacility(me, id)
    if (me.role !== 'manufacturer') return () => true
    const where = await facilitiesOfMaker(me.maker)
    return ({ id, benchOf }) => (benchOf === null ? where.has(id) : benchOf === me.maker)
  }
  const facilitiesOfMaker = async (maker: string | null): Promise<Set<string>> => {
    const found = new Set<string>()
    if (maker === null) return found
    for (let after: string | undefined; ; ) {
      const devices = await registry.devices.list({ makers: [maker], limit: 500, ...(after ? { after } : {}) })
      for (const { facility } of devices) found.add(facility)
      const last = devices.at(-1)
      if (!last || devices.length < 500) return found
      after = deviceKey(last)
    }
  }

  return {
    async board({ me, params }) {
      requireOwnFacility(me, params.id)
      return boards.snapshot(params.id)
    },

    async facilities({ me, query }) {
      const isVisible = await visibleTo(me)
      const read = filtered(page => registry.facilities.list(page), keyOf, isVisible)
      return pageOf(query, read, keyOf, facilityView)
    },

    async createFacility({ body }) {
      const { id, name, zone, bench_of: benchOf } = body
      const bench = benchOf === undefined ? null : `bench-${benchOf}`
      if (bench !== null && id !== bench) refuse('bad_request', `id: the bench of ${benchOf} is called ${bench}.`)
      if (bench === null && id.startsWith('bench-'))
        refuse('bad_request', 'bench_of: name the maker whose bench this is.')
      if (await registry.facilities.get(id)) refuse('conflict', `There is already a facility ${id}.`)
      const record: FacilityRecord = { id, name, zone, benchOf: benchOf ?? null }
      await registry.facilities.create(record)
      await openFacility(id)
      await announce(id)
      return facilityView(record)
    },

    renameFacility: async ({ params, body }) => facilityView(await registry.facilities.rename(params.id, body.name)),

    deviceTypes: ({ query }) =>
      pageOf(
        query,
        async ({ limit, after }) => inOrder.filter(({ id }) => after === undefined || id > after).slice(0, limit),
        ({ id }) => id,
        profile => profile,
      ),
  }
}

const inOrder = [...profiles].sort((a, b) => (a.id < b.id ? -1 : 1))
const keyOf = ({ id }: { id: string }): string => id
const facilityView = ({ id, name, zone, benchOf }: FacilityRecord) => ({ id, name, zone, bench_of: benchOf })
