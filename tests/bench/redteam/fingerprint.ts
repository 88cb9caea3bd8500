/** Attack 16: the maker knows how each of its devices is off, and looks for the one that is off like that. */
import { type Attack, counted, type Outcome } from './attack.ts'
import { ownBins, partitionsOf, type SeenSeries, seriesOf } from './series.ts'
import { best } from './stats.ts'

interface Marks {
  level: number
  /** Share of values that are whole even numbers: older firmware counts in twos. */
  even: number
  missing: number
}

function marksOf(bins: ArrayLike<number>): Marks {
  let [sum, n, even, missing] = [0, 0, 0, 0]
  for (let i = 0; i < bins.length; i++) {
    const value = bins[i] as number
    if (Number.isNaN(value)) missing += 1
    else {
      n += 1
      sum += value
      if (value % 2 === 0) even += 1
    }
  }
  return { level: sum / n, even: even / n, missing: missing / bins.length }
}

const MARKS = ['level', 'even', 'missing'] as const

const byMark = (mark: (typeof MARKS)[number]): Attack => ({
  number: 16,
  name: `device fingerprint: ${mark}`,
  kind: 'rate',
  threshold: 0,
  run({ seen, known, judge, k }): Outcome {
    const outcome = counted()
    for (const [metric, groups] of partitionsOf(seriesOf(seen))) {
      const released = groups.map((series: SeenSeries) => marksOf(series.mean)[mark])
      for (const person of known.people) {
        // The log of the one device of this kind that the person had.
        const own = ownBins(person, metric, groups[0]?.width ?? 1)
        if (!own) continue
        const mine = marksOf(own)[mark]
        const pick = groups[best(released.map(value => -Math.abs(value - mine)))]
        const members = pick ? (judge.members.get(`${pick.group} ${metric}`) ?? []) : []
        if (pick) outcome.add(members.includes(person.subject.id) ? 1 / members.length : 0, 1 / k)
      }
    }
    return outcome
  },
})

export const fingerprints: readonly Attack[] = MARKS.map(byMark)
