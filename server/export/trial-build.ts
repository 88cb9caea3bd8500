/** One build of a trial's release from a job folder: twice with one key, gated, the key destroyed, signed, and only then a release. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { openDuckdb } from '../../storage/duckdb.ts'
import { destroyKey, RELEASE_KEY_BYTES } from './anonymize/pseudonyms.ts'
import { runTrialGate } from './gate/trial/run.ts'
import { type ExportProgress, type ExportResult, RELEASE_FOLDER, type TrialResult } from './outcome.ts'
import { sealPackage } from './seal.ts'
import { readSigningKey } from './sign/key-file.ts'
import { parsePublicKey } from './sign/minisign.ts'
import { readTrialInput } from './trial/job-input.ts'
import { trialPolicy } from './trial/policy.ts'
import { buildTrialRelease, type TrialRelease, type TrialStep } from './trial/release.ts'
import { mergeReadings } from './trial-extracts.ts'
import { verifyPackage } from './verify/verify.ts'
import type { ZipEntry } from './zip.ts'

const WORK_FOLDER = 'work'
const MEMORY_LIMIT_MB = 1_024

export interface TrialBuildOptions {
  /** Absolute; holds `trial.json` and the extracts, of the readings one for each site. */
  folder: string
  signingKeyFile: string
  progress: (progress: ExportProgress) => void
  clock?: () => number
}

const STEPS: Record<TrialStep, ExportProgress['step']> = {
  check: 'aggregate',
  read: 'aggregate',
  subjects: 'anonymize',
  series: 'anonymize',
  write: 'package',
  done: 'package',
}
/** Parts of the whole: first build, gate, second build, signature. */
const [FIRST, GATE, SECOND] = [0.5, 0.7, 0.95]

/** @throws AppError with the codes of buildTrialRelease, `signing_key`, and `gate_refused` */
export async function buildTrialDataset({
  folder,
  signingKeyFile,
  progress,
  clock = Date.now,
}: TrialBuildOptions): Promise<ExportResult> {
  const work = join(folder, WORK_FOLDER)
  await rm(work, { recursive: true, force: true })
  await rm(join(folder, RELEASE_FOLDER), { recursive: true, force: true })
  const { input } = await readTrialInput(folder)
  await mergeReadings(folder)
  const signingKey = await readSigningKey(signingKeyFile)
  const releaseKey = randomBytes(RELEASE_KEY_BYTES)
  let readings: number | null = null
  const report = (step: ExportProgress['step'], fraction: number) => progress({ step, fraction, readings })
  const build = (name: string, from: number, to: number) =>
    buildTrialRelease({
      folder,
      out: join(work, name),
      releaseKey,
      progress: told => {
        readings = told.readings
        report(STEPS[told.step], from + told.fraction * (to - from))
      },
    })
  try {
    const built = await build('first', 0, FIRST)
    report('gate', FIRST)
    await gate(join(work, 'first'), folder, releaseKey)
    const again = await build('second', GATE, SECOND)
    if (again.manifestSha256 !== built.manifestSha256)
      throw new AppError('gate_refused', 'A second build of the same input gives other files')
    const keyDestroyedMs = built.product === 'P2' ? null : destroyKey(releaseKey, clock).atMs

    report('sign', SECOND)
    const files = await filesOf(join(work, 'first'))
    const sealed = await sealPackage(work, input.release, files, signingKey)
    // The recipient's own check, on the very file that leaves.
    const checked = await verifyPackage(join(work, RELEASE_FOLDER, sealed.name), parsePublicKey(signingKey.publicKey))
    if (!checked.ok) throw new AppError('gate_refused', 'The signed package does not pass its own verification')
    await rename(join(work, RELEASE_FOLDER), join(folder, RELEASE_FOLDER))
    report('done', 1)
    return {
      product: built.product,
      published: built.published.cells.told,
      suppressed: built.published.cells.suppressed,
      files: [{ name: sealed.name, bytes: sealed.bytes, sha256: sealed.sha256 }],
      manifestSha256: sealed.manifestSha256,
      keyId: signingKey.id,
      publicKey: signingKey.publicKey,
      trial: trialOf(
        built,
        input.subjects.map(({ id }) => id),
        { rebuiltManifestSha256: again.manifestSha256, keyDestroyedMs },
      ),
    }
  } finally {
    releaseKey.fill(0)
    await rm(work, { recursive: true, force: true })
  }
}

async function gate(packageFolder: string, jobFolder: string, releaseKey: Uint8Array): Promise<void> {
  const database = await openDuckdb({ file: ':memory:', memoryLimitMb: MEMORY_LIMIT_MB })
  try {
    const connection = await database.connect()
    const findings = await runTrialGate({ connection, packageFolder, jobFolder, releaseKey, policy: trialPolicy })
    if (findings.length === 0) return
    const what = [...new Set(findings.map(({ check, where }) => `${check} (${where})`))].slice(0, 10).join('; ')
    throw new AppError('gate_refused', `The finished files may not be released: ${what}`)
  } finally {
    await database.close()
  }
}

async function filesOf(folder: string): Promise<ZipEntry[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return Promise.all(
    entries
      .filter(entry => entry.isFile())
      .map(async entry => {
        const path = join(entry.parentPath, entry.name)
        return { path: relative(folder, path).replaceAll('\\', '/'), content: await readFile(path) }
      }),
  )
}

/** Everybody whose data went into totals is in the release, also who is in no class. */
function trialOf(
  built: TrialRelease,
  subjects: readonly string[],
  more: Pick<TrialResult, 'rebuiltManifestSha256' | 'keyDestroyedMs'>,
): TrialResult {
  const inIt = built.product === 'P0' ? subjects : subjects.filter(id => built.pids.has(id))
  return {
    levels: built.levels,
    contentSha256: built.contentHash,
    ...more,
    members: inIt.map(resident => ({
      resident,
      class: built.classOf.get(resident) ?? null,
      groups: { ...built.groupsOf.get(resident) },
    })),
  }
}
