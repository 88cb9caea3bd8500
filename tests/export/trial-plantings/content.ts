// Violations of events, series and tables over many: untrue, of too few, or to be worked out.
import { cell, each, first, HIGH, LOW, MEAN, privately, type Row, SD, withCell } from './plant.ts'

export const EVENTS: Row[] = [
  [
    'an event that did not happen',
    'event_truth',
    ({ rows }) =>
      rows(
        'events',
        first(/restless,w01/, row => row.replace('restless', 'no_return')),
      ),
  ],
  [
    'an event on another day',
    'event_truth',
    ({ rows }) =>
      rows(
        'events',
        first(/restless/, row => withCell(row, 2, 'w03')),
      ),
  ],
  [
    'an event of three',
    'event_power',
    ({ rows }) => rows('events', all => all.filter((row, i) => !/restless,w01/.test(row) || i < 90)),
  ],
  [
    'two events that few have both of',
    'event_power',
    ({ rows }) =>
      rows('events', all => {
        const pids = [...new Set(all.map(row => cell(row, 0)))]
        const [one, other] = [new Set(pids.slice(0, 42)), new Set(pids.slice(36))]
        return all.filter(row =>
          /restless,w01/.test(row) ? one.has(cell(row, 0)) : /restless,w02/.test(row) ? other.has(cell(row, 0)) : true,
        )
      }),
  ],
]

export const SERIES: Row[] = [
  [
    'a mean off by two steps',
    'series_values',
    ({ rows }) =>
      rows(
        'series',
        first(/heart_rate,5,/, row => withCell(row, MEAN, String(Number(cell(row, MEAN)) + 2))),
      ),
  ],
  [
    'a deviation that is none',
    'series_values',
    ({ rows }) =>
      rows(
        'series',
        first(/heart_rate,5,/, row => withCell(row, SD, '9')),
      ),
  ],
  [
    'a mean between the steps',
    'series_values',
    ({ rows }) =>
      rows(
        'series',
        first(/heart_rate,5,/, row => withCell(row, MEAN, `${cell(row, MEAN)}.3`)),
      ),
  ],
  [
    'a bin in which nobody was measured',
    'series_persons',
    ({ rows }) =>
      rows('series', all => [...all.slice(0, 336), 'bed.sleep_mat/1,heart_rate,336,64,2,,', ...all.slice(336)]),
  ],
  ['a series of eleven', 'series_persons', privately(({ series }) => series[0]?.members.splice(11))],
  [
    'a person in two groups',
    'series_persons',
    privately(({ series }) => series.at(-1)?.members.push(series[0]?.members[0] ?? '')),
  ],
  [
    'a group of one person',
    'series_persons',
    privately(({ series }) => series.forEach(of => void of.members.splice(1))),
  ],
  [
    'a quartile with four beyond it',
    'series_quantiles',
    // Nineteen people, and their quartiles told.
    privately(({ series }) => series.forEach(of => void of.members.splice(19))),
  ],
  [
    'a quartile that is the lowest value',
    'series_quantiles',
    ({ rows }) =>
      rows(
        'series',
        first(/heart_rate.*\d$/, row => withCell(row, LOW, '40')),
      ),
  ],
  [
    'a highest value',
    'series_quantiles',
    ({ rows }) =>
      rows(
        'series',
        first(/heart_rate.*\d$/, row => withCell(row, HIGH, '99')),
      ),
  ],
  ['a common hour that is told', 'series_common', privately(facts => facts.masked.splice(0))],
]

export const AGGREGATES: Row[] = [
  [
    'a count off by one',
    'aggregate_values',
    ({ rows }) =>
      rows(
        'aggregates',
        each(row => row.replace('outcome,fell,no,39', 'outcome,fell,no,40')),
      ),
  ],
  [
    'a mean off by a tenth',
    'aggregate_values',
    ({ rows }) =>
      rows(
        'aggregates',
        first(/bed_exit/, row => withCell(row, 4, '7.2')),
      ),
  ],
  [
    'another usual value',
    'aggregate_values',
    ({ rows }) =>
      rows(
        'aggregates',
        first(/heart_rate,h03/, row => withCell(row, 4, '80')),
      ),
  ],
  [
    'a table that nobody defined',
    'aggregate_values',
    ({ rows }) => rows('aggregates', all => [...all, 'participants,by,site,78,']),
  ],
  [
    'a count of six',
    'aggregate_persons',
    ({ rows }) =>
      rows(
        'aggregates',
        each(row => row.replace(/adverse_event,yes,,/, 'adverse_event,yes,6,')),
      ),
  ],
  [
    'a mean without its persons',
    'aggregate_persons',
    ({ rows }) =>
      rows(
        'aggregates',
        first(/adverse_event,no/, row => withCell(row, 4, '1.5')),
      ),
  ],
  ['no table row', 'empty', ({ rows }) => rows('aggregates', () => [])],
]
