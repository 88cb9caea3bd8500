/** Readings made ready for drawing: gaps kept as gaps, silences of a device, runs of states, sums in figures. Pure. */
import type { StoredValue } from '../../../core/readings.ts'
import type { Readings } from '../../../core/rest/devices.ts'

export interface Interval {
  fromMs: number
  toMs: number
}
/** What uPlot draws: x in epoch seconds; null at a gap, so that nothing is joined across it. */
export interface Columns {
  x: number[]
  min: (number | null)[]
  max: (number | null)[]
  mean: (number | null)[]
}
type Point = Readings['points'][number]

/** Two buckets belong together when no more than two expected intervals can lie between their readings. */
const isGap = (before: Point, after: Point, bucketMs: number, stepMs: number): boolean =>
  after[0] - before[0] - bucketMs >= 2 * stepMs

/** @param stepMs expected interval; null: on demand, every point stands alone */
export function toColumns(readings: Pick<Readings, 'points' | 'bucketMs'>, stepMs: number | null): Columns {
  const columns: Columns = { x: [], min: [], max: [], mean: [] }
  const push = (ms: number, min: number | null, max: number | null, mean: number | null): void => {
    columns.x.push(ms / 1000)
    columns.min.push(min)
    columns.max.push(max)
    columns.mean.push(mean)
  }
  readings.points.forEach((point, i) => {
    const before = readings.points[i - 1]
    if (before && stepMs !== null && isGap(before, point, readings.bucketMs, stepMs))
      push(before[0] + readings.bucketMs, null, null, null)
    // Drawn at the middle of its bucket, which is where its mean belongs.
    push(point[0] + readings.bucketMs / 2, point[2], point[3], point[4])
  })
  return columns
}

export interface Source {
  readings: Readings
  /** Expected interval; null where silence says nothing. */
  stepMs: number | null
}

/** Where none of a device's periodic metrics came: no data received. Empty when the device has none. */
export function silences(sources: readonly Source[], window: Interval): Interval[] {
  const periodic = sources.filter(source => source.stepMs !== null)
  if (periodic.length === 0) return []
  const step = Math.max(...periodic.map(source => source.stepMs as number))
  const heard = periodic
    .flatMap(source =>
      source.readings.points.map(point => ({ fromMs: point[0], toMs: point[0] + source.readings.bucketMs })),
    )
    .sort((a, b) => a.fromMs - b.fromMs)
  const silent: Interval[] = []
  let upTo = window.fromMs
  for (const each of [...heard, { fromMs: window.toMs, toMs: window.toMs }]) {
    if (each.fromMs - upTo >= 2 * step) silent.push({ fromMs: upTo, toMs: each.fromMs })
    upTo = Math.max(upTo, each.toMs)
  }
  return silent
}

export interface Run extends Interval {
  value: StoredValue
}
/** A state holds until the next word of it, but not through a silence. */
export function runsOf(
  readings: Pick<Readings, 'points' | 'bucketMs'>,
  window: Interval,
  silent: readonly Interval[],
): Run[] {
  const runs: Run[] = []
  readings.points.forEach((point, i) => {
    const next = readings.points[i + 1]
    const fromMs = Math.max(point[0], window.fromMs)
    const hole = silent.find(
      each => each.toMs > fromMs && each.fromMs < (next?.[0] ?? window.toMs) && each.fromMs >= fromMs,
    )
    const toMs = Math.min(next?.[0] ?? window.toMs, hole?.fromMs ?? Number.POSITIVE_INFINITY)
    const last = runs.at(-1)
    if (last && last.value === point[5] && last.toMs === fromMs) last.toMs = toMs
    else if (toMs > fromMs) runs.push({ fromMs, toMs, value: point[5] })
  })
  return runs
}

export interface Summary {
  min: number
  max: number
  mean: number
  count: number
}
/** Figures of the whole range; null when there are no numbers in it. */
export function summaryOf(readings: Pick<Readings, 'points'>): Summary | null {
  let [min, max, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (const [, n, low, high, mean] of readings.points) {
    if (low === null || high === null || mean === null) continue
    min = Math.min(min, low)
    max = Math.max(max, high)
    sum += mean * n
    count += n
  }
  return count === 0 ? null : { min, max, mean: sum / count, count }
}

/** The point whose bucket holds, or lies nearest to, a time; null when none is within reach. */
export function pointAt(readings: Pick<Readings, 'points' | 'bucketMs'>, ms: number, reachMs: number): Point | null {
  let best: Point | null = null
  let distance = Math.max(readings.bucketMs / 2, reachMs)
  for (const point of readings.points) {
    const away = Math.abs(point[0] + readings.bucketMs / 2 - ms)
    if (away <= distance) [best, distance] = [point, away]
  }
  return best
}

export const totalMs = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, each) => sum + each.toMs - each.fromMs, 0)
