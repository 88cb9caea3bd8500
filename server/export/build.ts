/** One dataset build from a job folder: aggregate, package, gate, sign, verify, and only then a release. */
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { type DuckdbConnection, openDuckdb } from '../../storage/duckdb.ts'
import { productOf } from './anonymize/label.ts'
import { buildP0 } from './anonymize/p0.ts'
import { runGate } from './gate/gate.ts'
import { type ExportInput, eligibleResidents, exportInputSchema, INPUT_FILE, READINGS_FILE } from './input.ts'
import { type ExportProgress, type ExportResult, RELEASE_FOLDER } from './outcome.ts'
import { assemble, assembleWithoutPeople } from './package/assemble.ts'
import { p0Policy } from './policy.ts'
import { hashOf, inFolder, sealPackage } from './seal.ts'
import { readSigningKey } from './sign/key-file.ts'
import { parsePublicKey } from './sign/minisign.ts'
import { verifyPackage } from './verify/verify.ts'
import { readZip, writeZip, type ZipEntry } from './zip.ts'

const WORK_FOLDER = 'work'
const MEMORY_LIMIT_MB = 1_024

export interface BuildOptions {
  /** Absolute; see startExportJob. */
  folder: string
  signingKeyFile: string
  progress: (progress: ExportProgress) => void
}

/** @throws AppError with the codes of startExportJob */
export async function buildDataset({ folder, signingKeyFile, progress }: BuildOptions): Promise<ExportResult> {
  const input = await readInput(folder)
  const readingsFile = join(folder, READINGS_FILE)
  if (eligibleResidents(input) < p0Policy.minResidents)
    throw new AppError(
      'too_few_people',
      'Fewer residents than a cell needs have consented and were measured in this period',
    )
  const key = await readSigningKey(signingKeyFile)
  const work = join(folder, WORK_FOLDER)
  await rm(work, { recursive: true, force: true })
  await rm(join(folder, RELEASE_FOLDER), { recursive: true, force: true })
  await mkdir(work)
  const database = await openDuckdb({ file: ':memory:', memoryLimitMb: MEMORY_LIMIT_MB, tempFolder: work })
  try {
    const connection = await database.connect()
    const readings = await countReadings(connection, readingsFile)
    const report = (step: ExportProgress['step'], fraction: number) => progress({ step, fraction, readings })
    report('aggregate', 0)
    const tables = await buildP0(connection, readingsFile, input, p0Policy)
    const product = productOf(tables, p0Policy)
    report('package', 0.5)
    const inputHashes = {
      [INPUT_FILE]: await hashOf(join(folder, INPUT_FILE)),
      [READINGS_FILE]: await hashOf(readingsFile),
    }
    const common = { product, policy: p0Policy, inputHashes, keyId: key.id }
    const draft = join(work, 'draft.zip')
    await writeZip(draft, inFolder(input.release, assemble({ ...common, input, tables })))

    report('gate', 0.6)
    const files = await readBack(draft, input.release)
    const ownFiles = assembleWithoutPeople({ ...common, input })
    const findings = await runGate({
      connection,
      files,
      jobFolder: folder,
      scratchFolder: join(work, 'gate'),
      input,
      policy: p0Policy,
      ownFiles,
    })
    if (findings.length > 0) {
      const what = [...new Set(findings.map(finding => `${finding.check} (${finding.where})`))].slice(0, 10).join('; ')
      throw new AppError('gate_refused', `The finished files may not be released: ${what}`)
    }

    report('sign', 0.95)
    const result = await sealPackage(work, input.release, files, key)
    // The recipient's own check, on the very file that leaves.
    const checked = await verifyPackage(join(work, RELEASE_FOLDER, result.name), parsePublicKey(key.publicKey))
    if (!checked.ok) throw new AppError('gate_refused', 'The signed package does not pass its own verification')
    await rename(join(work, RELEASE_FOLDER), join(folder, RELEASE_FOLDER))
    report('done', 1)
    return {
      product,
      published: tables.published.length,
      suppressed: tables.suppressed.length,
      files: [{ name: result.name, bytes: result.bytes, sha256: result.sha256 }],
      manifestSha256: result.manifestSha256,
      keyId: key.id,
      publicKey: key.publicKey,
      trial: null,
    }
  } finally {
    await database.close()
    await rm(work, { recursive: true, force: true })
  }
}

async function readInput(folder: string): Promise<ExportInput> {
  const invalid = (cause: unknown) =>
    Promise.reject(new AppError('input_invalid', 'The input of the build cannot be read', { cause }))
  const text = await readFile(join(folder, INPUT_FILE), 'utf8').catch(invalid)
  try {
    return exportInputSchema.parse(JSON.parse(text))
  } catch (error) {
    return invalid(error)
  }
}

async function countReadings(connection: DuckdbConnection, file: string): Promise<number> {
  try {
    const [row] = await connection.rows('select count(*) as n from read_parquet($file)', { file })
    return Number(row?.n)
  } catch (error) {
    throw new AppError('readings_unreadable', 'The extract of the readings cannot be read', { cause: error })
  }
}

async function readBack(file: string, release: string): Promise<ZipEntry[]> {
  const zip = await readZip(file)
  if (!zip.ok) throw new AppError('gate_refused', 'The written archive cannot be read back')
  return zip.entries.map(({ path, content }) => ({ path: path.slice(release.length + 1), content }))
}
