/** Puts all files of a P0 package together, in memory and in order, up to the manifest; the same input gives the same bytes. */
import { LANGUAGES } from '../../../core/profile.ts'
import { formatInZone } from '../../../core/time.ts'
import type { P0Tables } from '../anonymize/p0.ts'
import type { ExportInput } from '../input.ts'
import type { P0Policy } from '../policy.ts'
import { metricsInScope } from '../scope.ts'
import type { ZipEntry } from '../zip.ts'
import { datapackageOf, tableFiles } from './datapackage.ts'
import { dictionaryOf } from './dictionary.ts'
import { evidenceOf, legalStatusOf } from './evidence.ts'
import { MANIFEST, manifestOf, sortedByPath } from './manifest.ts'
import { readmeOf } from './readme.ts'
import { tablesOf } from './tables.ts'

export interface Assembly {
  input: ExportInput
  product: 'P0'
  tables: P0Tables
  policy: P0Policy
  /** SHA-256 of the files the build read. */
  inputHashes: Record<string, string>
  /** Of the key that will sign. */
  keyId: string
}

/** @returns the files, paths relative to the package's folder, sorted; the manifest is one of them, the signature is not */
export function assemble({ input, product, tables, policy, inputHashes, keyId }: Assembly): ZipEntry[] {
  const described = tablesOf(tables, policy)
  const files: ZipEntry[] = [
    ...tableFiles(described),
    json('dictionary.json', dictionaryOf(tables.metrics, described)),
    json('evidence.json', evidenceOf(input, product, tables, policy, inputHashes, keyId)),
    json('LEGAL/status.json', legalStatusOf(product, input.demonstration ?? false)),
    ...LANGUAGES.map(language => ({
      path: `README.${language}.html`,
      content: Buffer.from(readmeOf(language, input, product, tables, policy, keyId)),
    })),
  ]
  const created = formatInZone(input.snapshot_ms, input.zone)
  files.push(json('datapackage.json', datapackageOf(input, product, created, described, files)))
  const manifest = { path: MANIFEST, content: Buffer.from(manifestOf(files)) }
  return sortedByPath([...files, manifest])
}

/** The package of the same request with nobody in it: all that it says whoever lives there. The gate tells names from words by it. */
export const assembleWithoutPeople = (assembly: Omit<Assembly, 'tables'>): ZipEntry[] => {
  const { input } = assembly
  const nobody: ExportInput = {
    ...input,
    scope: { ...input.scope, facility: 'none' as ExportInput['scope']['facility'] },
    devices: [],
    placements: [],
    consents: [],
    approvals: input.approvals.map(approval => ({ ...approval, by: '' })),
    private_names: [],
  }
  const metrics = metricsInScope(input.profiles, input.scope.device_types)
  return assemble({ ...assembly, input: nobody, tables: { metrics, published: [], suppressed: [] } })
}

const json = (path: string, value: unknown): ZipEntry => ({
  path,
  content: Buffer.from(`${JSON.stringify(value, null, 2)}\n`),
})
