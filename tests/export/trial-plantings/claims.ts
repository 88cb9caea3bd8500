// Violations of what a package claims, and inputs for which it would have been another.
import { type Planting, RELEASE_KEY, type trialOf } from '../trial-package.ts'
import { evidence, type Row } from './plant.ts'

export const CLAIMS: Row[] = [
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
export const INPUT: Row[] = [
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
