/** The process of one dataset build: reads a job folder, writes its release, says what it does over IPC or, without, as JSON lines. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '../../core/errors.ts'
import { buildDataset } from './build.ts'
import type { ExportMessage } from './outcome.ts'
import { TRIAL_FILE } from './trial/input.ts'
import { buildTrialDataset } from './trial-build.ts'

const HELP = `Usage: tsx server/export/main.ts --folder <job folder> --key-file <minisign secret key without password>

Builds a dataset package from the extracts and the input (input.json, or trial.json for a trial) in the folder and leaves it in the folder's release/.
Exit code: 0 released, 1 failed or cancelled, 2 wrong usage.`

function say(message: ExportMessage): Promise<void> {
  return new Promise(done => {
    if (process.send) process.send(message, () => done())
    else process.stdout.write(`${JSON.stringify(message)}\n`, () => done())
  })
}

function parseUsage(): { folder: string; keyFile: string } | string {
  try {
    const { values } = parseArgs({
      options: { folder: { type: 'string' }, 'key-file': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) return HELP
    if (values.folder === undefined || values['key-file'] === undefined) return 'Give --folder and --key-file.'
    return { folder: resolve(values.folder), keyFile: resolve(values['key-file']) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Nobody waits for the result of a process whose parent has gone. */
const orphaned = () => process.exit(1)
process.once('disconnect', orphaned)

const usage = parseUsage()
if (usage === HELP) console.log(HELP)
else if (typeof usage === 'string') {
  console.error(`${usage}\n\n${HELP}`)
  process.exitCode = 2
} else {
  try {
    const build = existsSync(join(usage.folder, TRIAL_FILE)) ? buildTrialDataset : buildDataset
    const result = await build({
      folder: usage.folder,
      signingKeyFile: usage.keyFile,
      progress: progress => void say({ type: 'progress', progress }),
    })
    await say({ type: 'done', result })
    process.exitCode = 0
  } catch (error) {
    process.exitCode = 1
    const failure =
      error instanceof AppError
        ? { code: error.code, message: error.message, retryable: error.retryable }
        : { code: 'export_crashed', message: 'The build met a fault of its own', retryable: false }
    console.error(error)
    await say({ type: 'failed', failure })
  }
  process.off('disconnect', orphaned)
  if (process.connected) process.disconnect()
}
