/** Checks the tables of a trial's package by its dictionary and evidence: columns, forms and keys of every row, and that nobody stands in a class of too few. */
import { z } from 'zod'
import { sha256 } from '../package/manifest.ts'
import {
  DICTIONARY_FILE,
  EVIDENCE_FILE,
  PRODUCT_TABLES,
  QUASI_IDENTIFIERS,
  TRIAL_TABLES,
  type TrialTable,
} from '../trial/layout.ts'
import type { PackageFiles } from './archive.ts'
import { parseCsv } from './csv.ts'
import type { Fault } from './report.ts'
import { parseJson, type Rows } from './tables.ts'

const evidenceSchema = z.looseObject({
  product: z.enum(['P0', 'P1', 'P2']),
  release: z.string(),
  trial: z.string(),
  policy: z.looseObject({ k: z.int().min(2) }),
  subjects: z.looseObject({ rows: z.int() }).nullish(),
})
const dictionarySchema = z.looseObject({
  tables: z.array(
    z.looseObject({
      name: z.enum(Object.keys(TRIAL_TABLES) as [TrialTable, ...TrialTable[]]),
      files: z.array(z.string()),
      columns: z.array(z.looseObject({ name: z.string() })),
    }),
  ),
})

/** Columns that tell the rows of a table apart. */
const KEYS: Readonly<Record<TrialTable, readonly string[]>> = {
  subjects: ['pid'],
  events: ['pid', 'event', 'period'],
  series: ['group', 'metric', 'hour'],
  aggregates: ['table', 'row', 'column'],
}
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/
const COUNT = /^(0|[1-9]\d*)$/
const PID = /^[a-z2-7]{26}$/
/** Forms of cells; any text that is not empty where none is named. */
const FORMS: Readonly<Record<string, RegExp>> = {
  pid: PID,
  period: /^(d\d{3}|[wm]\d{2}|all)$/,
  hour: COUNT,
  mean: NUMBER,
  sd: NUMBER,
  low: NUMBER,
  high: NUMBER,
  persons: COUNT,
  value: NUMBER,
}
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['sd', 'low', 'high', 'persons', 'value'])

/** Whether the package is that of a trial: its evidence names one. */
export const isTrialPackage = (files: PackageFiles): boolean =>
  evidenceSchema.safeParse(parseJson(files.get(EVIDENCE_FILE) ?? Buffer.alloc(0))).success

export interface TrialFaults {
  description: Fault[]
  tables: Fault[]
  counts: Fault[]
}

/** @param files a package for which `isTrialPackage` holds */
export function checkTrial(files: PackageFiles, release: string): TrialFaults {
  const evidence = evidenceSchema.parse(parseJson(files.get(EVIDENCE_FILE) ?? Buffer.alloc(0)))
  const found: TrialFaults = { description: [], tables: [], counts: [] }
  const names: readonly TrialTable[] = PRODUCT_TABLES[evidence.product]
  const dictionary = dictionarySchema.safeParse(parseJson(files.get(DICTIONARY_FILE) ?? Buffer.alloc(0)))
  if (!dictionary.success) found.description.push({ code: 'document_malformed', subject: DICTIONARY_FILE })
  else {
    const described = dictionary.data.tables.map(({ name }) => name)
    if (described.toSorted().join() !== names.toSorted().join())
      found.description.push({ code: 'description_disagrees', subject: DICTIONARY_FILE })
    for (const { name, files: paths, columns } of dictionary.data.tables) {
      const same = columns.map(column => column.name).join() === TRIAL_TABLES[name].join()
      if (!same || paths.some(path => !files.has(path)))
        found.description.push({ code: 'description_disagrees', subject: name })
    }
  }
  const tables = new Map<TrialTable, Rows>()
  for (const name of names) {
    const read = readTable(files, name)
    found.tables.push(...read.faults)
    if (read.rows) tables.set(name, read.rows)
  }
  if (found.tables.length > 0) found.counts.push({ code: 'not_reached' })
  else found.counts.push(...checkPeople(tables, evidence, release))
  return found
}

function readTable(files: PackageFiles, name: TrialTable): { faults: Fault[]; rows?: Rows } {
  const path = `${name}.csv`
  const content = files.get(path)
  if (!content) return { faults: [{ code: 'document_missing', subject: path }] }
  const [header, ...cells] = parseCsv(content.toString()) ?? []
  if (!header) return { faults: [{ code: 'csv_malformed', subject: path }] }
  const columns: readonly string[] = TRIAL_TABLES[name]
  if (header.join() !== columns.join()) return { faults: [{ code: 'csv_header', subject: path }] }
  const faults: Fault[] = []
  for (const [i, column] of columns.entries()) {
    const wrong = cells.findIndex(row => !isValid(column, row[i] ?? ''))
    // The header is line 1.
    if (wrong >= 0) faults.push({ code: 'csv_value', subject: `${path}, ${column}, line ${wrong + 2}` })
  }
  const rows = cells.map(row => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? ''])))
  const keys = new Set(rows.map(row => sha256(Buffer.from(JSON.stringify(KEYS[name].map(column => row[column]))))))
  if (keys.size !== rows.length) faults.push({ code: 'csv_key', subject: path })
  return { faults, rows }
}

const isValid = (column: string, text: string): boolean =>
  text === '' ? MAY_BE_EMPTY.has(column) : (FORMS[column] ?? /^[^\r\n]+$/).test(text)

function checkPeople(
  tables: ReadonlyMap<TrialTable, Rows>,
  { release: named, policy, product, subjects }: z.infer<typeof evidenceSchema>,
  release: string,
): Fault[] {
  const faults: Fault[] = []
  const people = tables.get('subjects') ?? []
  const pids = new Set(people.map(({ pid }) => pid))
  const classes = new Map<string, number>()
  for (const row of people) {
    const key = JSON.stringify(QUASI_IDENTIFIERS.map(column => row[column]))
    classes.set(key, (classes.get(key) ?? 0) + 1)
  }
  const fewInTotals = (tables.get('aggregates') ?? []).some(
    ({ persons = '' }) => persons !== '' && Number(persons) > 0 && Number(persons) < policy.k,
  )
  if (product !== 'P0' && people.length === 0) faults.push({ code: 'cells_none' })
  if (product === 'P0' && (tables.get('aggregates') ?? []).every(({ value }) => value === ''))
    faults.push({ code: 'cells_none' })
  if (fewInTotals || [...classes.values()].some(size => size < policy.k))
    faults.push({ code: 'cells_too_few_residents' })
  const orphans = (tables.get('events') ?? []).some(({ pid }) => !pids.has(pid))
  const miscounted = product !== 'P0' && subjects?.rows !== people.length
  if (named !== release || orphans || miscounted) faults.push({ code: 'counts_disagree' })
  return faults
}
