/** Routes of what the gateway kept: rejections, conflicts, dead letters, and giving these to the store again. */
import type { DeadLetter, KeptConflict, KeptRejection } from '../../../core/ledger.ts'
import { createLedgerPlaces, type LedgerPlace } from '../../ledger/place.ts'
import { finishedDays, spanAsked } from '../../ledger/range.ts'
import { groupRefusals } from '../../ledger/refusals.ts'
import { createZoneClock } from '../../zone-clock.ts'
import { type Handlers, refuse } from '../call.ts'
import type { HandlerDeps } from './deps.ts'

type Names = 'rejections' | 'rejectionCounts' | 'conflicts' | 'deadLetters' | 'replayDeadLetters'
interface KeptQuery {
  facility?: string | undefined
  device?: string | undefined
  from?: string | undefined
  to?: string | undefined
  reason?: string | undefined
}
const MAX_GROUPS = 200
const KEPT_DAYS_MS = 30 * 86_400_000

export function keptHandlers({ registry, ledger, clock, log }: HandlerDeps): Pick<Handlers, Names> {
  const open = createLedgerPlaces(registry)
  /** Without a time asked for: all that is kept. */
  const filterOf = (place: LedgerPlace, { device, from, to, reason }: KeptQuery) => {
    const asked = from ?? new Date(clock() - KEPT_DAYS_MS).toISOString()
    const { fromMs, toMs } = spanAsked({ from: asked, to }, clock())
    return {
      from: fromMs,
      to: toMs,
      payloads: place.payloads,
      ...(device === undefined ? {} : { device }),
      ...(reason === undefined ? {} : { reason }),
    }
  }

  return {
    async rejections({ may, query }) {
      const place = await open(may, query.facility)
      const view = viewsOf(place)
      const { items, next } = await ledger.page(place.facility.id, 'rejections', filterOf(place, query), query)
      return { items: items.map(view.rejection), next }
    },

    async rejectionCounts({ may, query }) {
      const place = await open(may, query.facility)
      const { facility, hours, types } = place
      const isMaker = !hours
      if (isMaker && (query.device ?? query.from ?? query.to) !== undefined)
        refuse('bad_request', 'device, from, to: a maker reads its types over the last seven finished days.')
      const { fromMs, toMs } = isMaker ? finishedDays(clock(), facility.zone) : spanAsked(query, clock())
      const { device, reason } = query
      const filter = {
        from: fromMs,
        to: toMs,
        ...(device === undefined ? {} : { device }),
        ...(reason ? { reason } : {}),
      }
      const { items, complete } = await ledger.newestRejections(facility.id, filter)
      const groups = groupRefusals(items, types, isMaker)
      const zone = createZoneClock(facility.zone)
      return {
        facility: facility.id,
        from: zone.format(fromMs),
        to: zone.format(toMs),
        total: groups.reduce((sum, { count }) => sum + count, 0),
        complete: complete && groups.length <= MAX_GROUPS,
        groups: groups.slice(0, MAX_GROUPS).map(({ type, lastMs, ...group }) => ({
          ...group,
          device_type: type,
          last: lastMs === null ? null : zone.format(lastMs),
        })),
      }
    },

    async conflicts({ may, query }) {
      const place = await open(may, query.facility)
      const view = viewsOf(place)
      const { items, next } = await ledger.page(place.facility.id, 'conflicts', filterOf(place, query), query)
      return { items: items.map(view.conflict), next }
    },

    async deadLetters({ may, query }) {
      const place = await open(may, query.facility)
      const view = viewsOf(place)
      const { items, next } = await ledger.page(place.facility.id, 'dead-letters', filterOf(place, query), query)
      return { items: items.map(view.deadLetter), next }
    },

    async replayDeadLetters({ may, body }) {
      const { facility } = await open(may, body.facility)
      const { device, ids } = body
      const filter = { ...(device === undefined ? {} : { device }), ...(ids === undefined ? {} : { ids }) }
      const { replayed, stillDead } = await ledger.replay(facility.id, filter)
      log.info({ facility: facility.id, replayed, stillDead }, 'dead letters were given to the store again')
      return { replayed, still_dead: stillDead }
    },
  }
}

/** The forms of kept things for one reader. */
function viewsOf({ facility, payloads: isOpen, types }: LedgerPlace) {
  const zone = createZoneClock(facility.zone)
  const common = ({ device, at }: { device: string; at: number }) => ({
    device_type: types.get(device) ?? null,
    at: zone.format(at),
  })
  return {
    rejection: ({ raw, base64, ...kept }: KeptRejection) => ({
      ...kept,
      ...common(kept),
      sha256: isOpen ? kept.sha256 : null,
      payload: isOpen ? { text: raw, base64 } : null,
    }),
    conflict: ({ raw, ...kept }: KeptConflict) => ({
      ...kept,
      ...common(kept),
      payload: isOpen ? { text: raw, base64: false } : null,
    }),
    deadLetter: ({ device_ms, replayed_at, ...kept }: DeadLetter) => ({
      ...kept,
      ...common(kept),
      measured_at: zone.format(device_ms),
      replayed_at: replayed_at === null ? null : zone.format(replayed_at),
    }),
  }
}
