/** The attack beyond the list: when one member of a group is not measured in the next hour, the difference of two sums is that member's value. */
import { type Attack, counted, type Outcome } from './attack.ts'
import { ownBins, seriesOf } from './series.ts'

/** Changes of membership tried in each series. */
const MOST = 400
/** A value is found when it is as near as this part of the bin's deviation. */
const NEAR = 0.25

/** Who is in a group, and who was measured when, is known: the worst case. */
export const neighbours: Attack = {
  number: 19,
  name: 'differencing of neighbouring bins',
  kind: 'rate',
  threshold: 0.05,
  run({ seen, known, judge }): Outcome {
    const outcome = counted()
    const people = new Map(known.people.map(person => [person.subject.id, person]))
    for (const { group, metric, width, mean, sd } of seriesOf(seen)) {
      const members = (judge.members.get(`${group} ${metric}`) ?? []).flatMap(id => {
        const person = people.get(id)
        const own = person ? ownBins(person, metric, width) : undefined
        return own ? [own] : []
      })
      const measured = (bin: number) => members.filter(own => bin < own.length && !Number.isNaN(own[bin]))
      let tried = 0
      let now = measured(0)
      for (let bin = 0; bin + 1 < mean.length && tried < MOST; bin++) {
        const next = measured(bin + 1)
        const [gone, come] = [now.filter(own => !next.includes(own)), next.filter(own => !now.includes(own))]
        const target = gone.length === 1 && come.length === 0 ? gone[0] : undefined
        const spread = sd[bin] as number
        if (target && spread > 0 && !Number.isNaN(mean[bin]) && !Number.isNaN(mean[bin + 1])) {
          const truth = target[bin] as number
          const found = now.length * (mean[bin] as number) - next.length * (mean[bin + 1] as number)
          const near = (guess: number) => Number(Math.abs(guess - truth) <= NEAR * spread)
          outcome.add(near(found), near(mean[bin] as number))
          tried += 1
        }
        now = next
      }
    }
    return outcome
  },
}
