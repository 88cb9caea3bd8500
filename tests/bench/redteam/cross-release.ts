/** Attacks 3 and 4: two packages of the same people are laid side by side, to pair their rows, or to take one from the other. */
import { type Attack, counted, type Judge, type Outcome, type World } from './attack.ts'
import { classesOf, recordsOf, type SeenRecord } from './records.ts'
import { partitionsOf, seriesOf } from './series.ts'
import { best, correlation } from './stats.ts'

const turned = (pids: Judge['pids']): Map<string, string> => new Map([...pids].map(([subject, pid]) => [pid, subject]))

type Likeness = (a: SeenRecord, b: SeenRecord) => number
const LIKENESSES: Readonly<Record<string, Likeness>> = {
  'same pid': (a, b) => (a.pid === b.pid ? 1 : 0),
  'class and values': (a, b) => {
    const columns = Object.keys(a.row).filter(column => column !== 'pid')
    const shared = [...a.events].filter(event => b.events.has(event)).length
    const all = a.events.size + b.events.size - shared
    return columns.filter(column => a.row[column] === b.row[column]).length * 100 + (all === 0 ? 1 : shared / all)
  },
}

const pairing = (name: string, likeness: Likeness): Attack => ({
  number: 3,
  name: `cross-release linking: ${name}`,
  kind: 'rate',
  threshold: 0.02,
  run({ seen, judge, second, k }): Outcome {
    const outcome = counted()
    if (!second) return outcome
    const [firsts, seconds] = [recordsOf(seen), recordsOf(second.seen)]
    const subjectOf = turned(judge.pids)
    for (const record of firsts) {
      const partner = second.judge.pids.get(subjectOf.get(record.pid) ?? '')
      const truth = seconds.find(({ pid }) => pid === partner)
      if (!truth) continue
      const scores = seconds.map(other => likeness(record, other))
      const top = Math.max(...scores)
      const ties = seconds.filter((_, i) => scores[i] === top)
      outcome.add(ties.includes(truth) ? 1 / ties.length : 0, 1 / k)
    }
    return outcome
  },
})

/** Groups of both releases that run alike are taken for the same, and a member of the one for a member of the other. */
const byGroups: Attack = {
  number: 3,
  name: 'cross-release linking: series',
  kind: 'rate',
  threshold: 0,
  run({ seen, judge, second, k }): Outcome {
    const outcome = counted()
    if (!second) return outcome
    const others = partitionsOf(seriesOf(second.seen))
    for (const [metric, groups] of partitionsOf(seriesOf(seen)))
      for (const series of groups) {
        const candidates = others.get(metric) ?? []
        const pick = candidates[best(candidates.map(other => correlation(series.mean, other.mean, 4)))]
        const theirs = pick ? (second.judge.members.get(`${pick.group} ${metric}`) ?? []) : []
        for (const subject of judge.members.get(`${series.group} ${metric}`) ?? [])
          outcome.add(theirs.includes(subject) ? 1 / theirs.length : 0, 1 / k)
      }
    return outcome
  },
}

/** Everything that is told of a set of people in one package is taken from what is told of another set in the other. */
const differencing: Attack = {
  number: 4,
  name: 'intersection and differencing of two releases',
  kind: 'every',
  threshold: 0,
  run({ seen, judge, later, k }): Outcome {
    const outcome = counted()
    for (const other of later) {
      if (other === 'refused') outcome.add(false, 0)
      else compare({ seen, judge }, other, k, outcome)
    }
    return outcome
  },
}

type Released = Pick<World, 'seen' | 'judge'>

function compare({ seen, judge }: Released, later: Released, k: number, outcome: ReturnType<typeof counted>): void {
  const small = (n: number): boolean => n > 0 && n < k
  const [first, next] = [classSets(recordsOf(seen), judge), classSets(recordsOf(later.seen), later.judge)]
  const [allFirst, allNext] = [union(first), union(next)]
  for (const a of first) {
    for (const b of next) outcome.add(small(shared(a, b)), 0)
    outcome.add(small(a.size - shared(a, allNext)), 0)
  }
  for (const b of next) outcome.add(small(b.size - shared(b, allFirst)), 0)
  for (const [series, mine] of judge.members)
    for (const [other, theirs] of later.judge.members) {
      if (series.split(' ')[1] !== other.split(' ')[1]) continue
      const [a, b] = [new Set(mine), new Set(theirs)]
      const both = shared(a, b)
      // Only where one is nearly the other does taking away leave something of a few people.
      if (both > 0) outcome.add(both * 2 > a.size && small(a.size + b.size - 2 * both), 0)
    }
  for (const cell of seen.tables.aggregates) {
    const same = later.seen.tables.aggregates.find(
      other => other.table === cell.table && other.row === cell.row && other.column === cell.column,
    )
    if (same && cell.persons && same.persons)
      outcome.add(small(Math.abs(Number(cell.persons) - Number(same.persons))), 0)
  }
}

const classSets = (records: readonly SeenRecord[], { pids }: Judge): Set<string>[] => {
  const subjects = turned(pids)
  return [...classesOf(records).values()].map(members => new Set(members.map(({ pid }) => subjects.get(pid) ?? pid)))
}
const union = (sets: readonly Set<string>[]): Set<string> => new Set(sets.flatMap(set => [...set]))
const shared = (a: ReadonlySet<string>, b: ReadonlySet<string>): number =>
  [...a].filter(subject => b.has(subject)).length

export const crossRelease: readonly Attack[] = [
  ...Object.entries(LIKENESSES).map(([name, likeness]) => pairing(name, likeness)),
  byGroups,
  differencing,
]
