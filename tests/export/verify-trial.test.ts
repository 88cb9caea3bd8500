/** The recipient's check of a trial's package: a good one passes, and each thing that is wrong is named. */
import { expect, test } from 'vitest'
import { TRIAL_TABLES } from '../../server/export/trial/layout.ts'
import type { FaultCode } from '../../server/export/verify/report.ts'
import { checkTrial, isTrialPackage } from '../../server/export/verify/trial.ts'

const RELEASE = 'release01'
const pid = (i: number): string => `${'a'.repeat(25)}${'abcdefghijklmnopqrstuvwxyz'[i]}`
const people = Array.from({ length: 24 }, (_, i) => [
  pid(i),
  i < 12 ? '75-84' : '*',
  '*',
  '*',
  '*',
  '*',
  '*',
  'no',
  '*',
])
const csv = (table: keyof typeof TRIAL_TABLES, rows: readonly (readonly string[])[]): string =>
  [TRIAL_TABLES[table], ...rows].map(row => `${row.join(',')}\n`).join('')
const evidence = { product: 'P1', release: RELEASE, trial: 'trial0001', policy: { k: 12 }, subjects: { rows: 24 } }
const dictionary = {
  tables: Object.entries(TRIAL_TABLES).map(([name, columns]) => ({
    name,
    files: [`${name}.csv`],
    columns: columns.map(column => ({ name: column })),
  })),
}
const good: Readonly<Record<string, string>> = {
  'evidence.json': JSON.stringify(evidence),
  'dictionary.json': JSON.stringify(dictionary),
  'subjects.csv': csv('subjects', people),
  'events.csv': csv('events', [[pid(0), 'bed_exit', 'd001']]),
  'series.csv': csv('series', [['bed.sleep_mat/1', 'heart_rate', '0', '61.5', '3', '', '']]),
  'aggregates.csv': csv('aggregates', [
    ['subjects', 'sex', 'female', '14', '14'],
    ['subjects', 'sex', 'male', '', ''],
  ]),
}
const check = (change: Record<string, string> = {}) =>
  checkTrial(new Map(Object.entries({ ...good, ...change }).map(([name, text]) => [name, Buffer.from(text)])), RELEASE)
const codes = (change: Record<string, string>): FaultCode[] => {
  const { description, tables, counts } = check(change)
  return [...description, ...tables, ...counts].map(({ code }) => code)
}

test('a good package has no fault', () => {
  expect(isTrialPackage(new Map([['evidence.json', Buffer.from(JSON.stringify(evidence))]]))).toBe(true)
  expect(check()).toEqual({ description: [], tables: [], counts: [] })
})

test.each<[string, Record<string, string>, FaultCode]>([
  [
    'a class of eleven',
    { 'subjects.csv': csv('subjects', people.with(0, people[0]!.with(1, '>=85'))) },
    'cells_too_few_residents',
  ],
  ['somebody less than the evidence says', { 'subjects.csv': csv('subjects', people.slice(0, 23)) }, 'counts_disagree'],
  ['an event of nobody', { 'events.csv': csv('events', [[pid(25), 'fall', 'w01']]) }, 'counts_disagree'],
  [
    'a total over four people',
    { 'aggregates.csv': csv('aggregates', [['subjects', 'sex', 'x', '4', '4']]) },
    'cells_too_few_residents',
  ],
  ['a calendar day', { 'events.csv': csv('events', [[pid(0), 'fall', '2026-11-25']]) }, 'csv_value'],
  ['a mean that is no number', { 'series.csv': csv('series', [['g', 'm', '0', 'NaN', '3', '', '']]) }, 'csv_value'],
  [
    'a row twice',
    {
      'events.csv': csv('events', [
        [pid(0), 'fall', 'd001'],
        [pid(0), 'fall', 'd001'],
      ]),
    },
    'csv_key',
  ],
  ['another header', { 'subjects.csv': good['subjects.csv']!.replace('pid,', 'name,') }, 'csv_header'],
  ['a row with a cell too many', { 'events.csv': `${good['events.csv']}${pid(1)},fall,d002,x\n` }, 'csv_malformed'],
  [
    'a dictionary of fewer tables',
    { 'dictionary.json': JSON.stringify({ tables: dictionary.tables.slice(1) }) },
    'description_disagrees',
  ],
  [
    'evidence of another release',
    { 'evidence.json': JSON.stringify({ ...evidence, release: 'another01' }) },
    'counts_disagree',
  ],
])('%s is found', (_what, change, code) => {
  expect(codes(change)).toContain(code)
})
