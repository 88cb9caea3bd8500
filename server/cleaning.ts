/** Once an hour removes what has ended by itself: sessions, invitations and kept answers at once, API tokens when their owner has had time to see why. */
import type { Registry } from '../core/registry.ts'
import { errorFields, type Log } from './log.ts'

const EVERY_MS = 3_600_000
/** A script that stopped is looked into within these. */
const TOKEN_SHOWN_MS = 30 * 86_400_000

export interface CleaningDeps {
  registry: Pick<Registry, 'sessions' | 'invitations' | 'keptAnswers' | 'tokens'>
  clock: () => number
  log: Log
  everyMs?: number
}

export function startCleaning({ registry, clock, log, everyMs = EVERY_MS }: CleaningDeps): { stop(): Promise<void> } {
  let working: Promise<void> = clean()
  const timer = setInterval(() => {
    working = clean()
  }, everyMs)

  async function clean(): Promise<void> {
    try {
      const nowMs = clock()
      await registry.sessions.deleteExpired(nowMs)
      await registry.invitations.deleteExpired(nowMs)
      await registry.keptAnswers.deleteExpired(nowMs)
      await registry.tokens.deleteExpired(nowMs - TOKEN_SHOWN_MS)
    } catch (error) {
      log.warn(errorFields(error), 'what has ended could not be removed, trying again in an hour')
    }
  }

  return {
    async stop() {
      clearInterval(timer)
      await working
    },
  }
}
