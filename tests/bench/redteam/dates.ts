/** Attacks 6 and 7: when was it? Real dates are looked for in series that tell only days since the start. */
import { type Attack, counted, type Outcome, type World } from './attack.ts'
import { DAY_HOURS, HOUR_MS, type KnownPerson } from './known.ts'
import { residuals, type SeenSeries, seriesOf, smoothed, typicalSize } from './series.ts'
import { best, correlation } from './stats.ts'

const DAY_MS = DAY_HOURS * HOUR_MS
/** Days on which a participant may have begun, before anything is seen: from this many before the trial's first, so many in all. */
const PRIOR = { before: 8, days: 29 }

const priorOf = ({ known }: World): number[] =>
  Array.from({ length: PRIOR.days }, (_, i) => known.input.from_ms + (i - PRIOR.before) * DAY_MS)

/** Share of a group's members that began on this day. */
function shareBegun({ known, judge }: World, { group, metric }: SeenSeries, startMs: number): number {
  const members = judge.members.get(`${group} ${metric}`) ?? []
  const origins = new Map(known.people.map(({ subject, originMs }) => [subject.id, originMs]))
  return members.filter(id => origins.get(id) === startMs).length / Math.max(1, members.length)
}

/** What was unusual at each real hour to people of the same homes who are not in the release: quakes, cuts, holidays and weekdays alike. */
function calendarOf(
  people: readonly KnownPerson[],
  metric: string,
  fromMs: number,
  hours: number,
  reading: Reading,
): Float64Array {
  const sums = new Float64Array(hours)
  const counts = new Float64Array(hours)
  for (const { series, originMs } of people) {
    const own = series.get(metric)
    if (!own) continue
    const shift = (originMs - fromMs) / HOUR_MS
    for (const [i, value] of residuals(reading(own, 1), 1).entries()) {
      const at = i + shift
      if (Number.isNaN(value) || at < 0 || at >= hours) continue
      sums[at] = (sums[at] as number) + value
      counts[at] = (counts[at] as number) + 1
    }
  }
  return sums.map((sum, at) => ((counts[at] as number) > 2 ? sum / (counts[at] as number) : Number.NaN))
}

const hourly = (world: World): SeenSeries[] => seriesOf(world.seen).filter(({ width }) => width === 1)

type Reading = (bins: Float64Array, width: number) => Float64Array

const byCalendar = (name: string, reading: Reading): Attack => ({
  number: 6,
  name: `date recovery: calendar of the homes${name}`,
  kind: 'rate',
  threshold: 0.05,
  run(world): Outcome {
    const outcome = counted()
    const prior = priorOf(world)
    const fromMs = prior[0] as number
    const hours = (world.known.input.to_ms - fromMs) / HOUR_MS + PRIOR.days * DAY_HOURS
    const calendars = new Map<string, Float64Array>()
    for (const series of hourly(world)) {
      const calendar =
        calendars.get(series.metric) ?? calendarOf(world.control.people, series.metric, fromMs, hours, reading)
      calendars.set(series.metric, calendar)
      const own = residuals(series.mean, 1)
      const scores = prior.map((_, day) => correlation(own, calendar.subarray(day * DAY_HOURS), 100))
      guess(world, outcome, prior, series, scores)
    }
    return outcome
  },
})

/** The hour of an earthquake is in every newspaper; in which bin did all beds move? */
const byEarthquake: Attack = {
  number: 6,
  name: 'date recovery: earthquake',
  kind: 'rate',
  threshold: 0.05,
  run(world): Outcome {
    const outcome = counted()
    const prior = priorOf(world)
    for (const event of world.calendar) {
      if (event.kind !== 'earthquake') continue
      for (const series of hourly(world)) {
        const own = residuals(series.mean, 1)
        const scores = prior.map(startMs => Math.abs(own[Math.floor((event.atMs - startMs) / HOUR_MS)] ?? Number.NaN))
        guess(world, outcome, prior, series, scores)
      }
    }
    return outcome
  },
}

/** Which hours of which day are missing, or unlike themselves, that otherwise are there: a cut's hours are known to the home and its neighbours. */
const byPowerCut: Attack = {
  number: 6,
  name: 'date recovery: power cut',
  kind: 'rate',
  threshold: 0.05,
  run(world): Outcome {
    const outcome = counted()
    const prior = priorOf(world)
    for (const event of world.calendar) {
      if (event.kind !== 'power_cut') continue
      for (const series of hourly(world)) {
        const own = residuals(series.mean, 1)
        const usual = Math.max(1e-9, typicalSize([...own]))
        const there = presenceOf(own)
        const scores = prior.map(startMs => {
          const [from, to] = [event.fromMs - startMs, event.toMs - startMs].map(ms => Math.round(ms / HOUR_MS)) as [
            number,
            number,
          ]
          let score = 0
          for (let hour = from; hour < to; hour++) {
            const value = own[hour]
            if (value === undefined) return Number.NaN
            score += Number.isNaN(value)
              ? (there[hour % DAY_HOURS] as number)
              : Math.min(0.3, Math.abs(value) / usual / 20)
          }
          return score
        })
        guess(world, outcome, prior, series, scores)
      }
    }
    return outcome
  },
}

/** Share of days with a value, by hour of the day. */
const presenceOf = (bins: Float64Array): number[] =>
  Array.from({ length: DAY_HOURS }, (_, at) => {
    const days = [...bins].filter((_, i) => i % DAY_HOURS === at)
    return days.filter(value => !Number.isNaN(value)).length / Math.max(1, days.length)
  })

/** The likeliest day is named; none is likelier: any of the prior. */
function guess(
  world: World,
  outcome: ReturnType<typeof counted>,
  prior: readonly number[],
  series: SeenSeries,
  scores: readonly number[],
): void {
  const uniform = prior.reduce((sum, startMs) => sum + shareBegun(world, series, startMs), 0) / prior.length
  const top = scores[best(scores)]
  const ties = prior.filter((_, i) => top === undefined || scores[i] === top)
  const hit = ties.reduce((sum, startMs) => sum + shareBegun(world, series, startMs), 0) / ties.length
  outcome.add(hit, uniform)
}

/** One member's first day is known; do the same unusual hours in another group's series tell when its members began? */
const reAnchoring: Attack = {
  number: 7,
  name: 're-anchoring from one known start',
  kind: 'rate',
  threshold: 0.05,
  run(world): Outcome {
    const outcome = counted()
    const series = hourly(world)
    const own = new Map(series.map(one => [one, residuals(one.mean, 1)]))
    const origins = new Map(world.known.people.map(({ subject, originMs }) => [subject.id, originMs]))
    for (const from of series)
      for (const to of series) {
        const members = world.judge.members.get(`${from.group} ${from.metric}`) ?? []
        const anchor = origins.get(members[world.chance.whole(0, Math.max(0, members.length - 1))] ?? '')
        if (from === to || from.metric !== to.metric || anchor === undefined) continue
        const lags = Array.from({ length: 2 * 12 + 1 }, (_, i) => i - 12)
        const [a, b] = [own.get(from) as Float64Array, own.get(to) as Float64Array]
        const scores = lags.map(lag =>
          lag >= 0
            ? correlation(a.subarray(lag * DAY_HOURS), b, 100)
            : correlation(a, b.subarray(-lag * DAY_HOURS), 100),
        )
        const lag = lags[best(scores)] ?? 0
        // Without the package one would say: on the same day.
        outcome.add(shareBegun(world, to, anchor + lag * DAY_MS), shareBegun(world, to, anchor))
      }
    return outcome
  },
}

export const dates: readonly Attack[] = [
  byCalendar('', own => own),
  byCalendar(', smoothed as the package is', smoothed),
  byEarthquake,
  byPowerCut,
  reAnchoring,
]
