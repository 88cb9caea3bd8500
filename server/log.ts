/** The server's log: chosen fields and a sentence, as JSON lines on stdout. */
import { pino } from 'pino'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Fields never hold payloads, names, tokens or addresses of people. */
export interface Log {
  error(fields: object, text: string): void
  warn(fields: object, text: string): void
  info(fields: object, text: string): void
  debug(fields: object, text: string): void
}

/** @param destination stdout unless given */
export const createLog = (level: LogLevel, destination?: { write(line: string): void }): Log => {
  const options = { level, base: { part: 'server' }, timestamp: pino.stdTimeFunctions.isoTime }
  return destination ? pino(options, destination) : pino(options)
}

/** What may be said of an error: its code and text, never what it carries. */
export const errorFields = (error: unknown): object =>
  error instanceof Error
    ? { error: error.message, ...('code' in error ? { code: error.code } : {}), stack: error.stack }
    : { error: String(error) }
