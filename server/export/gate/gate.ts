/** The gate: re-reads a written package and decides whether it may be signed. Shares no counting with what wrote it; fails closed. */
import { join } from 'node:path'
import type { DuckdbConnection } from '../../../storage/duckdb.ts'
import { type ExportInput, INPUT_FILE, READINGS_FILE } from '../input.ts'
import type { P0Policy } from '../policy.ts'
import { checkCells } from './cells.ts'
import type { Finding } from './finding.ts'
import { checkIdentifiers } from './identifiers.ts'
import { recount } from './recount.ts'
import { checkFiles, readTables, type WrittenFile } from './written.ts'

export interface GateOptions {
  connection: DuckdbConnection
  /** The written package without signature; paths inside its folder. */
  files: readonly WrittenFile[]
  /** Holds the input of the build. */
  jobFolder: string
  /** May be written to. */
  scratchFolder: string
  input: ExportInput
  policy: P0Policy
  /** See checkIdentifiers. */
  ownFiles: readonly WrittenFile[]
}

/** @returns everything found wrong; the package may be signed only if there is nothing */
export async function runGate(options: GateOptions): Promise<Finding[]> {
  const { connection, files, input, policy, ownFiles } = options
  const { findings, rows } = await readTables(connection, files, options.scratchFolder)
  const truth = await recount(
    connection,
    join(options.jobFolder, INPUT_FILE),
    join(options.jobFolder, READINGS_FILE),
    input,
  )
  const published = rows.get('p0-hourly.csv') ?? []
  const suppressed = rows.get('suppressed.csv') ?? []
  return [
    ...checkFiles(files),
    ...findings,
    ...checkLabel(files),
    ...checkCells({ published, suppressed }, truth, input, policy),
    ...checkIdentifiers(files, rows, input, ownFiles),
  ]
}

/** A package of such tables is P0, and must say so and nothing else. */
function checkLabel(files: readonly WrittenFile[]): Finding[] {
  const textOf = (path: string) => files.find(file => file.path === path)?.content.toString() ?? ''
  const says = (path: string, label: RegExp) =>
    [...textOf(path).matchAll(label)].every(match => match[1]?.toUpperCase() === 'P0')
  const present = /"product": "P0"/.test(textOf('evidence.json'))
  const wrong = [
    ...(present && says('evidence.json', /"product": "([^"]*)"/g) ? [] : ['evidence.json']),
    ...(says('LEGAL/status.json', /"product": "([^"]*)"/g) ? [] : ['LEGAL/status.json']),
    ...(says('datapackage.json', /"name": "mimamori-(p\d)-/g) ? [] : ['datapackage.json']),
  ]
  return wrong.map(where => ({ check: 'label', where }))
}
