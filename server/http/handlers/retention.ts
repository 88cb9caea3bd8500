/** Routes of retention: what is set, what would go, what went. An administrator sees and sets the own facility, the operator every one. */
import type { FacilityRecord } from '../../../core/registry.ts'
import type { RetentionKept, RetentionRun } from '../../../core/registry-retention.ts'
import type { RetentionKeptView } from '../../../core/rest/retention.ts'
import { type May, requireFacility } from '../../auth/authority.ts'
import { createZoneClock, type ZoneClock } from '../../zone-clock.ts'
import { type Handlers, refuse } from '../call.ts'
import { filtered, pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'

type Names = 'retention' | 'setRetention' | 'previewRetention' | 'runRetention' | 'cancelRetention'
const SHOWN_RUNS = 5

export function retentionHandlers({ registry, retention }: HandlerDeps): Pick<Handlers, Names> {
  async function facilityOf(may: May, id: string): Promise<FacilityRecord> {
    requireFacility(may, id)
    return (await registry.facilities.get(id)) ?? refuse('not_found', `There is no facility ${id}.`)
  }

  async function viewOf(facility: FacilityRecord) {
    const zone = createZoneClock(facility.zone)
    const rule = await registry.retention.rule(facility.id)
    const running = retention.running(facility.id)
    const runs = await registry.retention.runs(facility.id, SHOWN_RUNS)
    return {
      facility: facility.id,
      name: facility.name,
      days: rule?.days ?? null,
      changed: rule && zone.format(rule.changedMs),
      changed_by: rule?.changedBy ?? null,
      running: running && {
        started: zone.format(running.startedMs),
        progress: running.progress,
        messages: running.messages,
      },
      runs: runs.map(run => runView(run, zone)),
    }
  }

  return {
    async retention({ may, query }) {
      if (query.facility !== undefined) await facilityOf(may, query.facility)
      const isShown = ({ id }: FacilityRecord): boolean =>
        (query.facility === undefined || id === query.facility) && may({ facility: id })
      const read = filtered(page => registry.facilities.list(page), keyOf, isShown)
      const { items, next } = await pageOf(query, read, keyOf, facility => facility)
      return { items: await Promise.all(items.map(viewOf)), next }
    },

    async setRetention({ me, may, params, body }) {
      const facility = await facilityOf(may, params.id)
      await retention.set(facility, body.days, me.user)
      return viewOf(facility)
    },

    async previewRetention({ may, params, query, signal }) {
      const facility = await facilityOf(may, params.id)
      const days = query.days ?? (await registry.retention.rule(facility.id))?.days ?? null
      if (days === null) return refuse('not_ready', 'days: nothing is set for this facility, so name them.')
      const zone = createZoneClock(facility.zone)
      const found = await retention.preview(facility, days, signal)
      return {
        facility: facility.id,
        days,
        before: zone.format(found.beforeMs),
        would_remove: found.removed,
        oldest: found.foundMs === null ? null : zone.format(found.foundMs),
        would_keep: found.keptCounts,
        kept: found.kept.map(kept => keptView(kept, zone)),
      }
    },

    async runRetention({ me, may, params }) {
      const facility = await facilityOf(may, params.id)
      await retention.run(facility, me.user)
      return viewOf(facility)
    },

    async cancelRetention({ may, params }) {
      const facility = await facilityOf(may, params.id)
      retention.cancel(facility.id)
      return viewOf(facility)
    },
  }
}

const keyOf = ({ id }: { id: string }): string => id

const runView = (run: RetentionRun, zone: ZoneClock) => ({
  started: zone.format(run.startedMs),
  ended: zone.format(run.endedMs),
  outcome: run.outcome,
  failure: run.failure,
  days: run.days,
  before: zone.format(run.beforeMs),
  messages: run.messages,
  kept: run.kept.map(kept => keptView(kept, zone)),
  started_by: run.startedBy,
})

const keptView = ({ reason, id, devices, fromMs, toMs }: RetentionKept, zone: ZoneClock): RetentionKeptView => ({
  reason,
  id,
  devices,
  from: zone.format(fromMs),
  to: zone.format(toMs),
})
