/** Problem documents (RFC 9457): what a failed request answers, and how errors become one. */
import { AppError, PROBLEM_CODES, type Problem, type ProblemCode } from '../../core/errors.ts'

const STATUS: Record<ProblemCode, number> = {
  bad_request: 400,
  not_signed_in: 401,
  wrong_credentials: 401,
  too_many_attempts: 429,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  precondition_required: 428,
  weak_password: 400,
  not_ready: 409,
  too_large: 413,
  rate_limited: 429,
  cross_site: 403,
  internal: 500,
  unavailable: 503,
}
const TITLE: Record<ProblemCode, string> = {
  bad_request: 'The request is not as described',
  not_signed_in: 'Not signed in',
  wrong_credentials: 'Wrong name or password',
  too_many_attempts: 'Too many attempts',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  conflict: 'Conflicts with what is there',
  precondition_failed: 'Changed by someone else meanwhile',
  precondition_required: 'If-Match is missing',
  weak_password: 'Password too easy to guess',
  not_ready: 'Not possible in the present state',
  too_large: 'Too large',
  rate_limited: 'Too many requests',
  cross_site: 'Refused: sent by another site',
  internal: 'Something is broken here',
  unavailable: 'Not available at the moment',
}

export interface Failure {
  code: ProblemCode
  detail?: string | undefined
  errors?: Problem['errors']
  /** Where it differs from the code's own. */
  status?: number
  retryAfterMs?: number | undefined
}

export const statusOf = (failure: Failure): number => failure.status ?? STATUS[failure.code]

export const problemOf = (failure: Failure, correlationId: string): Problem => ({
  type: `urn:mimamori:problem:${failure.code}`,
  title: TITLE[failure.code],
  status: statusOf(failure),
  code: failure.code,
  ...(failure.detail === undefined ? {} : { detail: failure.detail }),
  correlation_id: correlationId,
  ...(failure.errors === undefined ? {} : { errors: failure.errors }),
})

/**
 * What a thrown error tells the caller. Errors with a problem code speak for themselves; of all others only whether trying again
 * may help is said, never what they hold.
 */
export function failureOf(error: unknown): Failure & { unexpected: boolean } {
  if (error instanceof AppError) {
    const code = PROBLEM_CODES.find(known => known === error.code)
    if (code) {
      const { message: detail, retryAfterMs, fields: errors } = error
      return { code, detail, retryAfterMs, ...(errors && { errors }), unexpected: false }
    }
    if (error.retryable) {
      const detail = 'A part of the platform does not answer. Try again in a moment.'
      return { code: 'unavailable', detail, retryAfterMs: error.retryAfterMs, unexpected: true }
    }
  }
  const fromParser = parserFailure(error)
  if (fromParser) return { ...fromParser, unexpected: false }
  const detail = 'Tell the operator the correlation id; it finds the request in the log.'
  return { code: 'internal', detail, unexpected: true }
}

/** Errors of the body parser and the router carry `status` and `type`. */
function parserFailure(error: unknown): Failure | null {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null
  const type = 'type' in error ? String(error.type) : ''
  if (type === 'entity.parse.failed') return { code: 'bad_request', detail: 'The body is not JSON.' }
  if (type === 'entity.too.large' || error.status === 413)
    return { code: 'too_large', detail: `The body is larger than ${BODY_LIMIT_KB} kB.` }
  if (error.status >= 400 && error.status < 500) {
    return error.status === 404
      ? { code: 'not_found', detail: 'There is nothing at this address.' }
      : { code: 'bad_request', status: error.status, detail: 'The request could not be read.' }
  }
  return null
}

/** Largest body of a request. */
export const BODY_LIMIT_KB = 100
