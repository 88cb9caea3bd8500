/** A condition's transition as boards show it. Pure. */
import type { Transition } from '../../core/conditions.ts'
import type { BoardCondition } from '../../core/rest/board.ts'

/** @param time writes epoch ms as RFC 3339 in the facility's zone */
export const conditionView = (transition: Transition, time: (ms: number) => string): BoardCondition => {
  const { n, episode, subject, code, state, severity, place, event, since, at, count } = transition
  return {
    n,
    episode,
    subject,
    code,
    state,
    severity,
    // A place's opaque id is that of its room.
    room: place,
    profile: event?.profile ?? null,
    since: time(since),
    at: time(at),
    count,
    undecidable: event?.undecidable ?? false,
  }
}
