/** Refuses a file as a whole: in words for a developer, by a code for everybody else. */
import { AppError } from '../../core/errors.ts'
import type { FileError } from '../../core/rest/imports.ts'

export function refuseFile(code: FileError, message: string, cause?: unknown): never {
  throw new AppError('bad_request', `file: ${message}`, { cause, fields: [{ path: 'file', message, code }] })
}
