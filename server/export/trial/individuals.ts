/** The tables of a release that names participants one by one: classes, what each can tell of events and outcomes, series of groups. */

import { AppError } from '../../../core/errors.ts'
import { dailyProfiles, eventRates, outcomeCounts, sortedAggregates } from '../anonymize/aggregates.ts'
import { type EventHistory, nameOf } from '../anonymize/events.ts'
import type { MeasuredMetric, Participant } from '../anonymize/extracts.ts'
import { hierarchiesHash } from '../anonymize/hierarchies/hierarchies.ts'
import { type IndividualSeries, individualSeries } from '../anonymize/individual-series.ts'
import { outcomesOf } from '../anonymize/outcomes.ts'
import { type RegroupedSeries, type Series, seriesOf } from '../anonymize/series.ts'
import { type Classes, classesOf, type SubjectTable, subjectTable } from '../anonymize/subject-table.ts'
import { type Cell, type HistoryParts, partsOf, tellClass } from '../anonymize/told.ts'
import { byCode } from '../by-code.ts'
import { compose } from '../register/compose.ts'
import { seriesGroupsAfter } from '../register/leave-out.ts'
import type { TrialInput } from './input.ts'
import { type PrivateSeries, QUASI_IDENTIFIERS, SENSITIVE } from './layout.ts'
import type { TrialPolicy } from './policy.ts'
import type { TrialProduct } from './product.ts'
import type { Published } from './published.ts'
import type { EventRow, SubjectRow, TrialTables } from './tables.ts'

export interface Source {
  input: TrialInput
  policy: TrialPolicy
  participants: readonly Participant[]
  measured: readonly MeasuredMetric[]
  histories: readonly EventHistory[]
  pidOf(subject: string): string
}

export interface Built {
  tables: TrialTables
  pids: ReadonlyMap<string, string>
  classOf: ReadonlyMap<string, string>
  groupsOf: ReadonlyMap<string, Readonly<Record<string, string>>>
  levels: Readonly<Record<string, number>> | null
  published: Published
  private: PrivateSeries
  series: Series
  /** Undefined without classes. */
  individuals?: Individuals
}

export interface Individuals {
  classes: Classes
  cells: Cell[]
  hierarchiesSha256: string
  /** Size below which the optimiser was told not to go, at least the policy's k. */
  classSizeAsked: number
  /** P2 only: see individualSeries. */
  unicity?: IndividualSeries['unicity']
  /** Members and event sets of the classes, for the (p,k) counts. */
  eventSets: { label: string; sets: { keys: string[]; persons: number }[] }[]
}

/** Class sizes to try, one after the other, until enough event types can be told: bigger classes say less of who and more of what. */
function* classSizes(k: number, participants: number): Generator<number> {
  for (let size = k; size < participants; size = Math.ceil(size * 1.5)) yield size
}

/** @throws AppError `no_solution` when not even classes of k exist within the limit, `export_cancelled` */
export async function individualTables(
  source: Source,
  product: TrialProduct,
  progress: () => void,
  signal?: AbortSignal,
): Promise<Built> {
  const { input, policy, participants, measured, histories, pidOf } = source
  const table = subjectTable(input, policy.k)
  const parts = partsOf(histories)
  const occurred = typesOf(histories)
  const { numerator, denominator } = policy.utility.eventTypes
  const enough = (types: number): boolean => types * denominator >= occurred.size * numerator
  let best: { classes: Classes; told: Told[]; size: number; types: number } | undefined
  for (const size of classSizes(policy.k, participants.length)) {
    progress()
    let classes: Classes
    try {
      classes = await composedClasses(table, source, size, signal)
    } catch (error) {
      if (best && error instanceof AppError && error.code === 'no_solution') break
      throw error
    }
    for (const withOutcomes of [true, false]) {
      const told = tellClasses(classes, parts, policy, withOutcomes)
      const types = toldTypes(told)
      if (!best || types > best.types) best = { classes, told, size, types }
      if (enough(types)) break
    }
    if (enough(best!.types)) break
  }
  if (!best) throw new AppError('no_solution', 'There are too few participants for a class')
  const { classes, told } = best
  const kept = new Set(told.flatMap(({ cells }) => cells.flatMap(({ members }) => members)))
  const grouped = product === 'P2' ? undefined : seriesOf(measured, participants, kept, policy, earlierGroups(source))
  const single = grouped ? undefined : individualSeries(measured, participants, kept, policy.k, pidOf)
  const series = grouped ?? seriesOfSingles(single!)
  const rows = told.flatMap(({ label, cells }) =>
    cells.flatMap(({ members, outcomes, told }) =>
      members.map(i => ({
        i,
        pid: pidOf(participants[i]!.id),
        label,
        values: classes.values.get(i)!,
        outcomes,
        events: told,
      })),
    ),
  )
  rows.sort((a, b) => byCode(a.pid, b.pid))
  const keptHistories = rows
    .map(({ i }) => i)
    .sort((a, b) => a - b)
    .map(i => histories[i]!)
  const keptOutcomes = outcomesOf(keptHistories)
  const outcomeColumns = new Map(SENSITIVE.map((name, at) => [name, rows.map(({ outcomes }) => outcomes[at]!)]))
  // Beside single participants' series there are no tables over all of them.
  const aggregates =
    product === 'P2'
      ? []
      : sortedAggregates([
          ...dailyProfiles(series, policy),
          ...eventRates(keptHistories, policy),
          ...outcomeCounts(new Map(Object.entries(keptOutcomes)), policy, outcomeColumns),
        ])
  const subjects: SubjectRow[] = rows.map(({ pid, values, outcomes }) => ({ pid, values, outcomes }))
  const events: EventRow[] = rows.flatMap(({ pid, events }) =>
    events
      .flatMap(({ event, periods }) => periods.map(period => ({ pid, event, period })))
      .sort((a, b) => byCode(a.event, b.event) || byCode(a.period, b.period)),
  )
  const groupsOf = new Map<string, Record<string, string>>()
  if (grouped)
    for (const { group, profile, metric, members } of series.private.series)
      for (const id of members) groupsOf.set(id, { ...groupsOf.get(id), [`${profile}/${metric}`]: group })
  return {
    tables: { subjects, events, series: series.rows, aggregates },
    pids: new Map(rows.map(({ i, pid }) => [participants[i]!.id, pid])),
    classOf: new Map(rows.map(({ i, label }) => [participants[i]!.id, label])),
    groupsOf,
    levels: Object.fromEntries(QUASI_IDENTIFIERS.map((column, i) => [column, classes.levels[i]!])),
    published: {
      participants: participants.length,
      kept: rows.length,
      classes: classes.members.size,
      groups: new Set(series.groups.map(({ group }) => group)).size,
      eventTypes: { occurred: occurred.size, told: best.types },
      seriesBins: series.bins,
      cells: cellsOf(aggregates),
    },
    private: series.private,
    series,
    individuals: {
      classes,
      cells: told.flatMap(({ cells }) => cells),
      hierarchiesSha256: hierarchiesHash(table.hierarchies),
      classSizeAsked: best.size,
      ...(single ? { unicity: single.unicity } : {}),
      eventSets: told.map(({ label, cells }) => ({
        label,
        sets: cells.map(({ members, told }) => ({
          keys: told.flatMap(({ event, periods }) => periods.map(period => `${event} ${period}`)),
          persons: members.length,
        })),
      })),
    },
  }
}

/** Classes of at least `size`, beside all that was released before of the same people. */
async function composedClasses(
  table: SubjectTable,
  { input, policy, participants }: Source,
  size: number,
  signal?: AbortSignal,
): Promise<Classes> {
  const at = new Map(participants.map(({ id }, i) => [id, i]))
  const { solution } = await compose({
    trial: input.trial,
    subjects: participants.map(({ id }) => id),
    earlier: input.earlier,
    k: policy.k,
    suppressionLimit: policy.suppressionLimit,
    solve: async (subjects, limit, lowest) => {
      const rows = subjects.map(id => at.get(id)!)
      const classes = await classesOf(table, { k: size, limit, lowest, rows }, undefined, signal)
      const classOf = new Map([...classes.members].flatMap(([label, of]) => of.map(i => [participants[i]!.id, label])))
      return { classes, classOf }
    },
  })
  return solution.classes
}

/** How people must be grouped in a series so that its means cannot be subtracted from earlier ones; undefined: as one likes. */
function earlierGroups({ input, participants }: Source): RegroupedSeries | undefined {
  if (input.earlier.length === 0) return undefined
  const at = new Map(participants.map(({ id }, i) => [id, i]))
  return (series, members) => {
    const { fixed, free } = seriesGroupsAfter(
      input.earlier,
      series,
      members.map(i => participants[i]!.id),
    )
    const groups = new Map<string, number[]>()
    for (const [id, group] of fixed) groups.set(group, [...(groups.get(group) ?? []), at.get(id)!])
    return { fixed: [...groups.values()], free: free.map(id => at.get(id)!) }
  }
}

const seriesOfSingles = ({ rows, metrics, leftOut, private: facts }: IndividualSeries): Series => ({
  ...{ rows, metrics, leftOut, private: facts, binnedMetrics: [] },
  groups: facts.series.map(({ group, profile }) => ({ group, profile })),
  bins: { possible: rows.length, told: rows.length },
})

interface Told {
  label: string
  cells: Cell[]
}

/** Classes in the order of their size: small ones have least to choose from. */
function tellClasses({ members }: Classes, parts: HistoryParts, policy: TrialPolicy, withOutcomes: boolean): Told[] {
  const told = new Set<string>()
  return [...members]
    .sort(([a, of], [b, other]) => of.length - other.length || byCode(a, b))
    .map(([label, of]) => ({ label, cells: tellClass(of, parts, policy, told, withOutcomes) }))
}

const typesOf = (histories: readonly EventHistory[]): Set<string> =>
  new Set(histories.flatMap(({ types }) => [...types.keys()].map(nameOf)))

/** Types told by their own name somewhere. */
const toldTypes = (told: readonly Told[]): number =>
  new Set(told.flatMap(({ cells }) => cells.flatMap(cell => cell.told.map(({ event }) => event).filter(isType)))).size
const isType = (event: string): boolean => !event.endsWith('.*')

export const cellsOf = (rows: readonly { persons: number | null }[]): Published['cells'] => {
  const suppressed = rows.filter(({ persons }) => persons === null).length
  return { told: rows.length - suppressed, suppressed }
}
