/** The thread of one search: gets its task at the start, says how far it is, and what came out. */
import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '../../../../core/errors.ts'
import type { SearchProgress } from './optimise.ts'
import { runSearch, type SearchOutcome, type SearchTask } from './run.ts'

export type WorkerMessage =
  | { type: 'progress'; progress: SearchProgress }
  | { type: 'done'; outcome: SearchOutcome }
  | { type: 'failed'; code: string; message: string }

const say = (message: WorkerMessage): void => parentPort?.postMessage(message)

try {
  say({ type: 'done', outcome: runSearch(workerData as SearchTask, progress => say({ type: 'progress', progress })) })
} catch (error) {
  if (!(error instanceof AppError)) throw error
  say({ type: 'failed', code: error.code, message: error.message })
}
