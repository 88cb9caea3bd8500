/** Writes a whole trial package into a folder: tables, dictionary, evidence, and the manifest over all of them. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { riskReport } from '../../report/report.ts'
import type { Built } from '../../trial/individuals.ts'
import type { TrialInput } from '../../trial/input.ts'
import { DICTIONARY_FILE, EVIDENCE_FILE, MANIFEST_FILE, PRODUCT_TABLES } from '../../trial/layout.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import type { EligibleProduct, TrialProduct } from '../../trial/product.ts'
import { sha256 } from '../manifest.ts'
import { trialDictionaryOf } from './dictionary.ts'
import { trialEvidenceOf } from './evidence.ts'
import { contentHashOf, sha256Of, writeTables } from './files.ts'
import { riskFactsOf } from './risk-facts.ts'

const REPORT_FOLDER = 'report'

export interface TrialPackage {
  connection: DuckdbConnection
  /** Created; empty or absent before. */
  out: string
  input: TrialInput
  inputSha256: string
  policy: TrialPolicy
  product: TrialProduct
  eligible: EligibleProduct
  built: Built
}

export async function writeTrialPackage(parts: TrialPackage): Promise<{ manifestSha256: string; contentHash: string }> {
  const { connection, out, product, built } = parts
  const names = PRODUCT_TABLES[product]
  const files = await writeTables(connection, out, names, built.tables)
  const contentHash = contentHashOf(names, built.tables)
  const json = async (name: string, value: unknown) => {
    await writeFile(join(out, name), `${JSON.stringify(value, null, 2)}\n`)
    files.push(name)
  }
  await json(DICTIONARY_FILE, trialDictionaryOf(parts))
  await json(EVIDENCE_FILE, trialEvidenceOf(parts, contentHash))
  await mkdir(join(out, REPORT_FOLDER))
  for (const { name, content } of riskReport(riskFactsOf(parts, contentHash))) {
    await writeFile(join(out, REPORT_FOLDER, name), content)
    files.push(`${REPORT_FOLDER}/${name}`)
  }
  const lines: string[] = []
  for (const name of files.sort()) lines.push(`${await sha256Of(join(out, name))}  ${name}\n`)
  const manifest = lines.join('')
  await writeFile(join(out, MANIFEST_FILE), manifest)
  return { manifestSha256: sha256(manifest), contentHash }
}
