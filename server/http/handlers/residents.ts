/** Routes of residents: who they are, where they live, when they are away, erasure. Only their own facility's administrators get here. */
import type { ResidentRecord, Written } from '../../../core/registry-people.ts'
import { type Handlers, refuse } from '../call.ts'
import { pageOf } from '../page.ts'
import {
  absenceView,
  careLevelView,
  identityOf,
  identityView,
  residentDetail,
  residentViews,
  stayView,
} from '../resident-view.ts'
import type { HandlerDeps } from './deps.ts'
import { careFacility, facilitiesOf, instant, keyOf, ownResident, requireBed, requireRoom, zonesOf } from './own.ts'

type Names =
  | 'residents'
  | 'residentIdentities'
  | 'resident'
  | 'createResident'
  | 'identifyResident'
  | 'addCareLevel'
  | 'addAbsence'
  | 'endAbsence'
  | 'addStay'
  | 'leaveResident'
  | 'eraseResident'

export function residentsHandlers({ registry, clock, announce }: HandlerDeps): Pick<Handlers, Names> {
  const writtenBy = (user: string): Written => ({ by: user, nowMs: clock() })

  async function requirePlace(facility: string, { room, bed }: { room: string; bed?: string | undefined }) {
    await requireRoom(registry, facility, room)
    if (bed !== undefined) await requireBed(registry, room, bed)
  }

  return {
    async residents({ may, query }) {
      const facilities = facilitiesOf(may, query.facility)
      const page = await pageOf(
        query,
        cut => registry.residents.list({ facilities, ...cut }),
        keyOf,
        record => record,
      )
      return { items: await residentViews(registry, page.items, clock()), next: page.next }
    },

    async residentIdentities({ may, query }) {
      const facilities = facilitiesOf(may, query.facility)
      const page = await pageOf(query, cut => registry.residents.list({ facilities, ...cut }), keyOf, keyOf)
      const identities = await registry.residents.identities(page.items)
      const items = page.items.map(id => ({ id, identity: identityView(identities.get(id)) }))
      return { items, next: page.next }
    },

    async resident({ may, params }) {
      return residentDetail(registry, await ownResident(registry, may, params.id), clock())
    },

    async createResident({ me, may, body }) {
      const { id: facility } = await careFacility(registry, may, body.facility)
      const { identity, care_level, stay } = body
      if (stay) await requirePlace(facility, stay)
      const written = writtenBy(me.user)
      const create = async (): Promise<ResidentRecord | null> => {
        const given = identity && { identity: identityOf(identity), by: me.user }
        if (!identity || (!care_level && !stay)) return registry.residents.create(facility, written.nowMs, given)
        const admitted = {
          identity: identityOf(identity),
          careLevel: care_level ? { level: care_level.level, fromDay: care_level.from } : null,
          stay: stay ? { room: stay.room, bed: stay.bed ?? null, fromMs: instant(stay.from) } : null,
        }
        const [id] = await registry.residents.addAll(facility, [admitted], written)
        return registry.residents.get(id as string)
      }
      const resident = await create()
      if (stay) await announce(facility)
      const [view] = await residentViews(registry, resident ? [resident] : [], clock())
      return view as NonNullable<typeof view>
    },

    async identifyResident({ me, may, params, body, version }) {
      const resident = await ownResident(registry, may, params.id)
      await registry.residents.identify(resident.id, identityOf(body), writtenBy(me.user), version)
      return residentDetail(registry, resident, clock())
    },

    async addCareLevel({ me, may, params, body }) {
      const resident = await ownResident(registry, may, params.id)
      const record = await registry.careLevels.add(resident.id, body.level, body.from, writtenBy(me.user))
      return careLevelView(record, resident.facility, await zonesOf(registry, [resident.facility]))
    },

    async addAbsence({ me, may, params, body }) {
      const { id: resident, facility } = await ownResident(registry, may, params.id)
      const record = await registry.absences.add(
        {
          facility,
          resident,
          reason: body.reason,
          fromMs: instant(body.from),
          toMs: body.to === undefined ? null : instant(body.to),
        },
        writtenBy(me.user),
      )
      await announce(facility)
      return absenceView(record, await zonesOf(registry, [facility]))
    },

    async endAbsence({ may, params, body }) {
      const absence = await registry.absences.get(params.id)
      if (!absence || !may({ facility: absence.facility })) refuse('not_found', 'You have no such absence.')
      const ended = await registry.absences.end(params.id, instant(body.at))
      await announce(ended.facility)
      return absenceView(ended, await zonesOf(registry, [ended.facility]))
    },

    async addStay({ may, params, body }) {
      const { id: resident, facility } = await ownResident(registry, may, params.id)
      const { room, bed = null } = body
      await requirePlace(facility, body)
      const record = await registry.stays.add({ facility, resident, room, bed, fromMs: instant(body.from) })
      await announce(facility)
      return stayView(record, await zonesOf(registry, [facility]))
    },

    async leaveResident({ may, params, body }) {
      const { id, facility } = await ownResident(registry, may, params.id)
      const atMs = instant(body.at)
      if (atMs > clock()) refuse('bad_request', 'at: that has not happened yet.')
      const left = await registry.residents.leave(id, atMs)
      await announce(facility)
      return residentDetail(registry, left, clock())
    },

    async eraseResident({ me, may, params, body }) {
      const { id } = await ownResident(registry, may, params.id)
      if (body.confirm !== id) refuse('bad_request', 'confirm: repeat the resident’s number.')
      return residentDetail(registry, await registry.residents.erase(id, writtenBy(me.user)), clock())
    },
  }
}
