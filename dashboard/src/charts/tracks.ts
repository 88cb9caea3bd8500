/** Fetches what a stack of trends shows: for each wanted metric of each device its buckets over one window, ready to draw. */
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { BodyState, Metric } from '../../../core/profile.ts'
import type { Readings } from '../../../core/rest/devices.ts'
import { pathOf } from '../api.ts'
import { type Catalogue, useCatalogue } from '../catalogue.ts'
import { useLanguage, useSay, useServices } from '../services.ts'
import {
  type Columns,
  type Interval,
  type Run,
  runsOf,
  type Summary,
  silences,
  summaryOf,
  toColumns,
} from './series.ts'

export interface WantedDevice {
  facility: string
  id: string
  profile: string
  metrics: readonly string[]
}
interface TrackBase {
  key: string
  label: string
  /** Which device it is of, where several stand in one stack. */
  device: string
  readings: Readings
  silences: readonly Interval[]
  csv: string
  period: number | null
}
export interface NumberTrack extends TrackBase {
  kind: 'number'
  unit: string | null
  digits: number
  columns: Columns
  summary: Summary | null
}
export interface StateRun extends Run {
  text: string
  /** How the posture ramp draws it; null: not a body's state. */
  state: BodyState | null
  isOn: boolean
}
export interface StateTrack extends TrackBase {
  kind: 'state'
  runs: readonly StateRun[]
}
export type Track = NumberTrack | StateTrack

const POINTS = 480

/** Expected interval of a metric while it is in use; null: it comes when something happens. */
const stepOf = (metric: Metric): number | null =>
  metric.sampling.how === 'event' ? null : metric.sampling.seconds * 1000
/** Only what comes by the clock tells by its absence that nothing was received. */
const clockOf = (metric: Metric): number | null =>
  metric.sampling.how === 'periodic' ? metric.sampling.seconds * 1000 : null

export interface Trends {
  tracks: readonly Track[]
  isLoading: boolean
  /** What is shown belongs to the window before. */
  isOld: boolean
  error: unknown
  retry: () => void
}

export function useTrends(devices: readonly WantedDevice[], window: Interval): Trends {
  const { call, clock } = useServices()
  const catalogue = useCatalogue()
  const language = useLanguage()
  const say = useSay()
  const wanted = devices.flatMap(device => device.metrics.map(metric => ({ device, metric })))
  const results = useQueries({
    queries: wanted.map(({ device, metric }) => ({
      queryKey: ['readings', device.facility, device.id, metric, window.fromMs, window.toMs],
      queryFn: () =>
        call('readings', {
          params: { id: device.id },
          query: { facility: device.facility, metric, ...timesOf(window), points: POINTS },
        }),
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 60_000,
    })),
  })
  const data = results.map(result => result.data)
  const stamp = results.map(result => result.dataUpdatedAt).join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: `stamp` changes exactly when one of `data` does
  const tracks = useMemo(
    () =>
      buildTracks(
        wanted.flatMap((each, i) => (data[i] ? [{ ...each, readings: data[i] as Readings }] : [])),
        { fromMs: window.fromMs, toMs: Math.min(window.toMs, clock.now()) },
        window,
        catalogue,
        { language, on: say('value.on'), off: say('value.off') },
      ),
    [stamp, catalogue, language, window.fromMs, window.toMs],
  )
  return {
    tracks,
    isLoading: results.some(result => result.isPending),
    isOld: results.some(result => result.isPlaceholderData),
    error: results.find(result => result.error)?.error ?? null,
    retry: () => {
      for (const result of results) if (result.error) void result.refetch()
    },
  }
}

const timesOf = (window: Interval): { from: string; to: string } => ({
  from: new Date(window.fromMs).toISOString(),
  to: new Date(window.toMs).toISOString(),
})

interface Fetched {
  device: WantedDevice
  metric: string
  readings: Readings
}
interface Words {
  language: 'ja' | 'ko' | 'en'
  on: string
  off: string
}

/** @param seen the part of the window that is not the future */
function buildTracks(
  all: readonly Fetched[],
  seen: Interval,
  window: Interval,
  catalogue: Catalogue,
  words: Words,
): Track[] {
  return all.flatMap(({ device, metric, readings }): Track[] => {
    const definition = catalogue.metric(device.profile, metric)
    if (!definition) return []
    const siblings = all.filter(each => each.device.id === device.id)
    const silent = silences(
      siblings.map(each => {
        const sibling = catalogue.metric(device.profile, each.metric)
        return { readings: each.readings, stepMs: sibling ? clockOf(sibling) : null }
      }),
      seen,
    )
    const base = {
      key: `${device.id} ${metric}`,
      label: definition.label[words.language],
      device: device.id,
      readings,
      silences: silent,
      csv: pathOf('readingsCsv', { id: device.id }, { facility: device.facility, metric, ...timesOf(window) }),
      period: stepOf(definition),
    }
    if (definition.kind === 'number')
      return [
        {
          ...base,
          kind: 'number',
          unit: definition.unit,
          digits: definition.digits,
          columns: toColumns(readings, base.period),
          summary: summaryOf(readings),
        },
      ]
    return [
      {
        ...base,
        kind: 'state',
        runs: runsOf(readings, seen, silent).map(run => ({ ...run, ...meaningOf(definition, run.value, words) })),
      },
    ]
  })
}

function meaningOf(
  metric: Exclude<Metric, { kind: 'number' }>,
  value: Run['value'],
  words: Words,
): { text: string; state: BodyState | null; isOn: boolean } {
  if (metric.kind === 'enum')
    return {
      text: metric.values[String(value)]?.[words.language] ?? String(value),
      state: metric.states?.[String(value)] ?? null,
      isOn: true,
    }
  const isOn = value === 1 || value === 'true'
  return { text: isOn ? words.on : words.off, state: null, isOn }
}
