/** A log for tests that keeps its lines to itself. */
import type { Log } from '../../gateway/log.ts'

const nothing = (): void => undefined
export const quiet: Log = { fatal: nothing, error: nothing, warn: nothing, info: nothing, debug: nothing }
