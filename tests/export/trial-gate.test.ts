/** The gate on trial packages: passes what the engine wrote, and catches every kind of violation planted into it, each by the check named for it. */
import { createHash } from 'node:crypto'
import { appendFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TRIAL_CHECKS, type TrialCheck } from '../../server/export/gate/trial/finding.ts'
import { pseudonymOf } from '../../server/export/gate/trial/pseudonyms.ts'
import {
  type BuiltTrial,
  builtTrial,
  gateOn,
  ODD_PERSON,
  type Planting,
  RELEASE_KEY,
  START_MS,
  trialOf,
} from './trial-package.ts'

let built: BuiltTrial
beforeAll(async () => {
  built = await builtTrial(trialOf())
}, 120_000)
afterAll(() => built.stop())

const checksOf = async (...asked: Parameters<typeof gateOn> extends [unknown, ...infer Rest] ? Rest : never) => [
  ...new Set((await gateOn(built, ...asked)).map(({ check }) => check)),
]

test('finds nothing in what the engine wrote', async () => {
  expect(await gateOn(built, async () => {})).toEqual([])
})

/** Cell of a row by place. */
const cell = (row: string, at: number): string => row.split(',')[at] ?? ''
const withCell = (row: string, at: number, value: string): string =>
  row
    .split(',')
    .map((old, i) => (i === at ? value : old))
    .join(',')
const each = (change: (row: string, i: number) => string) => (rows: string[]) => rows.map(change)
const first = (of: RegExp, change: (row: string) => string) => (rows: string[]) => {
  const at = rows.findIndex(row => of.test(row))
  return rows.map((row, i) => (i === at ? change(row) : row))
}
const sorted = (rows: string[]): string[] => [...rows].sort()
const [AGE, SITE, FELL, ADVERSE] = [1, 4, 7, 8]
const [MEAN, SD, LOW, HIGH] = [3, 4, 5, 6]
const ODD_PID = pseudonymOf(RELEASE_KEY, 'subject', ODD_PERSON)

interface Evidence {
  subjects: {
    rows: number
    classes: number
    levels: Record<string, number>
    class_sizes: unknown[]
    risk: { after: Record<string, unknown> }
  }
  events: { support: { fewest: number }[] }
  aggregates: Record<string, number>
}
const evidence =
  (change: (evidence: Evidence) => unknown) =>
  ({ edited }: Planting) =>
    edited('evidence.json', (json: Evidence) => {
      change(json)
      return json
    })
const privately =
  (change: (facts: { series: { members: string[]; grid: number; group: string }[]; masked: unknown[] }) => unknown) =>
  ({ edit }: Planting) =>
    edit('job/private/series.json', text => {
      const facts = JSON.parse(text)
      change(facts)
      return JSON.stringify(facts)
    })

type Row = [what: string, check: TrialCheck, plant: (planting: Planting) => Promise<void>, sealed?: false]

const FORM: Row[] = [
  ['a file too many', 'files', ({ out }) => writeFile(join(out, 'notes.txt'), 'x')],
  ['a hidden file', 'files', ({ out }) => writeFile(join(out, '.keep'), 'x')],
  [
    'a file in a folder',
    'files',
    ({ out }) => mkdir(join(out, 'raw')).then(() => writeFile(join(out, 'raw', 'subjects.csv'), 'x')),
  ],
  ['a table too few', 'files', ({ out }) => rm(join(out, 'series.parquet'))],
  ['no evidence', 'files', ({ out }) => rm(join(out, 'evidence.json'))],
  ['an empty file', 'files', ({ out }) => writeFile(join(out, 'dictionary.json'), '')],
  [
    'a link out of the folder',
    'files',
    ({ out, job }) => symlink(join(job, 'trial.json'), join(out, 'README.en.html')),
  ],
  ['a file changed after the manifest', 'manifest', ({ out }) => appendFile(join(out, 'dictionary.json'), '\n'), false],
  [
    'a manifest that names one file less',
    'manifest',
    ({ edit }) => edit('MANIFEST.sha256', text => text.replace(/.*evidence.*\n/, '')),
    false,
  ],
  ['a renamed column', 'columns', ({ edit }) => edit('subjects.csv', text => text.replace('care_level', 'room'))],
  [
    'one column more',
    'columns',
    ({ edit }) => edit('events.csv', text => text.replaceAll('\n', ',1\n').replace('period,1', 'period,name')),
  ],
  ['a row that is too short', 'columns', ({ edit }) => edit('subjects.csv', text => text.replace(/,[^,]*\n$/, '\n'))],
  ['a blank line with something after it', 'columns', ({ edit }) => edit('subjects.csv', text => `${text}\n \n`)],
  [
    'a word that no column has',
    'columns',
    ({ rows }) =>
      rows(
        'subjects',
        first(/./, row => withCell(row, AGE, 'about 80')),
      ),
  ],
  [
    'a number with a float tail',
    'columns',
    ({ rows }) =>
      rows(
        'series',
        first(/./, row => withCell(row, MEAN, '64.30000000000001')),
      ),
  ],
  [
    'another row in the Parquet twin',
    'twins',
    ({ edit }) => edit('subjects.csv', text => text.replace('75-79', '80-84')),
  ],
  [
    'the Parquet twin in another order',
    'twins',
    async ({ rows, edit }) => {
      await rows('subjects', all => all.reverse())
      await edit('subjects.csv', text =>
        [text.split('\n')[0], ...sorted(text.trimEnd().split('\n').slice(1)), ''].join('\n'),
      )
    },
  ],
  [
    'a note in the Parquet footer',
    'metadata',
    ({ parquet }) => parquet('subjects', `, kv_metadata {source: 'room 3'}`),
  ],
  [
    'bytes in a Parquet file that belong to no column',
    'metadata',
    ({ out, edit }) => hidden(join(out, 'events.parquet'), edit),
  ],
  ['no table at all', 'empty', ({ out }) => removeTables(out)],
  ['no participant left', 'empty', ({ rows }) => rows('subjects', () => [])],
]

/** Between the magic number and the first column, with all offsets as they were, stands nothing: so the bytes go behind the columns. */
async function hidden(file: string, _edit: Planting['edit']): Promise<void> {
  const { readFile } = await import('node:fs/promises')
  const content = await readFile(file)
  const footer = content.readUInt32LE(content.length - 8) + 8
  const at = content.length - footer
  await writeFile(
    file,
    Buffer.concat([content.subarray(0, at), Buffer.from('person00001 lives in room 3'), content.subarray(at)]),
  )
}

async function removeTables(out: string): Promise<void> {
  for (const table of ['subjects', 'events', 'series', 'aggregates'])
    for (const type of ['csv', 'parquet']) await rm(join(out, `${table}.${type}`))
}

const PEOPLE: Row[] = [
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

const EVENTS: Row[] = [
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
        first(/restless/, row => withCell(row, 2, 'd001')),
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

const SERIES: Row[] = [
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
    ({ rows }) =>
      rows(
        'series',
        first(/,,$/, row => row.replace(/,,$/, `,${cell(row, MEAN)},${cell(row, MEAN)}`)),
      ),
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

const AGGREGATES: Row[] = [
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

const CLAIMS: Row[] = [
  [
    'another product',
    'label',
    ({ edit }) => edit('evidence.json', text => text.replace('"product": "P1"', '"product": "P0"')),
  ],
  ['more classes than there are', 'evidence', evidence(({ subjects }) => Object.assign(subjects, { classes: 7 }))],
  ['a smaller risk', 'evidence', evidence(({ subjects }) => Object.assign(subjects.risk.after, { highest: '1/46' }))],
  ['finer levels', 'evidence', evidence(({ subjects }) => Object.assign(subjects.levels, { age: 0 }))],
  [
    'more who share an event',
    'evidence',
    evidence(({ events }) => Object.assign(events.support[0] ?? {}, { fewest: 13 })),
  ],
  [
    'a class size below k',
    'evidence',
    evidence(({ subjects }) => subjects.class_sizes.push({ from: 2, to: 11, classes: 0 })),
  ],
  ['how many were suppressed', 'evidence', evidence(({ subjects }) => Object.assign(subjects, { suppressed: 2 }))],
  ['the highest heart rate', 'evidence', evidence(all => Object.assign(all, { max_heart_rate: 178 }))],
  ['more cells', 'evidence', evidence(({ aggregates }) => Object.assign(aggregates, { cells: 1 }))],
  ['the release key', 'secrets', evidence(all => Object.assign(all, { note: RELEASE_KEY.toString('base64') }))],
  [
    'the release key in capitals',
    'secrets',
    evidence(all => Object.assign(all, { note: RELEASE_KEY.toString('hex').toUpperCase() })),
  ],
  ['a salt', 'secrets', evidence(all => Object.assign(all, { salt: '9f86d081884c7d659a2feaa0c55ad015' }))],
]

describe.each<[string, Row[]]>([
  ['in the form', FORM],
  ['of the participants', PEOPLE],
  ['of what happened', EVENTS],
  ['of the series', SERIES],
  ['of the tables over all', AGGREGATES],
  ['in the claims', CLAIMS],
])('catches a planted violation %s:', (_of, rows) => {
  test.each(rows)('%s', async (_what, check, plant, sealed) => {
    expect(await checksOf(plant, { sealed: sealed ?? true })).toContain(check)
  })
})

type Input = ReturnType<typeof trialOf>
const input =
  (change: (input: Input) => unknown) =>
  ({ edit }: Planting) =>
    edit('job/trial.json', text => {
      const changed = JSON.parse(text) as Input
      change(changed)
      return JSON.stringify(changed)
    })

/** What the same files would be for another input. */
const INPUT: Row[] = [
  ['only tables were asked for', 'label', input(of => Object.assign(of, { product: 'P0' }))],
  [
    'two facilities took part',
    'label',
    input(of => Object.assign(of, { subjects: of.subjects.filter(({ site }) => site !== 'midori-home') })),
  ],
  [
    'fewer than 24 took part',
    'label',
    input(of => Object.assign(of, { subjects: of.subjects.filter((_, i) => i % 4 === 0) })),
  ],
  [
    'one of them was in an earlier release of others',
    'composition',
    input(of => of.earlier.push(earlierOf(of, ({ n }) => n === 3))),
  ],
  [
    'an earlier release had all but three',
    'composition',
    input(of => of.earlier.push(earlierOf(of, ({ n }) => n >= 3))),
  ],
  [
    'an earlier release told coarser ages',
    'composition',
    input(of => of.earlier.push({ ...earlierOf(of, () => true), levels: { age: 4 } })),
  ],
]

function earlierOf(of: Input, was: (person: { n: number }) => boolean): Input['earlier'][number] {
  const members = of.subjects.filter((_, n) => was({ n })).map(({ id }) => ({ subject: id, class: 'all', groups: {} }))
  return { release: 'release0000000000aaa' as never, trial: of.trial, product: 'P1', levels: null, members }
}

describe('refuses the files when', () => {
  test.each(INPUT)('%s', async (_what, check, plant) => {
    expect(await checksOf(plant)).toContain(check)
  })
})

test('too little is kept to be of use', async () => {
  const kept = await checksOf(({ rows }) => rows('series', all => all.slice(0, 336)))
  const types = await checksOf(({ rows }) => rows('events', all => all.filter(row => /bed_exit/.test(row))))
  expect(kept).toContain('utility')
  expect(types).toContain('utility')
})

describe('fails closed when', () => {
  test.each<[string, (planting: Planting) => Promise<void>]>([
    ['there is no input', ({ job }) => rm(join(job, 'trial.json'))],
    ['the input is of another form', ({ job }) => writeFile(join(job, 'trial.json'), '{}')],
    ['the readings are gone', ({ job }) => rm(join(job, 'readings.parquet'))],
    ['the events are gone', ({ job }) => rm(join(job, 'events.parquet'))],
    ['nobody says what is behind the series', ({ job }) => rm(join(job, 'private'), { recursive: true })],
    ['the package is gone', ({ out }) => rm(out, { recursive: true }).then(() => mkdir(out))],
    ['a Parquet file is none', ({ out }) => writeFile(join(out, 'series.parquet'), 'PAR1')],
    ['the evidence is no JSON', ({ out }) => writeFile(join(out, 'evidence.json'), '{')],
  ])('%s', async (_what, plant) => {
    expect(await gateOn(built, plant)).not.toEqual([])
  })
})

test('has a planted violation for each of its checks', () => {
  const elsewhere: TrialCheck[] = ['unreadable', 'aggregate_solvable', 'calendar', 'identifiers', 'patterns', 'utility']
  const planted = [FORM, PEOPLE, EVENTS, SERIES, AGGREGATES, CLAIMS, INPUT].flat().map(([, check]) => check)
  expect([...new Set([...planted, ...elsewhere])].sort()).toEqual([...TRIAL_CHECKS].sort())
})

test('says where, never what', async () => {
  const findings = await gateOn(built, ({ edit }) =>
    edit('dictionary.json', text => text.replace('{', `{"n": "前田 花子 ${ODD_PERSON} ${START_MS}",`)),
  )
  expect(findings.length).toBeGreaterThan(0)
  expect(JSON.stringify(findings)).not.toMatch(/前田|person0|17\d{11}/)
})
