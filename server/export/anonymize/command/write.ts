/** Writes what came out: first beside its place, then moved there as a whole, so that nothing half done is ever seen. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../../../../core/errors.ts'
import type { TableSolution } from '../table/optimise.ts'
import type { TablePolicy } from '../table/policy.ts'
import { csvLine, readCsv } from './csv.ts'

export const DATA_FILE = 'anonymized.csv'
export const REPORT_FILE = 'report.json'

/**
 * Runs an action on a new folder beside `out` and moves its files to `out` when it succeeds; an earlier result is replaced only then.
 * Whatever happens, nothing else is left.
 */
export async function writtenWhole(out: string, action: (folder: string) => Promise<void>): Promise<void> {
  const place = resolve(out)
  const made = await mkdir(dirname(place), { recursive: true })
  const folder = await mkdtemp(join(dirname(place), `.${basename(place)}-`))
  try {
    await action(folder)
    await mkdir(place, { recursive: true })
    for (const file of await readdir(folder)) await rename(join(folder, file), join(place, file))
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true, force: true })
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Columns of the data that the policy names, in the data's order; the others are not written. */
export const writtenColumns = (columns: readonly string[], { quasiIdentifiers, sensitive }: TablePolicy): string[] =>
  columns.filter(name => sensitive.includes(name) || quasiIdentifiers.some(({ column }) => column === name))

/**
 * Reads the data again, so that no more of them than their numbers had to be remembered.
 * @param sha256 of the data when they were loaded
 * @throws AppError `data_changed`
 */
export async function writeAnonymized(
  file: string,
  task: { data: string; delimiter: string; sha256: string; policy: TablePolicy; solution: TableSolution },
  signal?: AbortSignal,
): Promise<void> {
  const { data, delimiter, policy, solution } = task
  const csv = await readCsv(data, delimiter, signal)
  const columns = writtenColumns(csv.columns, policy)
  const places = columns.map(name => ({
    index: csv.columns.indexOf(name),
    attribute: policy.quasiIdentifiers.findIndex(({ column }) => column === name),
  }))
  const stream = createWriteStream(file)
  const failed = once(stream, 'error').then(([error]) => Promise.reject(error))
  failed.catch(() => {})
  const write = async (text: string) => {
    if (!stream.write(text)) await Promise.race([once(stream, 'drain'), failed])
  }
  await write(csvLine(columns, delimiter))
  let row = 0
  for await (const records of csv.batches) {
    let text = ''
    for (const { cells } of records) {
      if (row >= solution.records) throw changed()
      if (solution.kept[row]) {
        const values = places.map(({ index, attribute }) =>
          attribute < 0 ? cells[index]! : solution.generalised(row, attribute),
        )
        text += csvLine(values, delimiter)
      }
      row++
    }
    await write(text)
  }
  stream.end()
  await Promise.race([once(stream, 'close'), failed])
  if (csv.sha256() !== task.sha256) throw changed()
}

const changed = () => new AppError('data_changed', 'The data have changed since they were loaded')

export const writeReport = (file: string, report: object): Promise<void> =>
  writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
