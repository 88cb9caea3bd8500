/** Routes of the message ledger: hourly rows, and the same by device. */

import { AppError } from '../../../core/errors.ts'
import type { LedgerRow } from '../../../core/ledger.ts'
import { createLedgerPlaces, type LedgerPlace } from '../../ledger/place.ts'
import { finishedDays, hoursAsked, type Range } from '../../ledger/range.ts'
import {
  byDevice,
  coverageForMaker,
  coverageOf,
  failingOf,
  hoursOf,
  recountOf,
  redOf,
  sumOf,
} from '../../ledger/sums.ts'
import { createZoneClock, type ZoneClock } from '../../zone-clock.ts'
import type { Handlers } from '../call.ts'
import { pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'

const MAX_FAILING = 50

export function ledgerHandlers(deps: HandlerDeps): Pick<Handlers, 'ledger' | 'ledgerDevices'> {
  const { registry, ledger, feed, clock } = deps
  const open = createLedgerPlaces(registry)

  return {
    async ledger({ may, query }) {
      const place = await open(may, query.facility)
      const recount = query.recount === 'true'
      if (recount && !place.recount) throw new AppError('forbidden', 'recount: not for staff.')
      const range = hoursAsked(query, clock())
      const { rows, asOfMs } = await ledger.rows(place.facility.id, range, { device: query.device, recount })
      const zone = createZoneClock(place.facility.zone)
      const sorted = [...rows].sort((a, b) => compare(keyOf(a), keyOf(b)))
      const page = await pageOf(query, cut(sorted, keyOf), keyOf, row => ({
        ...row,
        hour: zone.format(row.hour),
        recounted_at: row.recounted_at === null ? null : zone.format(row.recounted_at),
        red: redOf(row),
      }))
      return { ...balanceOf(place, range, rows, asOfMs, zone), ...page }
    },

    async ledgerDevices({ may, query }) {
      const place = await open(may, query.facility)
      const { facility, hours, types } = place
      const isMaker = !hours
      if (isMaker && (query.from !== undefined || query.to !== undefined))
        throw new AppError('bad_request', 'from, to: a maker reads the last seven finished days.')
      const range = isMaker ? finishedDays(clock(), facility.zone) : hoursAsked(query, clock())
      const { rows, asOfMs } = await ledger.rows(facility.id, range, isMaker ? {} : { device: query.device })
      const zone = createZoneClock(facility.zone)
      const found = byDevice(rows)
      const names = [...new Set([...types.keys(), ...(isMaker ? [] : found.keys())])]
        .filter(name => query.device === undefined || name === query.device)
        .sort(compare)
      const page = await pageOf(query, cut(names, same), same, device => {
        const own = found.get(device) ?? []
        const type = types.get(device) ?? null
        const sums = sumOf(own)
        return isMaker
          ? { device, device_type: type, coverage: coverageForMaker(sums), sums: null, red: [], hours: null }
          : {
              device,
              device_type: type,
              coverage: coverageOf(sums),
              sums,
              red: [...new Set(own.flatMap(redOf))],
              hours: hoursOf(own, range),
            }
      })
      return {
        ...balanceOf(place, range, rows, asOfMs, zone),
        gateway: isMaker ? null : gatewayOf(facility.id, zone),
        ...page,
      }
    },
  }

  function gatewayOf(facility: string, zone: ZoneClock) {
    const { gateway, receivedMs } = feed.of(facility)
    const heardMs = receivedMs ?? gateway?.at ?? null
    return {
      state: gateway?.state ?? ('never' as const),
      version: gateway?.version ?? null,
      heard: heardMs === null ? null : zone.format(heardMs),
      spool_bytes: gateway?.spool_bytes ?? null,
    }
  }
}

/** What is true of the whole range; a maker is told its time only. */
function balanceOf(
  { facility, hours }: LedgerPlace,
  { fromMs, toMs }: Range,
  rows: readonly LedgerRow[],
  asOfMs: number,
  zone: ZoneClock,
) {
  const times = {
    facility: facility.id,
    from: zone.format(fromMs),
    to: zone.format(toMs),
    as_of: zone.format(!hours ? toMs : asOfMs),
  }
  if (!hours) return { ...times, totals: null, balanced: null, failing: [], recount: null }
  const failing = failingOf(rows)
  const { oldestAtMs, ...recount } = recountOf(rows)
  return {
    ...times,
    totals: sumOf(rows),
    balanced: failing.length === 0,
    failing: failing.slice(0, MAX_FAILING).map(each => ({ ...each, hour: zone.format(each.hour) })),
    recount: { ...recount, oldest_at: oldestAtMs === null ? null : zone.format(oldestAtMs) },
  }
}

const same = (name: string): string => name
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
/** Orders by hour, then device: all hours here have as many digits. */
const keyOf = (row: LedgerRow): string => `${row.hour} ${row.device}`

/** A page out of a sorted list that is all here. */
const cut =
  <T>(sorted: readonly T[], key: (item: T) => string) =>
  async ({ limit, after }: { limit: number; after?: string }): Promise<T[]> =>
    sorted.filter(item => after === undefined || key(item) > after).slice(0, limit)
