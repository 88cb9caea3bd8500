/**
 * Keeps what a maker is told of its device in a facility the same for a whole day: a state that moves while somebody looks is a clock,
 * and a door sensor is heard, a walking aid switched on, when somebody gets up.
 */
import { wallClock } from '../../core/time.ts'

export interface DailyState {
  /** The first state of the day in that zone; `look` is asked anew on the next. */
  of<T>(key: string, zone: string, look: () => T): T
}

export function createDailyState(clock: () => number): DailyState {
  const told = new Map<string, { day: string; state: unknown }>()
  return {
    of<T>(key: string, zone: string, look: () => T): T {
      const { year, month, day } = wallClock(clock(), zone)
      const today = `${year}-${month}-${day}`
      const known = told.get(key)
      if (known?.day === today) return known.state as T
      const state = look()
      told.set(key, { day: today, state })
      return state
    },
  }
}
