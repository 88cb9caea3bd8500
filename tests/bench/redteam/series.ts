/** The released series as an attacker lays them beside known people: by group and metric, hour by hour. */
import { DAY_HOURS, type KnownPerson } from './known.ts'
import type { Seen } from './seen.ts'

export interface SeenSeries {
  group: string
  metric: string
  /** Hours that a bin lasts. */
  width: number
  /** By bin; NaN where it is not told. */
  mean: Float64Array
  sd: Float64Array
}

export function seriesOf(seen: Seen): SeenSeries[] {
  const found = new Map<string, { group: string; metric: string; rows: { hour: number; mean: number; sd: number }[] }>()
  for (const { group = '', metric = '', hour, mean, sd } of seen.tables.series) {
    const key = `${group} ${metric}`
    const series = found.get(key) ?? { group, metric, rows: [] }
    series.rows.push({
      hour: Number(hour),
      mean: mean === '' ? Number.NaN : Number(mean),
      sd: sd === '' ? Number.NaN : Number(sd),
    })
    found.set(key, series)
  }
  return [...found.values()].map(({ group, metric, rows }) => {
    const width = rows.reduce((all, { hour }) => gcd(all, hour), 0) || 1
    const bins = Math.max(...rows.map(({ hour }) => hour)) / width + 1
    const series = { group, metric, width, mean: new Float64Array(bins), sd: new Float64Array(bins) }
    series.mean.fill(Number.NaN)
    series.sd.fill(Number.NaN)
    for (const row of rows) {
      series.mean[row.hour / width] = row.mean
      series.sd[row.hour / width] = row.sd
    }
    return series
  })
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** Sets of groups that people were divided into: one for each metric. */
export function partitionsOf(series: readonly SeenSeries[]): Map<string, SeenSeries[]> {
  const partitions = new Map<string, SeenSeries[]>()
  for (const one of series) partitions.set(one.metric, [...(partitions.get(one.metric) ?? []), one])
  return partitions
}

const cache = new WeakMap<KnownPerson, Map<string, Float64Array>>()

/** A person's own values of a metric in bins of this width; NaN where nothing was measured, undefined without any. */
export function ownBins(person: KnownPerson, metric: string, width: number): Float64Array | undefined {
  const hours = person.series.get(metric)
  if (!hours || width === 1) return hours
  const mine = cache.get(person) ?? new Map<string, Float64Array>()
  cache.set(person, mine)
  const key = `${metric} ${width}`
  let bins = mine.get(key)
  if (!bins) {
    bins = new Float64Array(Math.ceil(hours.length / width))
    for (let bin = 0; bin < bins.length; bin++) {
      const known = [...hours.subarray(bin * width, (bin + 1) * width)].filter(value => !Number.isNaN(value))
      bins[bin] = known.length > 0 ? known.reduce((sum, v) => sum + v, 0) / known.length : Number.NaN
    }
    mine.set(key, bins)
  }
  return bins
}

/** Bins belong to one width, and are laid beside many others: what follows from them is reckoned once. */
function onceFor<T>(reckon: (bins: Float64Array, width: number) => T): (bins: Float64Array, width: number) => T {
  const known = new WeakMap<Float64Array, T>()
  return (bins, width) => {
    const before = known.get(bins)
    if (before !== undefined) return before
    const result = reckon(bins, width)
    known.set(bins, result)
    return result
  }
}

/** Mean of each hour of the day; one value where bins are wider than an hour. */
export const dailyProfile = onceFor(profileOf)
function profileOf(bins: Float64Array, width: number): number[] {
  const cycle = width === 1 ? DAY_HOURS : 1
  const sums = new Float64Array(cycle)
  const counts = new Float64Array(cycle)
  for (let i = 0; i < bins.length; i++) {
    const value = bins[i] as number
    if (Number.isNaN(value)) continue
    sums[i % cycle] = (sums[i % cycle] as number) + value
    counts[i % cycle] = (counts[i % cycle] as number) + 1
  }
  return Array.from(sums, (sum, i) => ((counts[i] as number) > 0 ? sum / (counts[i] as number) : Number.NaN))
}

/** Days before and after over which a package says that it takes medians. */
const SMOOTHED_DAYS = 7

/** Running median at the same hour of the day, as whoever reads the package can make it of a log. */
export const smoothed = onceFor((bins, width) => {
  const cycle = width === 1 ? DAY_HOURS : 1
  return bins.map((_, at) => {
    const near: number[] = []
    for (let day = -SMOOTHED_DAYS; day <= SMOOTHED_DAYS; day++) {
      const value = bins[at + day * cycle]
      if (value !== undefined && !Number.isNaN(value)) near.push(value)
    }
    near.sort((a, b) => a - b)
    return near[(near.length - 1) >> 1] ?? Number.NaN
  })
})

/** Median of the absolute values; how large an unusual one has to be. */
export function typicalSize(values: readonly number[]): number {
  const sorted = values
    .filter(value => !Number.isNaN(value))
    .map(Math.abs)
    .sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** What is unlike the same hour of other days: each bin less the median at that time of day. */
export const residuals = onceFor(residualsOf)
function residualsOf(bins: Float64Array, width: number): Float64Array {
  const cycle = width === 1 ? DAY_HOURS : 1
  const usual = Array.from({ length: cycle }, (_, at) => {
    const known: number[] = []
    for (let i = at; i < bins.length; i += cycle) if (!Number.isNaN(bins[i])) known.push(bins[i] as number)
    known.sort((a, b) => a - b)
    return known[Math.floor(known.length / 2)] ?? Number.NaN
  })
  return Float64Array.from(bins, (value, i) => value - (usual[i % cycle] as number))
}
