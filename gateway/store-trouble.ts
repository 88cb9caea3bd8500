/** Whether the store takes messages, and since when not; said in the log once for each change. */
import { errorFields, type Log } from './log.ts'

export interface StoreTrouble {
  ill(code: string, error: unknown): void
  well(): void
  now(): { code: string; sinceMs: number } | null
}

export function createStoreTrouble({ log, clock }: { log: Log; clock(): number }): StoreTrouble {
  let trouble: { code: string; sinceMs: number } | null = null
  return {
    ill(code, error) {
      if (trouble?.code === code) return
      trouble = { code, sinceMs: clock() }
      log.error({ code, ...errorFields(error) }, 'the store does not take messages: they wait in the spool')
    },
    well() {
      if (trouble) log.info({ code: trouble.code }, 'the store takes messages again')
      trouble = null
    },
    now: () => trouble,
  }
}
