/** Series of groups: mean, deviation and quartiles over always the same members, so that no two bins differ by who is in them. */
import { byCode } from '../by-code.ts'
import type { PrivateSeries } from '../trial/layout.ts'
import type { TrialPolicy } from '../trial/policy.ts'
import { type BinnedMetric, binned, type MemberBins } from './bins.ts'
import { type MaskedHour, maskCommonHours } from './common-hours.ts'
import { type MeasuredMetric, NOTHING, type Participant } from './extracts.ts'
import { roundedSteps, stepOf, stepsText, unitsNumber } from './grid.ts'
import { mdav, standardised } from './mdav.ts'

export interface SeriesRow {
  group: string
  metric: string
  hour: number
  mean: string
  /** Null in a series of one person. */
  sd: string | null
  low: string | null
  high: string | null
}

export interface Series {
  rows: SeriesRow[]
  groups: { group: string; profile: string }[]
  metrics: { profile: string; metric: string; binHours: number; step: string }[]
  /** Metrics that too few people were measured with. */
  leftOut: { profile: string; metric: string }[]
  /** Bins of all groups and metrics in which any member took part, and how many of them are told. */
  bins: { possible: number; told: number }
  binnedMetrics: { binned: BinnedMetric; members: number[] }[]
  private: PrivateSeries
}

/**
 * Groups of one series (`profile/metric`) that were told before of the same people and stay as they are, and who of the members may be grouped
 * anew; the others have no series any more.
 */
export type RegroupedSeries = (series: string, members: readonly number[]) => { fixed: number[][]; free: number[] }

/** Masks and bins all metrics, groups the people of each device type, and tells what may be told. @param kept indexes of participants */
export function seriesOf(
  measured: readonly MeasuredMetric[],
  participants: readonly Participant[],
  kept: ReadonlySet<number>,
  policy: TrialPolicy,
  regrouped?: RegroupedSeries,
): Series {
  const masked: MaskedHour[] = []
  const series: Series = {
    rows: [],
    groups: [],
    metrics: [],
    leftOut: [],
    bins: { possible: 0, told: 0 },
    binnedMetrics: [],
    private: { series: [], masked },
  }
  const profiles = [...new Set(measured.map(({ profile }) => profile.id))].sort(byCode)
  for (const profile of profiles) {
    const all: BinnedMetric[] = []
    for (const metric of measured.filter(of => of.profile.id === profile).sort((a, b) => byCode(a.metric, b.metric))) {
      if (metric.definition.sampling.how === 'periodic') masked.push(...maskCommonHours(metric, participants, policy))
      const bins = binned(metric, kept, policy.k)
      if (bins) all.push(bins)
      else series.leftOut.push({ profile, metric: metric.metric })
    }
    for (const { metrics, groups } of regrouped
      ? grouping(all, regrouped, policy)
      : [{ metrics: all, groups: groupsOf(all, policy) }])
      for (const [i, group] of groups.entries()) {
        const name = `${profile}/${i + 1}`
        let any = false
        for (const metric of metrics) any = addRows(series, metric, name, group, participants, policy) || any
        if (any && !series.groups.some(of => of.group === name)) series.groups.push({ group: name, profile })
      }
    for (const { measured: of, binHours, grid } of all) {
      const told = series.binnedMetrics.some(({ binned }) => binned.measured === of)
      if (told) series.metrics.push({ profile, metric: of.metric, binHours, step: stepsText(1, grid) })
      else series.leftOut.push({ profile, metric: of.metric })
    }
  }
  series.rows.sort((a, b) => byCode(a.group, b.group) || byCode(a.metric, b.metric) || a.hour - b.hour)
  return series
}

/** Metric by metric: groups that were told before, and those of who was in none. */
const grouping = (metrics: readonly BinnedMetric[], regrouped: RegroupedSeries, policy: TrialPolicy) =>
  metrics.map(metric => {
    const { profile, metric: name } = metric.measured
    const { fixed, free } = regrouped(`${profile.id}/${name}`, [...metric.members.keys()])
    const own = { ...metric, members: new Map([...metric.members].filter(([subject]) => free.includes(subject))) }
    return { metrics: [metric], groups: [...fixed, ...groupsOf([own], policy)] }
  })

/** People of one device type whose days look alike; fewer than two groups' worth are one group. */
function groupsOf(metrics: readonly BinnedMetric[], { k, series }: TrialPolicy): number[][] {
  const people = [...new Set(metrics.flatMap(({ members }) => [...members.keys()]))].sort((a, b) => a - b)
  if (people.length < k) return []
  const features = people.map(subject => metrics.flatMap(metric => dailyProfile(metric, subject)))
  const groups = grouped(standardised(features), series)
  const middle = (group: number[]): number => {
    const known = group.map(i => features[i]![0]!).filter(value => !Number.isNaN(value))
    return known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length)
  }
  // Numbered by what they are like, never by who is in them.
  return groups
    .map(group => ({ group: group.map(i => people[i]!), at: middle(group) }))
    .sort((a, b) => a.at - b.at)
    .map(({ group }) => group)
}

/** Groups as large as the bounds allow: the more people in one, the less it shows of each, and quartiles can be told. */
function grouped(points: readonly Float64Array[], { groupMin, groupMax }: TrialPolicy['series']): number[][] {
  for (let size = groupMax; size > groupMin; size--) {
    const groups = mdav(points, size)
    if (groups.every(({ length }) => length <= groupMax)) return groups
  }
  return mdav(points, groupMin)
}

const THREE_HOURS = 3
/** Usual values in eight parts of the day, or one where the metric has no hours; NaN where the person is no member. */
function dailyProfile({ binHours, members }: BinnedMetric, subject: number): number[] {
  const member = members.get(subject)
  const parts = binHours === 1 ? 24 / THREE_HOURS : 1
  return Array.from({ length: parts }, (_, part) => {
    if (!member) return Number.NaN
    if (parts === 1) return member.usual(0)
    return [0, 1, 2].reduce((sum, hour) => sum + member.usual(part * THREE_HOURS + hour), 0) / THREE_HOURS
  })
}

/** @returns whether the group has any row of this metric */
function addRows(
  series: Series,
  metric: BinnedMetric,
  group: string,
  people: readonly number[],
  participants: readonly Participant[],
  policy: TrialPolicy,
): boolean {
  const { measured, binHours, clip, grid, unitsPerStep } = metric
  const subjects = people.filter(subject => metric.members.has(subject))
  const members = subjects.map(subject => metric.members.get(subject)!)
  const bins = Math.max(0, ...members.map(member => member.bins.length))
  series.bins.possible += bins
  if (members.length < policy.series.minPersons) return false
  let told = 0
  for (let bin = 0; bin < bins; bin++) {
    const row = binOf(members, bin, policy)
    if (!row) continue
    told += 1
    const text = (units: number | null) =>
      units === null ? null : stepsText(roundedSteps(units, 1, unitsPerStep), grid)
    series.rows.push({
      ...{ group, metric: measured.metric, hour: bin * binHours },
      mean: stepsText(roundedSteps(row.sum, row.n, unitsPerStep), grid),
      sd: stepsText(Math.round(row.sd / unitsPerStep), grid),
      low: text(row.low),
      high: text(row.high),
    })
  }
  series.bins.told += told
  if (told === 0) return false
  series.binnedMetrics.push({ binned: metric, members: [...subjects] })
  const number = (units: number) => unitsNumber(units, measured.unitExponent)
  series.private.series.push({
    ...{ group, metric: measured.metric, profile: measured.profile.id, binHours },
    clip: [number(clip[0]), number(clip[1])],
    grid: stepOf(grid),
    members: subjects.map(subject => participants[subject]!.id),
  })
  return true
}

/** Figures of one bin in units, or undefined when too few members were measured in it. */
function binOf(members: readonly MemberBins[], bin: number, { series }: TrialPolicy) {
  let measured = 0
  const values = members.map(({ bins, usual }) => {
    const value = bins[bin] ?? NOTHING
    if (value === NOTHING) return usual(bin)
    measured += 1
    return value
  })
  if (measured < series.minPersons) return undefined
  return figuresOf(values, series.beyondQuantile)
}

/** Mean (as sum and n), sample deviation and quartiles. @param values whole units; sorted in place */
export function figuresOf(values: number[], beyondQuantile: number) {
  values.sort((a, b) => a - b)
  const n = values.length
  const tail = Math.floor(n / 10)
  const quarter = Math.floor(n / 4)
  const winsorised = values.map(value => Math.min(values[n - 1 - tail]!, Math.max(values[tail]!, value)))
  const sum = winsorised.reduce((all, value) => all + value, 0)
  const squares = winsorised.reduce((all, value) => all + value * value, 0)
  const told = quarter >= beyondQuantile
  return {
    ...{ sum, n, sd: Math.sqrt(Math.max(0, n * squares - sum * sum) / (n * (n - 1))) },
    low: told ? values[quarter]! : null,
    high: told ? values[n - 1 - quarter]! : null,
  }
}
