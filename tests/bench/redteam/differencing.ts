/** The attacks beyond the list: one member's value is taken out of a group's mean, from the next bin or from what is known of all the others. */
import { type Attack, counted, type Outcome, type World } from './attack.ts'
import { dailyProfile, ownBins, type SeenSeries, seriesOf } from './series.ts'
import { best } from './stats.ts'

/** Values looked for in each series. */
const MOST = 300
/** A value is found when it is as near as this part of the bin's deviation. */
const NEAR = 0.25

type Bins = Float64Array
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

/** The same where an absent member's usual value stands in, as the package says: that value is known, the one of the hour before is not. */
const standIns: Attack = {
  number: 19,
  name: 'differencing where usual values stand in',
  kind: 'rate',
  threshold: 0.05,
  run(world): Outcome {
    const outcome = counted()
    eachSeries(world, ({ mean, sd, width }, members) => {
      const usual = new Map(members.map(own => [own, dailyProfile(own, width)]))
      let tried = 0
      for (let bin = 0; bin + 1 < mean.length && tried < MOST; bin++) {
        const gone = members.filter(own => isIn(bin, own) && !isIn(bin + 1, own))
        const come = members.filter(own => !isIn(bin, own) && isIn(bin + 1, own))
        const [target] = gone
        if (!target || gone.length > 1 || come.length > 0 || !((sd[bin] as number) > 0)) continue
        const day = usual.get(target) ?? []
        const at = (i: number) => day[i % day.length] as number
        // The others go on as they use to; what is left of the change is the target's.
        const others = members.filter(own => own !== target)
        const drift = others.reduce((sum, own) => {
          const theirs = usual.get(own) ?? []
          const change = (theirs[(bin + 1) % theirs.length] as number) - (theirs[bin % theirs.length] as number)
          return sum + (Number.isNaN(change) ? 0 : change)
        }, 0)
        const found = at(bin + 1) + members.length * ((mean[bin] as number) - (mean[bin + 1] as number)) + drift
        if (Number.isNaN(found) || Number.isNaN(at(bin))) continue
        const near = (guess: number) => Math.abs(guess - (target[bin] as number)) <= NEAR * (sd[bin] as number)
        outcome.add(near(found), Number(near(at(bin))))
        tried += 1
      }
    })
    return outcome
  },
}

/** Values tried for the one that is not known. */
const STEPS = 40

/** All other members are known to the last digit, and the way the figures are made: which value would have given these? */
const lastOne: Attack = {
  number: 19,
  name: 'differencing, all other members known',
  kind: 'rate',
  threshold: 0.05,
  beyond: true,
  run(world): Outcome {
    const outcome = counted()
    eachSeries(world, ({ mean, sd }, members) => {
      for (let n = 0; n < MOST / 3; n++) {
        const bin = world.chance.whole(0, mean.length - 1)
        const present = members.filter(own => isIn(bin, own))
        const target = present[world.chance.whole(0, Math.max(0, present.length - 1))]
        if (!target || !((sd[bin] as number) > 0) || Number.isNaN(mean[bin])) continue
        const others = present.filter(own => own !== target).map(own => own[bin] as number)
        const [low, high] = [Math.min(...others), Math.max(...others)]
        const tried = Array.from({ length: STEPS + 1 }, (_, i) => low + ((high - low) * i) / STEPS)
        const misses = tried.map(value => {
          const figures = Math.min(
            ...[true, false].map(cut => missOf([...others, value], cut, mean[bin] as number, sd[bin] as number)),
          )
          return -figures
        })
        const found = tried[best(misses)] ?? Number.NaN
        const near = (guess: number) => Math.abs(guess - (target[bin] as number)) <= NEAR * (sd[bin] as number)
        outcome.add(near(found), Number(near(mean[bin] as number)))
      }
    })
    return outcome
  },
}

/** How far mean and deviation of these values lie from the told ones. @param cut a tenth at either end is moved to the next value first */
function missOf(values: number[], cut: boolean, mean: number, sd: number): number {
  values.sort((a, b) => a - b)
  const tail = cut ? Math.floor(values.length / 10) : 0
  const [low, high] = [values[tail] as number, values[values.length - 1 - tail] as number]
  const moved = values.map(value => Math.min(high, Math.max(low, value)))
  const middle = moved.reduce((sum, value) => sum + value, 0) / moved.length
  const spread = Math.sqrt(moved.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (moved.length - 1))
  return Math.abs(middle - mean) + Math.abs(spread - sd) / 2
}

export const differences: readonly Attack[] = [neighbours, standIns, lastOne]
