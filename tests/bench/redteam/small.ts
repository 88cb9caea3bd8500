/** Attack 17: trials too small to hide anybody in are asked for as anonymous all the same. */
import { type Attack, counted, type Outcome } from './attack.ts'
import { classesOf, recordsOf } from './records.ts'
import type { Seen } from './seen.ts'

/** Below two classes, just two, and one and a half groups. */
export const SMALL_TRIALS = [13, 23, 24, 35] as const

/** What came of asking; `refused` is as good as an answer can be. */
export type SmallAnswer = { asked: number; seen: Seen | 'refused' }

export const smallNumbers: Attack = {
  number: 17,
  name: 'small trials',
  kind: 'every',
  threshold: 0,
  run({ small, k }): Outcome {
    const outcome = counted()
    for (const { asked, seen } of small) {
      if (seen === 'refused') {
        outcome.add(false, 0)
        continue
      }
      const records = recordsOf(seen)
      outcome.add(records.length > 0 && asked < 2 * k, 0)
      for (const members of classesOf(records).values()) outcome.add(members.length < k, 0)
      for (const { persons = '' } of seen.tables.aggregates) if (persons !== '') outcome.add(Number(persons) < k, 0)
    }
    return outcome
  },
}
