/** The gateway's log: chosen fields and a sentence, as JSON lines on stdout. */
import { pino } from 'pino'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Fields never hold payloads, values, names or tokens. */
export interface Log {
  fatal(fields: object, text: string): void
  error(fields: object, text: string): void
  warn(fields: object, text: string): void
  info(fields: object, text: string): void
  debug(fields: object, text: string): void
}

export const createLog = (level: LogLevel): Log =>
  pino({ level, base: { part: 'gateway' }, timestamp: pino.stdTimeFunctions.isoTime })

/** What may be said of an error: its code and text, never what it carries. */
export const errorFields = (error: unknown): object =>
  error instanceof Error
    ? { error: error.message, ...('code' in error ? { code: error.code } : {}) }
    : { error: String(error) }
