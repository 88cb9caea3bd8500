/** Routes of what is written down during a trial: adverse events, device deficiencies, reference measurements, and their corrections. */
import { type Metric, unitOf } from '../../../core/profile.ts'
import { profileById } from '../../../core/profiles/index.ts'
import type { ReferenceContent, TrialEventContent } from '../../../core/registry-trials.ts'
import type { Me } from '../../../core/rest/session.ts'
import { type May, requireFacility } from '../../auth/authority.ts'
import { type Handlers, refuse } from '../call.ts'
import { pageOf } from '../page.ts'
import { eventSummary, eventView, referenceView, trialFor } from '../trial-view.ts'
import type { HandlerDeps } from './deps.ts'
import { facilitiesOf, instant, keyOf, requireDevice, requireResident, zonesOf } from './own.ts'

type Names =
  | 'trialEvents'
  | 'trialEventSummaries'
  | 'addTrialEvent'
  | 'trialEventHistory'
  | 'correctTrialEvent'
  | 'references'
  | 'addReference'
  | 'referenceHistory'
  | 'correctReference'

type Body<N extends 'addTrialEvent' | 'addReference'> = Parameters<Handlers[N]>[0]['body']

export function trialEntriesHandlers({ registry, clock }: HandlerDeps): Pick<Handlers, Names> {
  const written = (me: Me) => ({ by: me.user, nowMs: clock() })
  const format = (facility: string) => zonesOf(registry, [facility])

  async function eventContent(may: May, trial: string, body: Body<'addTrialEvent'>): Promise<TrialEventContent> {
    const { facility, resident, device, at, ...same } = body
    await requireSite(may, trial, facility)
    if (resident === null && device === null) refuse('bad_request', 'resident, device: name one of them.')
    if (same.kind === 'device_deficiency' && device === null)
      refuse('bad_request', 'device: a deficiency is one of a device.')
    if (resident !== null) await requireResident(registry, facility, resident)
    if (device !== null) await requireDevice(registry, facility, device)
    const { kind, severity, serious, relation, outcome, description } = same
    const atMs = instant(at)
    return { trial, facility, resident, device, atMs, kind, severity, serious, relation, outcome, description }
  }

  async function referenceContent(may: May, trial: string, body: Body<'addReference'>): Promise<ReferenceContent> {
    const { facility, device, metric: name, at, value, instrument } = body
    await requireSite(may, trial, facility)
    await requireDevice(registry, facility, device)
    const record = await registry.devices.get(facility, device)
    const profile = record && profileById(record.profile)
    const metric =
      profile && (Object.entries(profile.metrics).find(([known]) => known === name)?.[1] as Metric | undefined)
    if (!metric) return refuse('bad_request', `metric: the device ${device} measures no ${name}.`)
    if (metric.kind === 'number' ? typeof value !== 'number' : typeof value === 'number')
      refuse('bad_request', `value: ${name} is ${metric.kind === 'number' ? 'a number' : 'no number'}.`)
    return { trial, facility, device, metric: name, atMs: instant(at), value, unit: unitOf(metric), instrument }
  }

  async function requireSite(may: May, trial: string, facility: string): Promise<void> {
    requireFacility(may, facility)
    const { sites } = await trialFor(registry, may, trial)
    if (!sites.some(site => site === facility)) refuse('bad_request', `facility: ${facility} is no site of this trial.`)
  }

  return {
    async trialEvents({ may, params, query }) {
      const { id: trial } = await trialFor(registry, may, params.id)
      const facilities = facilitiesOf(may, undefined)
      const zones = await zonesOf(registry, facilities)
      return pageOf(
        query,
        page => registry.trialEvents.list({ trial, facilities, ...page }),
        keyOf,
        record => eventView(record, zones),
      )
    },

    async trialEventSummaries({ may, params, query }) {
      const { id: trial } = await trialFor(registry, may, params.id)
      return pageOf(query, page => registry.trialEvents.list({ trial, ...page }), keyOf, eventSummary)
    },

    async addTrialEvent({ me, may, params, body }) {
      const { id: trial } = await trialFor(registry, may, params.id)
      const record = await registry.trialEvents.add(await eventContent(may, trial, body), written(me))
      return eventView(record, await format(record.facility))
    },

    async trialEventHistory({ may, params }) {
      const versions = await registry.trialEvents.history(params.id)
      const [first] = versions
      if (!first || !may({ facility: first.facility })) return refuse('not_found', 'You have no such entry.')
      const zones = await format(first.facility)
      return { items: versions.map(record => eventView(record, zones)) }
    },

    async correctTrialEvent({ me, may, params, body: { version, reason, ...body } }) {
      const [first] = await registry.trialEvents.history(params.id)
      if (!first || !may({ facility: first.facility })) return refuse('not_found', 'You have no such entry.')
      const content = await eventContent(may, first.trial, body)
      const record = await registry.trialEvents.correct(first.id, version, content, reason, written(me))
      return eventView(record, await format(record.facility))
    },

    async references({ may, params, query }) {
      const { id: trial } = await trialFor(registry, may, params.id)
      const facilities = facilitiesOf(may, undefined)
      const zones = await zonesOf(registry, facilities)
      return pageOf(
        query,
        page => registry.references.list({ trial, facilities, ...page }),
        keyOf,
        record => referenceView(record, zones),
      )
    },

    async addReference({ me, may, params, body }) {
      const { id: trial } = await trialFor(registry, may, params.id)
      const record = await registry.references.add(await referenceContent(may, trial, body), written(me))
      return referenceView(record, await format(record.facility))
    },

    async referenceHistory({ may, params }) {
      const versions = await registry.references.history(params.id)
      const [first] = versions
      if (!first || !may({ facility: first.facility })) return refuse('not_found', 'You have no such measurement.')
      const zones = await format(first.facility)
      return { items: versions.map(record => referenceView(record, zones)) }
    },

    async correctReference({ me, may, params, body: { version, reason, ...body } }) {
      const [first] = await registry.references.history(params.id)
      if (!first || !may({ facility: first.facility })) return refuse('not_found', 'You have no such measurement.')
      const content = await referenceContent(may, first.trial, body)
      const record = await registry.references.correct(first.id, version, content, reason, written(me))
      return referenceView(record, await format(record.facility))
    },
  }
}
