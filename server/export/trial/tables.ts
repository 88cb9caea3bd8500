/** The finished tables of a trial release, from which its label is concluded and its files are written. */
import { AppError } from '../../../core/errors.ts'
import type { AggregateRow } from '../anonymize/aggregates.ts'
import type { SeriesRow } from '../anonymize/series.ts'
import type { TrialPolicy } from './policy.ts'
import type { TrialProduct } from './product.ts'

export interface SubjectRow {
  pid: string
  /** In the order of QUASI_IDENTIFIERS. */
  values: string[]
  /** In the order of SENSITIVE. */
  outcomes: string[]
}
export interface EventRow {
  pid: string
  event: string
  period: string
}

/** In the order in which they are written. */
export interface TrialTables {
  subjects: SubjectRow[]
  events: EventRow[]
  series: SeriesRow[]
  aggregates: AggregateRow[]
}

/**
 * The label. `P1` when every row of a participant, with outcomes and events, is shared by k participants and no series is of one participant;
 * `P0` when there are only tables over at least k; `P2` when series are of single participants.
 * @throws AppError `too_few_people` when there is nothing to tell, `gate_refused` when the tables are no product
 */
export function trialProductOf(
  { subjects, events, series, aggregates }: TrialTables,
  { k }: TrialPolicy,
): TrialProduct {
  if (aggregates.some(({ persons, value }) => (persons === null ? value !== null : persons < k)))
    throw new AppError('gate_refused', 'A row of the aggregates speaks of too few participants')
  if (subjects.length === 0 && events.length === 0 && series.length === 0) {
    if (!aggregates.some(({ persons }) => persons !== null))
      throw new AppError('too_few_people', 'No cell has enough participants; nothing can be told')
    return 'P0'
  }
  const pids = new Set(subjects.map(({ pid }) => pid))
  if (events.some(({ pid }) => !pids.has(pid))) throw new AppError('gate_refused', 'An event is of no participant')
  if (series.some(({ group }) => pids.has(group))) return 'P2'
  const told = new Map<string, string[]>()
  for (const { pid, event, period } of events) told.set(pid, [...(told.get(pid) ?? []), `${event} ${period}`])
  const alike = new Map<string, number>()
  for (const { pid, values, outcomes } of subjects) {
    const row = JSON.stringify([values, outcomes, told.get(pid) ?? []])
    alike.set(row, (alike.get(row) ?? 0) + 1)
  }
  if ([...alike.values()].some(n => n < k))
    throw new AppError('gate_refused', 'A row of a participant is shared by too few participants')
  return 'P1'
}
