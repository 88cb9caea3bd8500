/** Attack 2: the maker lays its own device logs, with serial numbers and real times, beside the released series and events. */
import { type Attack, counted, type Outcome } from './attack.ts'
import type { KnownPerson } from './known.ts'
import { candidatesOf, recordsOf, type SeenRecord, tokensOf } from './records.ts'
import { dailyProfile, ownBins, partitionsOf, type SeenSeries, seriesOf } from './series.ts'
import { best } from './stats.ts'

/** How like a person's own bins are to a released series; larger is more alike, NaN: cannot be compared. */
type Likeness = (own: Float64Array, series: SeenSeries) => number

function nearest(own: Float64Array, { mean }: SeenSeries): number {
  let [sum, n] = [0, 0]
  for (let i = 0; i < Math.min(own.length, mean.length); i++) {
    const difference = (own[i] as number) - (mean[i] as number)
    if (Number.isNaN(difference)) continue
    sum += difference * difference
    n += 1
  }
  return n === 0 ? Number.NaN : -sum / n
}

/** Dynamic time warping of the days' usual course, at most three hours apart. */
function warped(own: Float64Array, { mean, width }: SeenSeries): number {
  const a = dailyProfile(own, width)
  const b = dailyProfile(mean, width)
  const cost: number[][] = a.map(() => b.map(() => Number.POSITIVE_INFINITY))
  for (const [i, x] of a.entries())
    for (let j = Math.max(0, i - 3); j <= Math.min(b.length - 1, i + 3); j++) {
      const difference = Math.abs(x - (b[j] as number))
      const step = Number.isNaN(difference) ? 0 : difference
      const before = i === 0 && j === 0 ? 0 : Math.min(at(cost, i - 1, j), at(cost, i, j - 1), at(cost, i - 1, j - 1))
      ;(cost[i] as number[])[j] = before + step
    }
  return -at(cost, a.length - 1, b.length - 1)
}
const at = (cost: number[][], i: number, j: number): number => cost[i]?.[j] ?? Number.POSITIVE_INFINITY

/** Share of told values that are exactly the person's own, to the last digit. */
function sameValues(own: Float64Array, { mean }: SeenSeries): number {
  let [same, n] = [0, 0]
  for (let i = 0; i < Math.min(own.length, mean.length); i++) {
    if (Number.isNaN(mean[i]) || Number.isNaN(own[i])) continue
    n += 1
    if (Math.abs((own[i] as number) - (mean[i] as number)) < 1e-9) same += 1
  }
  return n === 0 ? Number.NaN : same / n
}

/** The same whatever the hour: how much of the two heaps of values falls together, to the last digit. */
function sameHeap(own: Float64Array, { mean }: SeenSeries): number {
  const heap = new Map<number, number>()
  for (const value of own) if (!Number.isNaN(value)) heap.set(value, (heap.get(value) ?? 0) + 1)
  let [same, n] = [0, 0]
  for (const value of mean) {
    if (Number.isNaN(value)) continue
    n += 1
    const left = heap.get(value) ?? 0
    if (left > 0) same += 1
    heap.set(value, left - 1)
  }
  return n === 0 ? Number.NaN : same / n
}

/** How far what is missing is missing in both. */
function sameGaps(own: Float64Array, { mean }: SeenSeries): number {
  let [both, either] = [0, 0]
  for (let i = 0; i < Math.max(own.length, mean.length); i++) {
    const [a, b] = [i >= own.length || Number.isNaN(own[i]), i >= mean.length || Number.isNaN(mean[i])]
    if (a && b) both += 1
    if (a || b) either += 1
  }
  return either === 0 ? Number.NaN : both / either
}

const LIKENESSES: Readonly<Record<string, Likeness>> = {
  ...{ 'nearest neighbour': nearest, 'dynamic time warping': warped, 'exact values': sameValues },
  ...{ 'heap of exact values': sameHeap, 'pattern of gaps': sameGaps },
}

const onSeries = (name: string, likeness: Likeness): Attack => ({
  number: 2,
  name: `log matching, series: ${name}`,
  kind: 'rate',
  threshold: 0,
  run({ seen, known, judge, k }): Outcome {
    const outcome = counted()
    for (const [metric, groups] of partitionsOf(seriesOf(seen)))
      for (const person of known.people) {
        const scores = groups.map(series => {
          const own = ownBins(person, metric, series.width)
          return own ? likeness(own, series) : Number.NaN
        })
        const pick = groups[best(scores)]
        if (!pick) continue
        const members = judge.members.get(`${pick.group} ${metric}`) ?? []
        // The series is nobody's more than another member's: naming one of them is right once in so many times.
        outcome.add(members.includes(person.subject.id) ? 1 / members.length : 0, 1 / k)
      }
    return outcome
  },
})

/** A person's own log of events against each row's; ties are guessed among. */
function rowOf(person: KnownPerson, records: readonly SeenRecord[]): SeenRecord[] {
  const tokens = tokensOf(person)
  const scores = records.map(({ events }) => {
    let score = 0
    for (const event of events) score += tokens.has(event) ? 1 : -3
    return score
  })
  const top = Math.max(...scores)
  return records.filter((_, i) => scores[i] === top)
}

const onEvents = (
  name: string,
  among: (records: readonly SeenRecord[], person: KnownPerson) => readonly SeenRecord[],
): Attack => ({
  number: 2,
  name: `log matching, events${name}`,
  kind: 'rate',
  threshold: 0.02,
  run({ seen, known, judge, k }): Outcome {
    const outcome = counted()
    const records = recordsOf(seen)
    for (const person of known.people) {
      const pid = judge.pids.get(person.subject.id)
      if (!records.some(record => record.pid === pid)) continue
      const ties = rowOf(person, among(records, person))
      outcome.add(ties.some(record => record.pid === pid) ? 1 / ties.length : 0, 1 / k)
    }
    return outcome
  },
})

export const logMatching: readonly Attack[] = [
  ...Object.entries(LIKENESSES).map(([name, likeness]) => onSeries(name, likeness)),
  onEvents(' alone', records => records),
  onEvents(' and quasi-identifiers', candidatesOf),
]
