/** What a written package still is worth, counted from its files and the raw data: a release that hides everything is a failure too. */
import type { TrialPolicy } from '../../../server/export/trial/policy.ts'
import type { Judge } from './attack.ts'
import type { Known } from './known.ts'
import type { Seen } from './seen.ts'
import { seriesOf } from './series.ts'

export interface Utility {
  /** Rows for participants who have any. */
  subjects: Share
  /** Bins of a group and a metric that are told, of those in which any member of it took part; all metrics that were measured count. */
  bins: Share
  /** Hours of persons with a value, of metrics that are told in bins of an hour, of a day, or longer, in which their group has a row. */
  personHours: Share
  /** Of these, hours that are told by the hour. */
  byTheHour: Share
  /** Event types told by their own name, of those that happened. */
  eventTypes: Share
}
export interface Share {
  kept: number
  of: number
}

export function utilityOf(seen: Seen, known: Known, judge: Judge): Utility {
  const people = new Map(known.people.map(person => [person.subject.id as string, person]))
  const series = seriesOf(seen)
  const bins = { kept: 0, of: 0 }
  const personHours = { kept: 0, of: 0 }
  const byTheHour = { kept: 0, of: 0 }
  const told = new Set(series.map(({ metric }) => metric))
  for (const { group, metric, width, mean } of series) {
    const members = (judge.members.get(`${group} ${metric}`) ?? []).flatMap(id => people.get(id) ?? [])
    const hours = Math.max(0, ...members.map(person => person.hours))
    bins.of += Math.ceil(hours / width)
    bins.kept += mean.reduce((n, value) => n + (Number.isNaN(value) ? 0 : 1), 0)
    for (const person of members)
      person.series.get(metric)?.forEach((value, hour) => {
        if (Number.isNaN(value) || Number.isNaN(mean[Math.floor(hour / width)] ?? Number.NaN)) return
        personHours.kept += 1
        if (width === 1) byTheHour.kept += 1
      })
  }
  const measured = new Set<string>()
  for (const person of known.people)
    for (const [metric, hours] of person.series) {
      measured.add(metric)
      const n = hours.reduce((all, value) => all + (Number.isNaN(value) ? 0 : 1), 0)
      personHours.of += n
      byTheHour.of += n
    }
  // A metric that is not told at all would have had as many bins as the told ones have on average.
  if (told.size > 0) bins.of = Math.round((bins.of / told.size) * measured.size)
  const happened = new Set(known.people.flatMap(({ events }) => events.map(({ type }) => type)))
  const named = new Set(seen.tables.events.map(({ event }) => event ?? ''))
  return {
    subjects: { kept: seen.tables.subjects.length, of: known.people.length },
    bins,
    personHours,
    byTheHour,
    eventTypes: { kept: [...happened].filter(type => named.has(type)).length, of: happened.size },
  }
}

/** Floors that are not reached, one text each. */
export function belowFloor(utility: Utility, { utility: floor }: TrialPolicy): string[] {
  const misses = (
    what: string,
    { kept, of }: Share,
    { numerator, denominator }: { numerator: number; denominator: number },
  ) => (kept * denominator < of * numerator ? [`${what}: ${kept} of ${of}`] : [])
  return [
    ...misses('subjects', utility.subjects, floor.subjects),
    ...misses('series bins', utility.bins, floor.seriesBins),
    ...misses('event types', utility.eventTypes, floor.eventTypes),
  ]
}
