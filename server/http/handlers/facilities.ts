/** Routes of facilities and their boards, and of the device catalogue. */
import { profiles } from '../../../core/profiles/index.ts'
import type { FacilityRecord } from '../../../core/registry.ts'
import { type May, requireFacility } from '../../auth/authority.ts'
import { deviceKey } from '../../live/layout.ts'
import { type Handlers, refuse } from '../call.ts'
import { filtered, pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'

type Names = 'board' | 'facilities' | 'createFacility' | 'renameFacility' | 'deviceTypes'

export function facilitiesHandlers({ registry, boards, openFacility, announce }: HandlerDeps): Pick<Handlers, Names> {
  /** Which facilities someone sees by name. A maker: its bench, and where its devices are (datasets are asked for by facility). */
  const visibleTo = async (may: May): Promise<(facility: FacilityRecord) => boolean> => {
    const { makers } = may.list()
    const where = makers && (await facilitiesOfMakers(makers))
    return ({ id, benchOf }) => may({ facility: id, maker: benchOf ?? where?.get(id) ?? null })
  }
  /** Where devices of these makers are, and of which of them. */
  const facilitiesOfMakers = async (makers: readonly string[]): Promise<Map<string, string>> => {
    const found = new Map<string, string>()
    for (let after: string | undefined; ; ) {
      const devices = await registry.devices.list({ makers, limit: 500, ...(after ? { after } : {}) })
      for (const { facility, maker } of devices) found.set(facility, maker)
      const last = devices.at(-1)
      if (!last || devices.length < 500) return found
      after = deviceKey(last)
    }
  }

  return {
    async board({ may, params }) {
      requireFacility(may, params.id)
      return boards.snapshot(params.id)
    },

    async facilities({ may, query }) {
      const isVisible = await visibleTo(may)
      const read = filtered(page => registry.facilities.list(page), keyOf, isVisible)
      const prefectures = await registry.facilities.prefectures()
      return pageOf(query, read, keyOf, facility => facilityView(facility, prefectures.get(facility.id)))
    },

    async createFacility({ body }) {
      const { id, name, zone, bench_of: benchOf, prefecture } = body
      const bench = benchOf === undefined ? null : `bench-${benchOf}`
      if (bench !== null && id !== bench) refuse('bad_request', `id: the bench of ${benchOf} is called ${bench}.`)
      if (bench === null && id.startsWith('bench-'))
        refuse('bad_request', 'bench_of: name the maker whose bench this is.')
      if (await registry.facilities.get(id)) refuse('conflict', `There is already a facility ${id}.`)
      const record: FacilityRecord = { id, name, zone, benchOf: benchOf ?? null }
      await registry.facilities.create(record)
      if (prefecture !== undefined) await registry.facilities.setPrefecture(id, prefecture)
      await openFacility(id)
      await announce(id)
      return facilityView(record, prefecture)
    },

    async renameFacility({ params: { id }, body: { name, prefecture } }) {
      const renamed = await registry.facilities.rename(id, name)
      if (prefecture !== undefined) await registry.facilities.setPrefecture(id, prefecture)
      return facilityView(renamed, (await registry.facilities.prefectures()).get(id))
    },

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
const facilityView = ({ id, name, zone, benchOf }: FacilityRecord, prefecture: string | undefined) => ({
  ...{ id, name, zone, bench_of: benchOf },
  prefecture: prefecture ?? null,
})
