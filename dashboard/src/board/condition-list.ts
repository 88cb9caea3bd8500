/** What is wrong now, from the snapshot and from what came since: each transition once, the newest of each condition in force. */
import type { BoardCondition } from '../../../core/rest/board.ts'

export interface ConditionList {
  /** A snapshot speaks for everything up to its `alarmSeq`; what was heard with a later number stays. */
  take(conditions: readonly BoardCondition[], alarmSeq: number): void
  /** @returns false when the gateway counts anew: take a snapshot */
  add(condition: BoardCondition): boolean
  /**
   * A frame says that there are transitions up to `alarmSeq`. They come by another way and may be a moment behind.
   * @returns false when they have not come over several frames: take a snapshot
   */
  hear(alarmSeq: number): boolean
  clear(): void
  /** Active ones, oldest first. The same array while nothing changes. */
  active(): readonly BoardCondition[]
}

const FRAMES_BEHIND = 3

export function createConditionList(): ConditionList {
  /** Newest by subject and code; cleared ones too, so that one that comes late does not bring them back. */
  let newest = new Map<string, BoardCondition>()
  let seq = 0
  let newestMs = 0
  let behind = 0
  /** The gateway has lost its journal: nothing from before the next snapshot counts. */
  let countsAnew = false
  let active: readonly BoardCondition[] = []

  const settle = (): void => {
    active = [...newest.values()].filter(({ state }) => state === 'active').sort((a, b) => a.n - b.n)
  }
  const put = (condition: BoardCondition): void => {
    const key = `${condition.subject}/${condition.code}`
    if (condition.n > (newest.get(key)?.n ?? 0)) newest.set(key, condition)
    seq = Math.max(seq, condition.n)
    newestMs = Math.max(newestMs, Date.parse(condition.at))
  }

  return {
    take(conditions, alarmSeq) {
      const later = countsAnew ? [] : [...newest.values()].filter(({ n }) => n > alarmSeq)
      newest = new Map()
      countsAnew = false
      seq = alarmSeq
      newestMs = 0
      behind = 0
      for (const condition of [...conditions, ...later]) put(condition)
      settle()
    },
    add(condition) {
      // One that was missed comes late with an old number, but from an old time too.
      countsAnew = condition.n <= seq && newestMs > 0 && Date.parse(condition.at) > newestMs
      if (countsAnew) return false
      put(condition)
      settle()
      return true
    },
    hear(alarmSeq) {
      behind = alarmSeq > seq ? behind + 1 : 0
      if (behind < FRAMES_BEHIND) return true
      behind = 0
      return false
    },
    clear() {
      newest = new Map()
      seq = 0
      newestMs = 0
      behind = 0
      countsAnew = false
      active = []
    },
    active: () => active,
  }
}
