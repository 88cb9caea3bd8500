/** Errors of a failing world, and the problem documents (RFC 9457) that tell users about them. */
import { z } from 'zod'

/** Thrown when the world fails; bad data is never thrown but returned as a value. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: string
  readonly retryable: boolean
  /** How long the other side asked us to wait, where it said so. */
  readonly retryAfterMs: number | undefined
  /** Which fields of what was sent are wrong, and how. */
  readonly fields: Problem['errors']
  constructor(
    code: string,
    message: string,
    options: {
      retryable?: boolean
      retryAfterMs?: number | undefined
      cause?: unknown
      fields?: Problem['errors']
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
    this.retryAfterMs = options.retryAfterMs
    this.fields = options.fields
  }
}

/** Stable problem codes of the HTTP interface. The message for a person is looked up by code in the reader's language. */
export const PROBLEM_CODES = [
  'bad_request',
  'not_signed_in',
  'wrong_credentials',
  'too_many_attempts',
  'forbidden',
  'not_found',
  'conflict',
  'precondition_failed',
  'precondition_required',
  'weak_password',
  'not_ready',
  'too_large',
  'rate_limited',
  'cross_site',
  'internal',
  'unavailable',
] as const
export type ProblemCode = (typeof PROBLEM_CODES)[number]

/** RFC 9457 problem document. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(PROBLEM_CODES),
    detail: z.string().optional(),
    /** Finds the request in the server's log. */
    correlation_id: z.string(),
    /** For `bad_request`: which fields, and why. */
    errors: z
      .array(
        z.object({
          path: z.string(),
          message: z.string(),
          /** Where there are several ways to be wrong: stable, for the words in the reader's language. */
          code: z.string().optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problemSchema>
