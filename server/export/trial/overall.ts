/** The tables of a release without individuals: counts and means over all participants. */
import { crossTable, dailyProfiles, eventRates, outcomeCounts, sortedAggregates } from '../anonymize/aggregates.ts'
import { outcomesOf } from '../anonymize/outcomes.ts'
import { seriesOf } from '../anonymize/series.ts'
import { subjectTable } from '../anonymize/subject-table.ts'
import { type Built, cellsOf, type Source } from './individuals.ts'
import { QUASI_IDENTIFIERS } from './layout.ts'

/** Level of each quasi-identifier's hierarchy at which tables count. */
const LEVELS = { age: 2, sex: 0, care_level: 1, site: 1, stay: 0, diagnosis: 1 } as const

/** Everybody is in these tables: nothing in them is of fewer than k. */
export function overallTables({ input, policy, participants, measured, histories }: Source): Built {
  const { hierarchies, leaves } = subjectTable(input, policy.k)
  const everybody = new Set(participants.keys())
  // One group of all: series are not told, but whoever is measured often enough is found in the same way.
  const series = seriesOf(measured, participants, everybody, {
    ...policy,
    series: { ...policy.series, groupMin: Number.MAX_SAFE_INTEGER },
  })
  const valuesOf = (column: keyof typeof LEVELS): string[] => {
    const at = QUASI_IDENTIFIERS.indexOf(column)
    const rows = new Map(hierarchies[column].values.map(row => [row[0]!, row[LEVELS[column]]!]))
    return leaves.map(of => rows.get(of[at]!)!)
  }
  const sex = valuesOf('sex')
  const outcomes = outcomesOf(histories)
  const aggregates = sortedAggregates([
    ...dailyProfiles(series, policy),
    ...eventRates(histories, policy),
    ...outcomeCounts(new Map(Object.entries(outcomes)), policy),
    ...(['age', 'care_level', 'site', 'stay', 'diagnosis'] as const).flatMap(column =>
      crossTable(column, sex, valuesOf(column), policy),
    ),
  ])
  const types = (of: typeof histories) => new Set(of.flatMap(({ types }) => [...types.keys()])).size
  return {
    tables: { subjects: [], events: [], series: [], aggregates },
    pids: new Map(),
    classOf: new Map(),
    groupsOf: new Map(),
    levels: null,
    published: {
      participants: participants.length,
      kept: participants.length,
      classes: 0,
      groups: 0,
      eventTypes: {
        occurred: types(histories),
        told: aggregates.filter(({ table }) => table === 'event_days_per_week').length,
      },
      seriesBins: { possible: 0, told: 0 },
      cells: cellsOf(aggregates),
    },
    // Whose usual days the daily profiles are of.
    private: series.private,
    series,
  }
}
