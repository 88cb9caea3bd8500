// Violations of the table of participants: who is in it, whether it is true, how many share what.
import { createHash } from 'node:crypto'
import { ODD_PERSON } from '../trial-package.ts'
import { ADVERSE, AGE, each, FELL, first, ODD_PID, privately, type Row, SITE, sorted, withCell } from './plant.ts'

export const PEOPLE: Row[] = [
  [
    'pseudonyms that are plain hashes',
    'pids',
    ({ rows }) =>
      rows(
        'subjects',
        each((row, i) => withCell(row, 0, digest(i))),
      ),
  ],
  ['a participant twice', 'pids', ({ rows }) => rows('subjects', all => [all[0] ?? '', ...all])],
  ['rows in order of admission', 'order', ({ rows }) => rows('subjects', all => all.reverse())],
  ['events in order of time', 'order', ({ rows }) => rows('events', all => all.reverse())],
  [
    'events of somebody suppressed',
    'orphans',
    ({ rows }) => rows('events', all => sorted([...all, `${ODD_PID},bed_exit,d001`])),
  ],
  ['a suppressed member of a series', 'orphans', privately(({ series }) => series[0]?.members.push(ODD_PERSON))],
  [
    'an age that is another’s',
    'ancestors',
    ({ rows }) =>
      rows(
        'subjects',
        first(/75-79/, row => withCell(row, AGE, '80-84')),
      ),
  ],
  [
    'a finer word for one',
    'ancestors',
    ({ rows }) =>
      rows(
        'subjects',
        first(/1-3y/, row => withCell(row, SITE, 'JP-13')),
      ),
  ],
  [
    'an age of one year between bands',
    'ancestors',
    ({ rows }) =>
      rows(
        'subjects',
        first(/75-79/, row => withCell(row, AGE, '75')),
      ),
  ],
  [
    'an outcome turned round',
    'ancestors',
    ({ rows }) =>
      rows(
        'subjects',
        first(/,no,\*$/, row => withCell(row, FELL, 'yes')),
      ),
  ],
  ['a class of eleven', 'class_size', ({ rows }) => rows('subjects', leaving(/80-84/, 11))],
  [
    'a facility told of ten',
    'class_size',
    ({ rows }) =>
      rows(
        'subjects',
        each((row, i) => (i < 10 ? withCell(row, SITE, 'JP-27') : row)),
      ),
  ],
  [
    'a class in which all fell',
    'diversity',
    ({ rows }) =>
      rows(
        'subjects',
        each(row => (/80-84/.test(row) ? withCell(row, FELL, 'yes') : row)),
      ),
  ],
  [
    'an outcome told of half a class',
    'diversity',
    ({ rows }) =>
      rows(
        'subjects',
        first(/,no,\*$/, row => withCell(row, FELL, '*')),
      ),
  ],
  [
    'an outcome shared by four',
    'diversity',
    ({ rows }) =>
      rows(
        'subjects',
        each(row => withCell(row, ADVERSE, Number(row.charCodeAt(0)) < 99 ? 'yes' : 'no')),
      ),
  ],
  ['one in ten suppressed', 'suppression', ({ rows }) => rows('subjects', all => all.slice(8))],
  [
    'a word held by five',
    'rare',
    ({ rows }) =>
      rows(
        'subjects',
        each((row, i) => (i < 5 ? withCell(row, ADVERSE, 'yes') : row)),
      ),
  ],
]

const digest = (i: number): string =>
  createHash('md5')
    .update(String(i))
    .digest('hex')
    .replace(/[0189]/g, 'a')
    .slice(0, 26)
/** Leaves so many of the rows that match. */
const leaving = (of: RegExp, count: number) => (rows: string[]) => {
  let left = count
  return rows.filter(row => !of.test(row) || left-- > 0)
}
