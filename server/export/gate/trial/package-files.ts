/** Which files a written trial package holds: exactly those it may, all of them, each with the sum that the manifest names. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  DICTIONARY_FILE,
  EVIDENCE_FILE,
  MANIFEST_FILE,
  PRODUCT_TABLES,
  TRIAL_TABLES,
  type TrialTable,
} from '../../trial/layout.ts'
import type { TrialFinding } from './finding.ts'

export type TrialProduct = keyof typeof PRODUCT_TABLES

/** May be there, is scanned as text when it is. */
const DOCUMENTS =
  /^(README\.(en|ja|ko)\.html|LEGAL\/status\.json|datapackage\.json|report\/risk-report\.((en|ja|ko)\.html|json))$/

export interface PackageFiles {
  /** Relative paths with `/`, sorted. */
  paths: string[]
  /** By its tables; undefined when they are those of no product. */
  product: TrialProduct | undefined
  findings: TrialFinding[]
}

export async function listPackage(folder: string): Promise<PackageFiles> {
  const findings: TrialFinding[] = []
  const paths: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/')
    if (entry.isDirectory()) continue
    if (!entry.isFile()) findings.push({ check: 'files', where: path })
    else if ((await lstat(join(folder, path))).size === 0) findings.push({ check: 'files', where: path })
    paths.push(path)
  }
  paths.sort()
  const product = productOf(paths)
  const expected = [DICTIONARY_FILE, EVIDENCE_FILE, MANIFEST_FILE, ...(product ? tableFiles(product) : [])]
  const missing = expected.filter(path => !paths.includes(path))
  const extra = paths.filter(path => !expected.includes(path) && !DOCUMENTS.test(path))
  findings.push(...[...missing, ...extra].map(where => ({ check: 'files' as const, where })))
  return { paths, product, findings }
}

export const csvOf = (table: TrialTable): string => `${table}.csv`
export const parquetOf = (table: TrialTable): string => `${table}.parquet`

const tableFiles = (product: TrialProduct) => PRODUCT_TABLES[product].flatMap(table => [csvOf(table), parquetOf(table)])

/** The smallest product with all these tables; a package that has them but not the others then lacks a file. */
function productOf(paths: readonly string[]): TrialProduct | undefined {
  const tables = (Object.keys(TRIAL_TABLES) as TrialTable[]).filter(table =>
    [csvOf(table), parquetOf(table)].some(path => paths.includes(path)),
  )
  const smallest = (['P0', 'P2', 'P1'] as const).find(product =>
    tables.every(table => (PRODUCT_TABLES[product] as readonly TrialTable[]).includes(table)),
  )
  return tables.length > 0 ? smallest : undefined
}

const LINE = /^([0-9a-f]{64}) {2}(.+)$/

/** Every file but the manifest is named once, in order of path, with its own sum. */
export async function checkManifest(folder: string, paths: readonly string[]): Promise<TrialFinding[]> {
  const lines = (await readFile(join(folder, MANIFEST_FILE), 'utf8')).split('\n')
  const found = (where: string): TrialFinding => ({ check: 'manifest', where })
  if (lines.pop() !== '') return [found(MANIFEST_FILE)]
  const named = lines.map(line => LINE.exec(line))
  const listed = paths.filter(path => path !== MANIFEST_FILE)
  if (named.map(match => match?.[2]).join('\n') !== listed.join('\n')) return [found(MANIFEST_FILE)]
  const wrong: TrialFinding[] = []
  for (const [i, path] of listed.entries())
    if ((await sumOf(join(folder, path))) !== named[i]?.[1]) wrong.push(found(path))
  return wrong
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
