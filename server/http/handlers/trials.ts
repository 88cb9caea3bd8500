/** Routes of trials: design, protocol, enrolments. */
import { profileById } from '../../../core/profiles/index.ts'
import type { TrialDesign } from '../../../core/registry-trials.ts'
import type { Me } from '../../../core/rest/session.ts'
import { requireFacility } from '../../auth/authority.ts'
import { periodOf } from '../../datasets/input.ts'
import { type Handlers, refuse } from '../call.ts'
import { pageOf } from '../page.ts'
import { designOf, enrolmentView, trialFor, trialView } from '../trial-view.ts'
import type { HandlerDeps } from './deps.ts'
import { facilitiesOf, instant, keyOf, requireResident, zonesOf } from './own.ts'

type Names =
  | 'trials'
  | 'trial'
  | 'createTrial'
  | 'editTrial'
  | 'addProtocol'
  | 'lockProtocol'
  | 'enrolments'
  | 'enrol'
  | 'endEnrolment'

export function trialsHandlers({ registry, clock }: HandlerDeps): Pick<Handlers, Names> {
  const checked = async (me: Me, design: TrialDesign): Promise<{ maker: string; design: TrialDesign }> => {
    const { maker } = me
    if (maker === null) return refuse('forbidden', 'Your account belongs to no maker.')
    if (design.toDay < design.fromDay) refuse('bad_request', 'to: a trial ends after it begins.')
    const stranger = design.deviceTypes.find(type => !profileById(type))
    if (stranger !== undefined) refuse('bad_request', `device_types: there is no device type ${stranger}.`)
    for (const site of design.sites) {
      // Where a maker has no device it learns of no facility, not even that it exists.
      const devices = await registry.devices.list({ facilities: [site], makers: [maker], limit: 1 })
      const facility = devices.length > 0 ? await registry.facilities.get(site) : null
      if (!facility || facility.benchOf !== null)
        refuse('bad_request', `sites: no device of yours is enrolled in a facility ${site}.`)
    }
    return { maker, design }
  }

  const roomsOfResidents = async (facilities: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const nowMs = clock()
    const stays = await Promise.all(facilities.map(facility => registry.stays.during(facility, nowMs, nowMs + 1)))
    return new Map(stays.flat().map(({ resident, room }) => [resident, room]))
  }

  return {
    async trials({ may, query }) {
      const scope = may.list()
      return pageOf(
        query,
        page => registry.trials.list({ ...scope, ...page }),
        keyOf,
        trial => trialView(trial, may),
      )
    },

    async trial({ may, params }) {
      return trialView(await trialFor(registry, may, params.id), may)
    },

    async createTrial({ me, may, body }) {
      const { maker, design } = await checked(me, designOf(body))
      if (!may({ maker })) refuse('forbidden', 'A maker designs its own trials.')
      return trialView(await registry.trials.create({ ...design, maker }, { by: me.user, nowMs: clock() }), may)
    },

    async editTrial({ me, may, params, body }) {
      const { id } = await trialFor(registry, may, params.id)
      const { design } = await checked(me, designOf(body))
      return trialView(await registry.trials.change(id, body.version, design), may)
    },

    async addProtocol({ me, may, params, body }) {
      const { id } = await trialFor(registry, may, params.id)
      return trialView(await registry.trials.addProtocol(id, body, { by: me.user, nowMs: clock() }), may)
    },

    async lockProtocol({ me, may, params, body }) {
      const { id } = await trialFor(registry, may, params.id)
      return trialView(await registry.trials.lockProtocol(id, body.protocol, { by: me.user, nowMs: clock() }), may)
    },

    async enrolments({ may, params, query }) {
      const { id } = await trialFor(registry, may, params.id)
      const facilities = facilitiesOf(may, undefined)
      const format = await zonesOf(registry, facilities)
      const rooms = await roomsOfResidents(facilities)
      return pageOf(
        query,
        page => registry.trials.enrolments({ trial: id, facilities, ...page }),
        keyOf,
        record => enrolmentView(record, format, rooms),
      )
    },

    async enrol({ me, may, params, body }) {
      const { id: trial, fromDay, toDay } = await trialFor(registry, may, params.id)
      const { facility, resident } = body
      requireFacility(may, facility)
      await requireResident(registry, facility, resident)
      const fromMs = instant(body.from)
      const zone = (await registry.facilities.get(facility))?.zone ?? 'UTC'
      const period = periodOf({ from: fromDay, to: toDay }, zone)
      if (fromMs < period.fromMs || fromMs >= period.toMs)
        refuse('bad_request', `from: this trial takes people in from ${fromDay} to ${toDay}.`)
      const record = await registry.trials.enrol({ trial, facility, resident, fromMs }, { by: me.user, nowMs: clock() })
      return enrolmentView(record, await zonesOf(registry, [facility]), await roomsOfResidents([facility]))
    },

    async endEnrolment({ me, may, params, body }) {
      const known = await registry.trials.enrolment(params.id)
      if (!known || !may({ facility: known.facility })) return refuse('not_found', 'You have no such enrolment.')
      const written = { by: me.user, nowMs: clock() }
      const record = await registry.trials.endEnrolment(known.id, instant(body.at), body.reason, written)
      const { facility } = known
      return enrolmentView(record, await zonesOf(registry, [facility]), await roomsOfResidents([facility]))
    },
  }
}
