/** The all-in-one process logs like its parts: one writer, so that lines of gateway and server stand in order. */
import { pino } from 'pino'
import type { Log } from '../gateway/log.ts'
import type { StandaloneConfig } from './config.ts'

/** For people at a terminal: JSON lines on stderr, so that stdout is the greeting alone. */
export function createLog(level: StandaloneConfig['logLevel']): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}
