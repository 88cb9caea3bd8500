/** What DuckDB's failures mean: it tells them apart by their text only. */
import { AppError } from '../core/errors.ts'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export function openError(error: unknown, file: string): AppError {
  const locked = /lock|already (?:open|attached)|unique file handle/i.test(messageOf(error))
  return locked
    ? new AppError('store_locked', `${file} is held by another process; a DuckDB file is opened by one process only`, {
        cause: error,
      })
    : new AppError('store_unavailable', `${file} cannot be opened`, { retryable: true, cause: error })
}

/** Disk, memory and lock failures become `store_unavailable`; anything else is a fault of ours and stays as it is. */
export function worldError(error: unknown): unknown {
  return /IO Error|Out of Memory|FATAL|invalidated|Failed to commit/i.test(messageOf(error))
    ? new AppError('store_unavailable', 'The embedded store cannot read or write its file', {
        retryable: true,
        cause: error,
      })
    : error
}

/** Whether the engine has given the whole database up. */
export const isFatal = (error: unknown): boolean => /FATAL|database has been invalidated/.test(messageOf(error))
