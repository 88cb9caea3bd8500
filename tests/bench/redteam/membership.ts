/** Attack 9: was this person in the trial? Scores of people who took part against those of people of the same homes who did not. */
import { type Attack, counted, type Outcome, type World } from './attack.ts'
import type { KnownPerson } from './known.ts'
import { candidatesOf, recordsOf, tokensOf } from './records.ts'
import { dailyProfile, ownBins, residuals, type SeenSeries, seriesOf, smoothed } from './series.ts'
import { advantage, correlation, mean } from './stats.ts'

/** Larger: more likely a member. */
type Score = (person: KnownPerson) => number

/** @param cut score from which on somebody is taken for a member; without one it is learnt, on other people than it is judged by */
const membership = (name: string, scoreOf: (world: World) => Score, cut?: number, beyond?: true): Attack => ({
  number: 9,
  name: `membership: ${name}`,
  kind: 'rate',
  threshold: 0.05,
  ...(beyond ? { beyond } : {}),
  run(world): Outcome {
    const outcome = counted()
    const score = scoreOf(world)
    // Whoever took part and was left out of the release counts as a member: that is what nobody should be able to tell.
    const [inside, outside] = [world.known.people, world.control.people]
    if (inside.length < 4 || outside.length < 4) return outcome
    const above = (people: readonly KnownPerson[]) => people.filter(person => score(person) >= (cut ?? 0)).length
    const { hits, falseAlarms } =
      cut === undefined
        ? advantage(inside.map(score), outside.map(score))
        : { hits: above(inside), falseAlarms: above(outside) }
    return {
      tries: inside.length,
      successes: hits,
      expected: 0,
      control: { tries: outside.length, successes: falseAlarms },
    }
  },
})

/** Whatever is told of a row is true of the person. */
const ALL_FITS = 1

/** Is there a row that fits, and how many of the event types that it tells has the person had at all? */
const byTypes = ({ seen }: World): Score => {
  const records = recordsOf(seen)
  return person => {
    const tokens = tokensOf(person)
    const fits = candidatesOf(records, person).map(({ events }) => {
      const types = new Set([...events].map(event => event.split('|')[0] as string))
      return types.size === 0 ? 1 : [...types].filter(type => tokens.has(`${type}|all`)).length / types.size
    })
    return fits.length === 0 ? -1 : Math.max(...fits)
  }
}

/** Is there a row that fits, and how well do its events fit, each in its day or week? */
const byRecord = ({ seen }: World): Score => {
  const records = recordsOf(seen)
  return person => {
    const tokens = tokensOf(person)
    const fits = candidatesOf(records, person).map(({ events }) =>
      events.size === 0 ? 1 : [...events].filter(event => tokens.has(event)).length / events.size,
    )
    return fits.length === 0 ? -1 : Math.max(...fits)
  }
}

/** How near is the nearest group's usual day? The distance to the closest record, on what a person is like. */
const byUsualDay = ({ seen, known }: World): Score => {
  const metrics = byMetric(seriesOf(seen))
  const spreads = new Map(
    [...metrics].map(([metric, groups]) => {
      const width = groups[0]?.width ?? 1
      const levels = known.people.flatMap(person => {
        const own = ownBins(person, metric, width)
        return own ? [mean(dailyProfile(own, width).filter(value => !Number.isNaN(value)))] : []
      })
      const middle = mean(levels)
      return [metric, Math.sqrt(mean(levels.map(level => (level - middle) ** 2))) || 1]
    }),
  )
  return person =>
    -mean(
      [...metrics].flatMap(([metric, groups]) => {
        const distances = groups.flatMap(({ mean: released, width }) => {
          const own = ownBins(person, metric, width)
          if (!own) return []
          const [a, b] = [dailyProfile(own, width), dailyProfile(released, width)]
          const squares = a.map((value, i) => ((value - (b[i] as number)) / (spreads.get(metric) ?? 1)) ** 2)
          return [mean(squares.filter(square => !Number.isNaN(square)))]
        })
        return distances.length > 0 ? [Math.min(...distances)] : []
      }),
    )
}

/** The whole log, hour by hour: what was unusual with the person against what was unusual in the mean of the likeliest group. */
const byWholeLog =
  (reading: (bins: Float64Array, width: number) => Float64Array) =>
  ({ seen }: World): Score => {
    const metrics = byMetric(seriesOf(seen))
    const unusual = new Map([...metrics.values()].flat().map(series => [series, residuals(series.mean, series.width)]))
    const mine = new WeakMap<Float64Array, Float64Array>()
    const read = (own: Float64Array, width: number): Float64Array => {
      const before = mine.get(own) ?? residuals(reading(own, width), width)
      mine.set(own, before)
      return before
    }
    return person =>
      mean(
        [...metrics].flatMap(([metric, groups]) => {
          const likenesses = groups.flatMap(series => {
            const own = ownBins(person, metric, series.width)
            const likeness = own
              ? correlation(read(own, series.width), unusual.get(series) as Float64Array)
              : Number.NaN
            return Number.isNaN(likeness) ? [] : [likeness]
          })
          return likenesses.length > 0 ? [Math.max(...likenesses)] : []
        }),
      )
  }

function byMetric(series: readonly SeenSeries[]): Map<string, SeenSeries[]> {
  const metrics = new Map<string, SeenSeries[]>()
  for (const one of series) metrics.set(one.metric, [...(metrics.get(one.metric) ?? []), one])
  return metrics
}

export const memberships: readonly Attack[] = [
  membership('record with event types', byTypes, ALL_FITS),
  membership('usual day, distance to closest', byUsualDay),
  membership('every event with its date', byRecord, ALL_FITS, true),
  membership(
    'whole hourly log',
    byWholeLog(own => own),
    undefined,
    true,
  ),
  membership('whole hourly log, smoothed as the package is', byWholeLog(smoothed), undefined, true),
]
