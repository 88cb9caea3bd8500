/** Builds a trial release from a job's folder: what can be told, told in files, and what the gate and the register need to know about it. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import { openDuckdb } from '../../../storage/duckdb.ts'
import { historiesOf } from '../anonymize/event-types.ts'
import { openExtracts, readEvents, readHours } from '../anonymize/extracts.ts'
import { pseudonymOf } from '../anonymize/pseudonyms.ts'
import { writeTrialPackage } from '../package/trial/write.ts'
import { compositionBreaches } from '../register/composition.ts'
import { individualTables } from './individuals.ts'
import { readTrialInput } from './job-input.ts'
import type { PrivateSeries } from './layout.ts'
import { overallTables } from './overall.ts'
import { type TrialPolicy, trialPolicy } from './policy.ts'
import { eligibleProduct, type TrialProduct } from './product.ts'
import { type Published, writePrivateSeries } from './published.ts'
import { trialProductOf } from './tables.ts'

const WORK_FOLDER = 'work-trial'
const MEMORY_LIMIT_MB = 1_024

export type TrialStep = 'check' | 'read' | 'subjects' | 'series' | 'write' | 'done'
export interface TrialProgress {
  step: TrialStep
  /** 0–1 within the build. */
  fraction: number
  /** Readings in the extract, once known. */
  readings: number | null
}

export interface BuildTrialRelease {
  /** Absolute; holds `trial.json` and the extracts. */
  folder: string
  /** Where the package's files are written, emptied first. */
  out: string
  /** 32 random bytes, this release's own. */
  releaseKey: Uint8Array
  policy?: TrialPolicy
  progress?: (progress: TrialProgress) => void
  signal?: AbortSignal
}

export interface TrialRelease {
  /** What came out, which may be less than was asked for. */
  product: TrialProduct
  /** Subject → pseudonym, of those in the release; empty for P0. */
  pids: ReadonlyMap<string, string>
  /** Subject → label of the class. */
  classOf: ReadonlyMap<string, string>
  /** Subject → series (`profile/metric`) → group, as the release register keeps them. */
  groupsOf: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** Column → level of its hierarchy; null without classes. */
  levels: Readonly<Record<string, number>> | null
  manifestSha256: string
  /** Of the rows without pseudonyms, sorted: the same for every key. */
  contentHash: string
  published: Published
}

/**
 * The same input, code, policy and key give the same bytes.
 * @throws AppError `input_invalid`, `readings_unreadable`, `column_unknown`, `column_missing`, `value_unknown`, `too_few_people`, `no_solution`,
 * `composition` (beside earlier releases it would tell of too few), `gate_refused` (the engine's own check of the finished tables), `export_cancelled`
 */
export async function buildTrialRelease(options: BuildTrialRelease): Promise<TrialRelease> {
  const { folder, out, releaseKey, signal, policy = trialPolicy } = options
  const { input, sha256: inputSha256 } = await readTrialInput(folder)
  const eligible = eligibleProduct(input, policy)
  const work = join(folder, WORK_FOLDER)
  await rm(work, { recursive: true, force: true })
  await rm(out, { recursive: true, force: true })
  const database = await openDuckdb({ file: ':memory:', memoryLimitMb: MEMORY_LIMIT_MB, tempFolder: work })
  const cancel = () => void database.close()
  const stopIfCancelled = () => {
    if (signal?.aborted) throw new AppError('export_cancelled', 'The build was cancelled')
  }
  signal?.addEventListener('abort', cancel, { once: true })
  let readings: number | null = null
  const report = (step: TrialStep, fraction: number) => {
    stopIfCancelled()
    options.progress?.({ step, fraction, readings })
  }
  try {
    report('check', 0)
    const connection = await database.connect()
    const extracts = await openExtracts(connection, folder, input)
    readings = extracts.rows
    report('read', 0.1)
    const { participants } = extracts
    const measured = await readHours(connection, extracts.readings, input, participants)
    const histories = historiesOf(participants, await readEvents(connection, extracts.events), input, policy)
    const source = {
      input,
      policy,
      participants,
      measured,
      histories,
      pidOf: (id: string) => pseudonymOf(releaseKey, 'subject', id),
    }

    report('subjects', 0.6)
    const built =
      eligible.product === 'P0'
        ? overallTables(source)
        : await individualTables(source, eligible.product, () => report('subjects', 0.7), signal)
    const product = trialProductOf(built.tables, policy)

    const members = new Map(
      input.subjects.flatMap(({ id }) =>
        product === 'P0' || built.classOf.has(id)
          ? [[id, { class: built.classOf.get(id) ?? null, groups: built.groupsOf.get(id) ?? {} }]]
          : [],
      ),
    )
    const next = { trial: input.trial, product, levels: built.levels, members }
    if (compositionBreaches(input.earlier, next, policy.k).length > 0)
      throw new AppError('composition', 'Beside what was released before, this release would tell of too few people')

    report('write', 0.9)
    const written = await writeTrialPackage({ connection, out, input, inputSha256, policy, product, eligible, built })
    await writePrivateSeries(folder, built.private satisfies PrivateSeries)
    report('done', 1)
    const { pids, classOf, groupsOf, levels, published } = built
    return { product, pids, classOf, groupsOf, levels, published, ...written }
  } catch (error) {
    await rm(out, { recursive: true, force: true })
    stopIfCancelled()
    throw error
  } finally {
    signal?.removeEventListener('abort', cancel)
    await database.close()
    await rm(work, { recursive: true, force: true })
  }
}
