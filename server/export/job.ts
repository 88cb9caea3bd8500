/** Runs a dataset build in its own process, for the server: starts it, passes its progress on, ends it when asked. */
import { fork } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../core/errors.ts'
import { type ExportInput, exportInputSchema, INPUT_FILE } from './input.ts'
import {
  type ExportFailure,
  type ExportMessage,
  type ExportProgress,
  type ExportResult,
  RELEASE_FOLDER,
} from './outcome.ts'
import { TRIAL_FILE, type TrialInput, trialInputSchema } from './trial/input.ts'

/** How long a build may take to end itself after it was told to. */
const KILL_AFTER_MS = 5_000
const STDERR_KEPT = 4_000

/** Writes `input.json` into the job's folder. @throws ZodError when the input breaks its own rules (a fault of the caller). */
export async function writeExportInput(folder: string, input: ExportInput): Promise<void> {
  await writeFile(join(folder, INPUT_FILE), `${JSON.stringify(exportInputSchema.parse(input), null, 2)}\n`)
}

/** The same for a trial. */
export async function writeTrialInput(folder: string, input: TrialInput): Promise<void> {
  await writeFile(join(folder, TRIAL_FILE), `${JSON.stringify(trialInputSchema.parse(input), null, 2)}\n`)
}

export interface ExportJobOptions {
  /** Holds `readings.parquet` (TelemetrySource.extract) and `input.json` (writeExportInput); the process writes only here. */
  folder: string
  /** minisign secret key without password. */
  signingKeyFile: string
  progress?: (progress: ExportProgress) => void
  signal?: AbortSignal
}

/**
 * Builds, checks and signs the package of a job folder. When it resolves, the files lie in `{folder}/release/`; until
 * then that folder does not exist, whatever happens. May be repeated: an earlier result in the folder is replaced.
 *
 * @throws AppError `too_few_people` (nothing may be published), `input_invalid`, `readings_unreadable`, `signing_key`,
 * `gate_refused` (the finished files broke a rule; nothing is released), `export_cancelled`, `export_crashed` (retryable).
 */
export function startExportJob(options: ExportJobOptions): Promise<ExportResult> {
  const { folder, signingKeyFile, progress, signal } = options
  if (signal?.aborted) return Promise.reject(new AppError('export_cancelled', 'The build was cancelled'))
  return new Promise((succeed, fail) => {
    const child = fork('server/export/main.ts', ['--folder', resolve(folder), '--key-file', resolve(signingKeyFile)], {
      // `tsx` is looked for from the working directory.
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      execArgv: ['--import', 'tsx'],
      // No secret of the server goes along.
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let result: ExportResult | undefined
    let failure: ExportFailure | undefined
    let stderr = ''
    let timer: NodeJS.Timeout | undefined
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_KEPT)
    })
    child.on('message', message => {
      const said = message as ExportMessage
      if (said.type === 'progress') progress?.(said.progress)
      else if (said.type === 'done') result = said.result
      else failure = said.failure
    })
    const cancel = () => {
      child.kill('SIGTERM')
      timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
    }
    signal?.addEventListener('abort', cancel, { once: true })
    const settle = (code: number | null, cause?: unknown) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
      if (code === 0 && result) succeed(result)
      else if (signal?.aborted) fail(new AppError('export_cancelled', 'The build was cancelled'))
      else if (failure) fail(new AppError(failure.code, failure.message, { retryable: failure.retryable }))
      else {
        const message = `The build ended without a word (${code === null ? 'killed' : `exit ${code}`})`
        fail(new AppError('export_crashed', message, { retryable: true, cause: cause ?? new Error(stderr) }))
      }
    }
    child.once('error', error => settle(null, error))
    child.once('close', code => settle(code))
  })
}

/** Where the files of a finished build lie. */
export const releaseFolderOf = (folder: string): string => join(folder, RELEASE_FOLDER)
