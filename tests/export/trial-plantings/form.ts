// Violations of the form of a package: its files, their sums, columns and twins.
import { appendFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AGE, first, MEAN, type Row, sorted, withCell } from './plant.ts'

export const FORM: Row[] = [
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
  ['bytes in a Parquet file that belong to no column', 'metadata', ({ out }) => hidden(join(out, 'events.parquet'))],
  ['no table at all', 'empty', ({ out }) => removeTables(out)],
  ['no participant left', 'empty', ({ rows }) => rows('subjects', () => [])],
]

/** Between the magic number and the first column, with all offsets as they were, stands nothing: so the bytes go behind the columns. */
async function hidden(file: string): Promise<void> {
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
