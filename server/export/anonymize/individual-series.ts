/** Series of single participants for product P2: hourly values on the metric's grid, and how few of them it takes to single somebody out. */
import { byCode } from '../by-code.ts'
import type { PrivateSeries } from '../trial/layout.ts'
import { clipOf } from './bins.ts'
import { MASKED } from './common-hours.ts'
import type { MeasuredMetric, Participant } from './extracts.ts'
import { gridOf, roundedSteps, stepOf, stepsText, unitsNumber } from './grid.ts'
import type { Series, SeriesRow } from './series.ts'

export interface IndividualSeries {
  rows: SeriesRow[]
  metrics: Series['metrics']
  leftOut: Series['leftOut']
  private: PrivateSeries
  /** Share of draws of p told values that only one participant has, as a decimal text. */
  unicity: { p: number; unique: string }[]
}

/** @param kept participants @param k metrics that fewer were measured with are not told */
export function individualSeries(
  measured: readonly MeasuredMetric[],
  participants: readonly Participant[],
  kept: ReadonlySet<number>,
  k: number,
  pidOf: (subject: string) => string,
): IndividualSeries {
  const told: IndividualSeries = {
    rows: [],
    metrics: [],
    leftOut: [],
    private: { series: [], masked: [] },
    unicity: [],
  }
  /** Participant → `profile metric hour` → steps. */
  const points = new Map<number, Map<string, number>>()
  for (const { profile, metric, definition, unitExponent, values } of measured) {
    const own = [...values].filter(([subject]) => kept.has(subject))
    const clip = clipOf(
      own.map(([, of]) => of),
      k,
    )
    // One row a person, metric and hour: a second device type's metric of the same name stays out.
    if (!clip || told.metrics.some(of => of.metric === metric)) {
      told.leftOut.push({ profile: profile.id, metric })
      continue
    }
    const { grid, unitsPerStep } = gridOf(definition, clip[1] - clip[0])
    told.metrics.push({ profile: profile.id, metric, binHours: 1, step: stepsText(1, grid) })
    for (const [subject, hours] of own) {
      const { id } = participants[subject]!
      const group = pidOf(id)
      const of = points.get(subject) ?? new Map<string, number>()
      points.set(subject, of)
      for (const [hour, units] of hours.entries()) {
        if (units <= MASKED) continue
        const steps = roundedSteps(Math.min(clip[1], Math.max(clip[0], units)), 1, unitsPerStep)
        of.set(`${profile.id} ${metric} ${hour}`, steps)
        told.rows.push({ group, metric, hour, mean: stepsText(steps, grid), sd: null, low: null, high: null })
      }
      told.private.series.push({
        ...{ group, metric, profile: profile.id, binHours: 1, grid: stepOf(grid), members: [id] },
        clip: [unitsNumber(clip[0], unitExponent), unitsNumber(clip[1], unitExponent)],
      })
    }
  }
  told.rows.sort((a, b) => byCode(a.group, b.group) || byCode(a.metric, b.metric) || a.hour - b.hour)
  told.unicity = [1, 2, 3, 4, 5].map(p => ({ p, unique: uniqueShare([...points.values()], p).toFixed(2) }))
  return told
}

const DRAWS = 20
/** Always the same draws for the same values. */
function uniqueShare(people: readonly ReadonlyMap<string, number>[], p: number): number {
  let state = 0x2545f491 + p
  const next = (below: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
  let [unique, draws] = [0, 0]
  for (const person of people) {
    const keys = [...person.keys()]
    if (keys.length < p) continue
    for (let draw = 0; draw < DRAWS; draw++) {
      const known = new Set<string>()
      while (known.size < p) known.add(keys[next(keys.length)]!)
      const fits = people.filter(other => [...known].every(key => other.get(key) === person.get(key)))
      draws += 1
      if (fits.length === 1) unique += 1
    }
  }
  return draws === 0 ? 0 : unique / draws
}
