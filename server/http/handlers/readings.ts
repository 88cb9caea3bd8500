/** Routes of stored values: buckets for charts, the full CSV, events. Makers see those of their bench only. */
import { type Metric, periodMs, unitOf } from '../../../core/profile.ts'
import { profileById } from '../../../core/profiles/index.ts'
import { bucketWidthMs } from '../../../core/readings.ts'
import type { DeviceRecord, FacilityRecord } from '../../../core/registry.ts'
import { API_ROOT } from '../../../core/rest/route.ts'
import { parseRfc3339 } from '../../../core/time.ts'
import { createZoneClock } from '../../zone-clock.ts'
import { type Handlers, refuse } from '../call.ts'
import { createDeviceFinder } from '../find-device.ts'
import { streamCsv } from '../readings-csv.ts'
import type { HandlerDeps } from './deps.ts'

const DAY_MS = 86_400_000
/** Without a range, events of so many days. */
const EVENT_DAYS = 30

export function readingsHandlers({
  registry,
  source,
  clock,
}: HandlerDeps): Pick<Handlers, 'readings' | 'readingsCsv' | 'deviceEvents'> {
  const find = createDeviceFinder(
    registry,
    `Values of devices in a facility reach a maker through a dataset only: POST ${API_ROOT}/dataset-requests.`,
  )

  return {
    async readings({ may, params, query }) {
      const { device, facility } = await find(may, params.id, query.facility)
      const metric = metricOf(device, query.metric)
      const range = rangeOf(query.from, query.to)
      const asked = { facility: facility.id, device: device.id, metric: query.metric, ...range, buckets: query.points }
      const buckets = await source.buckets(asked)
      return {
        metric: query.metric,
        unit: unitOf(metric),
        bucketMs: bucketWidthMs(asked),
        periodMs: periodMs(metric),
        points: buckets.map(({ startMs, count, min, max, mean, last }) => [startMs, count, min, max, mean, last]),
      }
    },

    async readingsCsv({ may, params, query, response, viewed }) {
      const { device, facility } = await find(may, params.id, query.facility)
      const metric = metricOf(device, query.metric)
      const range = rangeOf(query.from, query.to)
      const scan = source.scan({ facility: facility.id, devices: [device.id], metrics: [query.metric], ...range })
      await viewed()
      response.setHeader('Content-Type', 'text/csv; charset=utf-8; header=present')
      response.setHeader('Content-Disposition', `attachment; filename="${fileName(device, facility, query.metric)}"`)
      await streamCsv(scan, { zone: facility.zone, unit: unitOf(metric) }, response)
    },

    async deviceEvents({ may, params, query }) {
      const { device, facility } = await find(may, params.id, query.facility)
      const toMs = query.to === undefined ? clock() + DAY_MS : instant(query.to)
      const fromMs = query.from === undefined ? toMs - EVENT_DAYS * DAY_MS : instant(query.from)
      const before = query.after === undefined ? undefined : keyOf(query.after)
      const page = { limit: query.limit + 1, ...(before === undefined ? {} : { before }) }
      const events = await source.events({ facility: facility.id, devices: [device.id], fromMs, toMs, ...page })
      const zone = createZoneClock(facility.zone)
      const shown = events.slice(0, query.limit)
      return {
        items: shown.map(({ deviceMs, rx, boot, seq, event, attributes, marks }) => ({
          at: zone.format(deviceMs),
          received_at: zone.format(rx),
          boot,
          seq,
          event,
          attributes,
          marks: [...marks],
        })),
        next: events.length > query.limit ? String(shown.at(-1)?.key) : null,
      }
    },
  }
}

function metricOf(device: DeviceRecord, name: string): Metric {
  const metrics = Object.entries(profileById(device.profile)?.metrics ?? {})
  const metric = metrics.find(([known]) => known === name)?.[1]
  return metric ?? refuse('bad_request', `metric: ${device.profile} has ${metrics.map(([known]) => known).join(', ')}.`)
}

function rangeOf(from: string, to: string): { fromMs: number; toMs: number } {
  const range = { fromMs: instant(from), toMs: instant(to) }
  return range.fromMs < range.toMs ? range : refuse('bad_request', 'to: must be later than from.')
}

const instant = (text: string): number => parseRfc3339(text) ?? refuse('bad_request', `${text} is no time that exists.`)

/** Key of an event, as a page's `next` gives it. */
const keyOf = (text: string): bigint =>
  /^\d{1,19}$/.test(text) ? BigInt(text) : refuse('bad_request', 'after: give the next of the page before.')

const fileName = (device: DeviceRecord, facility: FacilityRecord, metric: string): string =>
  `${facility.id}_${device.id}_${metric}.csv`
