/** Builds one approved dataset: copies the range out of the store, runs the export process, moves the release to its place. */
import { createHash } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { TelemetrySource } from '../../core/ports.ts'
import type { DatasetRequestRecord, Registry } from '../../core/registry.ts'
import type { ReleaseRecord } from '../../core/registry-releases.ts'
import type { DatasetJob } from '../../core/rest/datasets.ts'
import { eligibleSubjects, READINGS_FILE } from '../export/input.ts'
import { releaseFolderOf, startExportJob, writeExportInput } from '../export/job.ts'
import { requirePublishable } from './eligible.ts'
import { exportInputOf } from './input.ts'
import { type FacilityRequest, isOfTrial } from './scope.ts'
import type { TrialContext } from './trial/input.ts'
import { prepareTrial, trialReleaseOf } from './trial/prepare.ts'

/** Part of the whole that copying out of the store is shown as. */
const EXTRACT_PART = 0.4
/** Copied readings at which half of that part is shown; how many there are is known only at the end. */
const EXTRACT_HALF = 1_000_000

export interface BuildOptions {
  registry: Registry
  source: TelemetrySource
  dataDir: string
  signingKeyFile: string
  codeVersion: string
  /** True where devices are simulated: every package then says that it proves nothing. */
  demonstration: boolean
  clock: () => number
}
export type BuildProgress = Pick<DatasetJob, 'step' | 'progress' | 'readings'>

/** One release for each request, whose id follows from it: a build that is repeated after a crash replaces its own files. */
export const releaseIdOf = (request: string): string =>
  createHash('sha256').update(`release of ${request}`).digest('hex').slice(0, 20)

export const releaseFolder = (dataDir: string, release: string): string => join(dataDir, 'releases', release)

/**
 * May be repeated after any crash. Throws AppErrors of the store and of the export (server/export/job.ts), and `too_few_people`.
 * Rejects with `export_cancelled` soon after `signal` aborts; nothing is released then.
 */
export async function buildDataset(
  request: DatasetRequestRecord,
  options: BuildOptions,
  onProgress: (progress: BuildProgress) => void,
  signal: AbortSignal,
): Promise<ReleaseRecord> {
  const { registry, source, dataDir, signingKeyFile, codeVersion, demonstration, clock } = options
  const done = await registry.releases.ofRequest(request.id)
  if (done) return done
  const release = releaseIdOf(request.id)
  const folder = join(dataDir, 'jobs', request.id)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  onProgress({ step: 'extract', progress: 0, readings: null })
  const context = { registry, codeVersion, release, demonstration, nowMs: clock() }
  const told = (readings: number) =>
    onProgress({ step: 'extract', progress: (EXTRACT_PART * readings) / (readings + EXTRACT_HALF), readings })
  const job = { registry, source, folder, told, signal }
  const subjects = isOfTrial(request)
    ? await prepareTrial(request, context, job)
    : await prepareFacility(request as FacilityRequest, context, job)
  if (signal.aborted) throw new AppError('export_cancelled', 'the build was cancelled')
  const result = await startExportJob({
    folder,
    signingKeyFile,
    signal,
    progress: ({ step, fraction, readings }) =>
      onProgress({ step, progress: EXTRACT_PART + (1 - EXTRACT_PART) * fraction, readings }),
  })

  const target = releaseFolder(dataDir, release)
  await mkdir(join(dataDir, 'releases'), { recursive: true })
  await rm(target, { recursive: true, force: true })
  await rename(releaseFolderOf(folder), target)
  const record: ReleaseRecord = {
    id: release,
    request: request.id,
    maker: request.maker,
    product: result.product,
    createdMs: clock(),
    manifestSha256: result.manifestSha256,
    keyId: result.keyId,
    publicKey: result.publicKey,
    published: result.published,
    suppressed: result.suppressed,
    files: result.files,
    trial: isOfTrial(request) && result.trial ? trialReleaseOf(request.scope.trial, result.trial) : null,
  }
  const members = result.trial?.members ?? subjects.map(resident => ({ resident, class: null, groups: {} }))
  await registry.releases.create(record, members).catch(async (error: unknown) => {
    // Any other error leaves open whether the release was recorded.
    if (error instanceof AppError && error.code === 'consent_withdrawn')
      await rm(target, { recursive: true, force: true })
    throw error
  })
  // The copy of the readings is the only place outside the store where residents' values lie; it goes at once.
  await rm(folder, { recursive: true, force: true })
  return record
}

interface Job {
  registry: Registry
  source: TelemetrySource
  folder: string
  told: (readings: number) => void
  signal: AbortSignal
}

/** @returns the residents who could be in it */
async function prepareFacility(
  request: FacilityRequest,
  context: TrialContext,
  { registry, source, folder, told, signal }: Job,
): Promise<string[]> {
  const facility = await registry.facilities.get(request.scope.facility)
  if (!facility) throw new AppError('input_invalid', 'the facility of the request is gone')
  const input = { ...(await exportInputOf(request, facility, context)), demonstration: context.demonstration }
  requirePublishable(input)
  await source.extract(
    {
      facility: facility.id,
      devices: input.devices.map(({ id }) => id),
      profiles: input.scope.device_types,
      fromMs: input.from_ms,
      toMs: input.to_ms,
    },
    join(folder, READINGS_FILE),
    told,
    signal,
  )
  await writeExportInput(folder, input)
  return [...eligibleSubjects(input)]
}
