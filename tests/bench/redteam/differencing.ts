/** The attacks beyond the list: one member's value is taken out of a group's mean, from the next bin or from what is known of all the others. */
import { type Attack, counted, type Outcome, type World } from './attack.ts'
import { ownBins, type SeenSeries, seriesOf } from './series.ts'

/** Values looked for in each series. */
const MOST = 300
/** A value is found when it is as near as this part of the bin's deviation. */
const NEAR = 0.25

type Bins = ArrayLike<number>
const isIn = (bin: number, own: Bins): boolean => bin < own.length && !Number.isNaN(own[bin])

/** Who is in a group, and who was measured when, is known: the worst case. */
function eachSeries({ seen, known, judge }: World, look: (series: SeenSeries, members: Bins[]) => void): void {
  const people = new Map(known.people.map(person => [person.subject.id as string, person]))
  for (const series of seriesOf(seen)) {
    const members = (judge.members.get(`${series.group} ${series.metric}`) ?? []).flatMap(id => {
      const person = people.get(id)
      return (person && ownBins(person, series.metric, series.width)) ?? []
    })
    look(series, members)
  }
}

/** When one member is not measured in the next hour, the difference of the two sums is that member's value, if the others stayed as they were. */
const neighbours: Attack = {
  number: 19,
  name: 'differencing of neighbouring bins',
  kind: 'rate',
  threshold: 0.05,
  run(world): Outcome {
    const outcome = counted()
    eachSeries(world, ({ mean, sd }, members) => {
      let tried = 0
      let now = members.filter(own => isIn(0, own))
      for (let bin = 0; bin + 1 < mean.length && tried < MOST; bin++) {
        const next = members.filter(own => isIn(bin + 1, own))
        const gone = now.filter(own => !next.includes(own))
        const target = gone.length === 1 && next.every(own => now.includes(own)) ? gone[0] : undefined
        const found = now.length * (mean[bin] as number) - next.length * (mean[bin + 1] as number)
        if (target && (sd[bin] as number) > 0 && !Number.isNaN(found)) {
          const near = (guess: number) => Math.abs(guess - (target[bin] as number)) <= NEAR * (sd[bin] as number)
          outcome.add(near(found), Number(near(mean[bin] as number)))
          tried += 1
        }
        now = next
      }
    })
    return outcome
  },
}

/** All other members' values are known to the last digit, and who they are: what is left of the sum is the last one's. */
const lastOne: Attack = {
  number: 19,
  name: 'differencing, all other members known',
  kind: 'rate',
  threshold: 0.05,
  run(world): Outcome {
    const outcome = counted()
    eachSeries(world, ({ mean, sd }, members) => {
      for (let n = 0; n < MOST; n++) {
        const bin = world.chance.whole(0, mean.length - 1)
        const present = members.filter(own => isIn(bin, own))
        const target = present[world.chance.whole(0, Math.max(0, present.length - 1))]
        if (!target || !((sd[bin] as number) > 0) || Number.isNaN(mean[bin])) continue
        const others = present.filter(own => own !== target)
        const found =
          present.length * (mean[bin] as number) - others.reduce((sum, own) => sum + (own[bin] as number), 0)
        const near = (guess: number) => Math.abs(guess - (target[bin] as number)) <= NEAR * (sd[bin] as number)
        outcome.add(near(found), Number(near(mean[bin] as number)))
      }
    })
    return outcome
  },
}

export const differences: readonly Attack[] = [neighbours, lastOne]
