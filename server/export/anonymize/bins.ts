/** One metric of the series before any grouping: clipped values in bins as wide as the metric needs, and who was measured often enough. */
import { MASKED, medianOf } from './common-hours.ts'
import { type MeasuredMetric, NOTHING } from './extracts.ts'
import { type Grid, gridOf } from './grid.ts'

/** An hour, a day, a week: the first in which most of the people are measured most of the time. */
export const BIN_HOURS = [1, 24, 168] as const
export type BinHours = (typeof BIN_HOURS)[number]
/** Whoever is measured in fewer of the bins is no member: most of what stood for that person would be made up. */
const MEMBER_SHARE = 0.5

export interface BinnedMetric {
  measured: MeasuredMetric
  binHours: BinHours
  grid: Grid
  unitsPerStep: number
  /** In units. */
  clip: [number, number]
  members: Map<number, MemberBins>
}

export interface MemberBins {
  /** In units, for each bin of the participation: the running median, or NOTHING where nothing was measured near it. */
  bins: Int32Array
  /** What stands for the member in a bin without. Units. */
  usual(bin: number): number
}

/**
 * So many days before and after a bin count for it, at the same hour of the day. What a person did in one hour of one day is what raw logs are
 * recognised by, and one hour of a whole facility is a date; neither moves a median of fifteen days.
 */
const DAYS_AROUND = 7

/**
 * Ends beyond (or at) which at least k people have hourly values.
 * @returns undefined when there are no such ends, as with fewer than k people
 */
export function clipOf(values: Iterable<Int32Array>, k: number): [number, number] | undefined {
  const lows: number[] = []
  const highs: number[] = []
  for (const of of values) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const value of of) {
      if (value <= MASKED) continue
      if (value < low) low = value
      if (value > high) high = value
    }
    if (low <= high) {
      lows.push(low)
      highs.push(high)
    }
  }
  if (lows.length < k) return undefined
  lows.sort((a, b) => a - b)
  highs.sort((a, b) => b - a)
  const [low, high] = [lows[k - 1]!, highs[k - 1]!]
  // Few people, each with nearly one value: there are no such ends, and nothing is told.
  return low <= high ? [low, high] : undefined
}

/** @param kept participants; others are not looked at */
export function binned(measured: MeasuredMetric, kept: ReadonlySet<number>, k: number): BinnedMetric | undefined {
  const own = new Map([...measured.values].filter(([subject]) => kept.has(subject)))
  const clip = clipOf(own.values(), k)
  if (!clip) return undefined
  for (const binHours of BIN_HOURS) {
    const bins = new Map([...own].map(([subject, hours]) => [subject, intoBins(hours, binHours, clip)]))
    const members = [...bins].filter(([, of]) => shareOf(of) >= MEMBER_SHARE)
    // Rarely measured people stay out of a wide bin's members too; a bin is wide enough when most are in.
    const last = binHours === BIN_HOURS.at(-1)
    if (members.length < k || (!last && members.length * 3 < bins.size * 2)) continue
    return {
      measured,
      binHours,
      ...gridOf(measured.definition, clip[1] - clip[0]),
      clip,
      members: new Map(members.map(([subject, of]) => [subject, memberOf(of, binHours)])),
    }
  }
  return undefined
}

function intoBins(hours: Int32Array, width: number, [low, high]: [number, number]): Int32Array {
  const bins = new Int32Array(Math.ceil(hours.length / width)).fill(NOTHING)
  for (let bin = 0; bin < bins.length; bin++) {
    let [sum, n, masked] = [0, 0, false]
    for (let hour = bin * width; hour < Math.min(hours.length, (bin + 1) * width); hour++) {
      const value = hours[hour]!
      if (value === MASKED) masked = true
      else if (value !== NOTHING) {
        sum += Math.min(high, Math.max(low, value))
        n += 1
      }
    }
    bins[bin] = n > 0 ? Math.round(sum / n) : masked ? MASKED : NOTHING
  }
  return bins
}

const shareOf = (bins: Int32Array): number => bins.reduce((n, value) => n + (value > MASKED ? 1 : 0), 0) / bins.length

function memberOf(bins: Int32Array, binHours: BinHours): MemberBins {
  const cycle = binHours === 1 ? 24 : 1
  const all = medianOf([...bins].filter(value => value > MASKED))
  const usual = Array.from({ length: cycle }, (_, at) => {
    const known: number[] = []
    for (let bin = at; bin < bins.length; bin += cycle) if (bins[bin]! > MASKED) known.push(bins[bin]!)
    return known.length > 0 ? medianOf(known) : all
  })
  return { bins: running(bins, cycle, binHours === 168 ? 0 : DAYS_AROUND), usual: bin => usual[bin % cycle]! }
}

function running(bins: Int32Array, cycle: number, around: number): Int32Array {
  const near: number[] = []
  return bins.map((_, bin) => {
    near.length = 0
    for (let at = bin - around * cycle; at <= bin + around * cycle; at += cycle)
      if (at >= 0 && at < bins.length && bins[at]! > MASKED) near.push(bins[at]!)
    return near.length > 0 ? medianOf(near) : NOTHING
  })
}
